import { readFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "@sysext-kiln/testbed";

/** How a transfer fails halfway: the connection is closed, or no more data arrives. */
export type Fault = "cut" | "stall";

/** A proxy in front of a server on this machine, which can break the transfers of single files. */
export interface FaultyProxy extends AsyncDisposable {
  port: number;
  /**
   * Makes every transfer of a file with this name fail halfway.
   * @param path the file whose first half is sent
   */
  break(name: string, path: string, fault: Fault): void;
  /** Lets all transfers succeed again. */
  repair(): void;
}

export async function startFaultyProxy(target: number): Promise<FaultyProxy> {
  const broken = new Map<string, { path: string; fault: Fault }>();
  const server = createServer((incoming, response) => {
    const found = broken.get(incoming.url?.split("/").at(-1) ?? "");
    if (found === undefined) forward(incoming, response, target);
    else void sendHalf(response, found.path, found.fault);
  });
  const port = await listen(server);
  return {
    port,
    break: (name, path, fault) => void broken.set(name, { path, fault }),
    repair: () => broken.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward({ url, method, headers }: IncomingMessage, response: ServerResponse, port: number): void {
  const options = { host: "127.0.0.1", port, path: url, method, headers };
  const forwarded = request(options, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  forwarded.on("error", () => response.destroy());
  forwarded.end();
}

async function sendHalf(response: ServerResponse, path: string, fault: Fault): Promise<void> {
  const bytes = await readFile(path);
  response.writeHead(200, { "content-length": bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => {
    if (fault === "cut") response.destroy();
  });
}
