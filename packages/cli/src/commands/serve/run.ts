import { stat } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { describeSystemError, KilnError, usageErrors } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { z } from "zod";
import { asGitHub } from "./as-github.ts";
import { listen, sendStatus, type Handler } from "./listen.ts";
import { openAsset, parseAssetPath } from "./published-asset.ts";
import { sendFile } from "./send-file.ts";

const usage = usageErrors("./kiln serve --help shows examples");

const serveOptions = z.object({ host: z.string(), port: z.string(), asGithub: z.string().optional() });

/** Serves a directory of releases until the process ends. */
export async function serve(directory: string, given: unknown): Promise<void> {
  const options = serveOptions.parse(given);
  const { host } = options;
  // To Node, no address means all of them.
  if (host === "") throw usage("--host to be an address or a name", "an empty text");
  const port = parsePort(options.port);
  const problem = await stat(directory).then(
    (stats) => (stats.isDirectory() ? undefined : "a file"),
    (error: unknown) => describeSystemError(error) ?? String(error),
  );
  if (problem !== undefined) {
    throw new KilnError("not-published", {
      expected: `a directory of releases at ${directory}`,
      found: problem,
      next: `./kiln release --to ${directory} publishes to it`,
    });
  }
  const repository = options.asGithub === undefined ? undefined : parseRepository(options.asGithub);
  const { url, address } = await start(directory, host, port, repository);
  process.stdout.write(`Serving ${directory} at ${url}; hosts update from ${url}/${updateDirectoryPath}/\n`);
  const range = address in everyInterface ? "every interface of this machine" : `${address} only`;
  process.stdout.write(
    `Listening on ${range}${isLoopback(address) ? "; --host 0.0.0.0 lets other machines connect" : ""}\n`,
  );
}

/** Starts the servers. @returns the base URL, and the address that they listen on */
async function start(
  directory: string,
  host: string,
  port: number,
  repository: string | undefined,
): Promise<{ url: string; address: string }> {
  const originOf = (bound: { address: string; port: number }) =>
    `http://${nameFor(host, bound.address)}:${bound.port}`;
  if (repository === undefined) {
    const bound = await listen(host, port, publishedAssets(directory));
    return { url: originOf(bound), address: bound.address };
  }
  const { site, assets } = asGitHub(directory, repository);
  const second = await listen(host, 0, assets);
  process.stdout.write(`Assets come from ${originOf(second)}\n`);
  const bound = await listen(host, port, site(second.port));
  return { url: `${originOf(bound)}/${repository}`, address: bound.address };
}

/** Responds with the assets of a directory of releases. */
function publishedAssets(directory: string): Handler {
  return async (request, response, path) => {
    const reference = parseAssetPath(path);
    const file = reference && (await openAsset(directory, reference));
    if (file === undefined) sendStatus(response, 404);
    else await sendFile(request, response, file);
  };
}

/** The addresses that mean every interface, with their family. */
const everyInterface: Readonly<Record<string, "IPv4" | "IPv6">> = {
  "0.0.0.0": "IPv4",
  "::ffff:0.0.0.0": "IPv4",
  "::": "IPv6",
};

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/**
 * The host in the URL of a server: the one that the user gave; for every interface, one that other machines
 * can use.
 */
function nameFor(host: string, bound: string): string {
  const family = everyInterface[bound];
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => !address.internal && address.family === family && !address.scopeid);
  const address = family === undefined ? host : (own?.address ?? "localhost");
  return isIPv6(address) ? `[${address}]` : address;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw usage("--port to be a number from 0 to 65535", JSON.stringify(text));
}

function parseRepository(text: string): string {
  if (/^[\w-]+\/[\w.-]+$/.test(text)) return text;
  throw usage("--as-github to be OWNER/REPO", JSON.stringify(text));
}
