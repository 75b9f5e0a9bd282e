import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { KilnError } from "@sysext-kiln/error";

/**
 * Serves HTTP on a port until the process is ended, with a line for each answer.
 * @returns the port, which is a free one for 0
 */
export async function listen(port: number, listener: RequestListener): Promise<number> {
  const server = createServer((request, response) => {
    const { method, url } = request;
    response.on("finish", () => process.stdout.write(`${method} ${url} ${response.statusCode}\n`));
    listener(request, response);
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
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
