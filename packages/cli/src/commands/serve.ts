import { stat } from "node:fs/promises";
import { KilnError, usageErrors } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { z } from "zod";
import { asGitHub } from "../serve/as-github.ts";
import { filesBelow } from "../serve/files.ts";
import { listen } from "../serve/listen.ts";

const usage = usageErrors("correct it");

const serveOptions = z.object({ port: z.string(), asGithub: z.string().optional() });

/** Serves a directory of releases until the process is ended. */
export async function serve(directory: string, given: unknown): Promise<void> {
  const options = serveOptions.parse(given);
  const port = parsePort(options.port);
  await stat(directory).catch((cause: unknown) => {
    throw new KilnError("not-published", {
      expected: `a directory of releases at ${directory}`,
      found: "none",
      next: `./kiln release --to ${directory} makes one`,
      cause,
    });
  });
  const repository = options.asGithub === undefined ? undefined : parseRepository(options.asGithub);
  const address = await start(directory, port, repository);
  process.stdout.write(
    `Serving ${directory} at ${address}; hosts update from ${address}/${updateDirectoryPath}/\n`,
  );
}

/** Gives the base URL. */
async function start(directory: string, port: number, repository: string | undefined): Promise<string> {
  const files = filesBelow(directory);
  if (repository === undefined) return `http://localhost:${await listen(port, files)}`;
  const { site, assets } = asGitHub(directory, repository, files);
  const assetsPort = await listen(0, assets);
  process.stdout.write(`Assets come from http://localhost:${assetsPort}\n`);
  return `http://localhost:${await listen(port, site(assetsPort))}/${repository}`;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw usage("--port to be a number from 0 to 65535", text);
}

function parseRepository(text: string): string {
  if (/^[\w-]+\/[\w.-]+$/.test(text)) return text;
  throw usage("--as-github to be a repository such as OWNER/REPO", text);
}
