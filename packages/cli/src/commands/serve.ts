import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { stat } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/release-host";
import sirv from "sirv";
import { z } from "zod";

const serveOptions = z.object({ port: z.string() });

/** Serves a directory of releases until the process is ended. */
export async function serve(directory: string, given: unknown): Promise<void> {
  const port = parsePort(serveOptions.parse(given).port);
  await stat(directory).catch((cause: unknown) => {
    throw new KilnError("not-published", {
      expected: `a directory of releases at ${directory}`,
      found: "none",
      next: `./kiln release --to ${directory} makes one`,
      cause,
    });
  });
  // Looked up at each request: a publisher may switch the update directory while we serve it.
  const files = sirv(directory, { dev: true, etag: true });
  const server = createServer((request, response) => {
    response.on("finish", () =>
      process.stdout.write(`${request.method} ${request.url} ${response.statusCode}\n`),
    );
    const notFound = () => {
      response.writeHead(404).end();
    };
    // Drafts and what is being removed stand in folders that begin with a dot.
    if (/\/\.|%2e/i.test(request.url ?? "")) notFound();
    else files(request, response, notFound);
  });
  server.listen(port);
  await once(server, "listening").catch((cause: unknown) => {
    throw new KilnError("usage", {
      expected: `port ${port} to be free`,
      found: cause instanceof Error ? cause.message : "an error",
      next: "choose another with --port; 0 takes a free one",
      cause,
    });
  });
  const address = `http://localhost:${portOf(server)}`;
  process.stdout.write(
    `Serving ${directory} at ${address}; hosts update from ${address}/${updateDirectoryPath}/\n`,
  );
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" ? address?.port : undefined;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new KilnError("usage", {
    expected: "--port to be a number from 0 to 65535",
    found: text,
    next: "correct it",
  });
}
