// Runs in the network of a host: forwards connections to a port there to a socket that a test listens on.
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

const [, , port, socket] = process.argv;
if (port === undefined || socket === undefined) throw new Error("usage: forward.ts PORT SOCKET");
createServer((client) => {
  const server = connect(socket);
  // Unlike pipe(), this closes both however one of them ends.
  pipeline(client, server, client, () => {});
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
