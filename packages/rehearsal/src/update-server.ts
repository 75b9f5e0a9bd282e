import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { updateDirectoryPath } from "@sysext-kiln/extension";

/** An update directory that the hosts of a rehearsal update from. */
export interface UpdateServer extends AsyncDisposable {
  /** The port of this machine's 127.0.0.1 that it listens on. */
  port: number;
}

export interface ServedImage {
  name: string;
  path: string;
  /** In lower-case hex. */
  sha256: string;
}

/** Serves images, and a manifest of them, which is not signed. */
export async function serveImages(images: readonly ServedImage[]): Promise<UpdateServer> {
  const manifest = images.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join("");
  const server = createServer((request, response) => {
    const name = basename(request.url ?? "");
    const image = images.find((one) => one.name === name);
    if (request.url !== `/${updateDirectoryPath}/${name}`) response.writeHead(404).end();
    else if (name === "SHA256SUMS") response.end(manifest);
    else if (image === undefined) response.writeHead(404).end();
    else void send(image.path, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the update server has no port");
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function send(path: string, response: ServerResponse): Promise<void> {
  const { size } = await stat(path);
  response.writeHead(200, { "Content-Length": size });
  // A host that goes away in the middle asks again.
  await pipeline(createReadStream(path), response).catch(() => undefined);
}
