import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";

/** How a transfer goes wrong halfway: the connection ends, or nothing comes any more. */
export type Fault = "cut" | "stall";

/** Stands in front of a server of this machine and hands everything through, but for the files that a test breaks. */
export interface Front extends AsyncDisposable {
  port: number;
  /** Lets every transfer of a file of this name go wrong halfway, until it is mended. */
  break(name: string, path: string, fault: Fault): void;
  mend(): void;
}

export async function openFront(target: number): Promise<Front> {
  const broken = new Map<string, { path: string; fault: Fault }>();
  const server = createServer((incoming, response) => {
    const found = broken.get(incoming.url?.split("/").at(-1) ?? "");
    if (found === undefined) forward(incoming, response, target);
    else void sendHalf(response, found.path, found.fault);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    break: (name, path, fault) => void broken.set(name, { path, fault }),
    mend: () => broken.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward({ url, method, headers }: IncomingMessage, response: ServerResponse, port: number): void {
  const options = { host: "127.0.0.1", port, path: url, method, headers };
  const onward = request(options, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  onward.end();
}

async function sendHalf(response: ServerResponse, path: string, fault: Fault): Promise<void> {
  const bytes = await readFile(path);
  response.writeHead(200, { "content-length": bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => {
    if (fault === "cut") response.destroy();
  });
}
