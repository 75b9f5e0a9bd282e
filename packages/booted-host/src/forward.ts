// Runs in the network of a host: forwards connections to a port there to a socket that a test listens on.
import { connect, createServer } from "node:net";

const [, , port, socket] = process.argv;
if (port === undefined || socket === undefined) throw new Error("usage: forward.ts PORT SOCKET");
createServer((client) => {
  const server = connect(socket);
  client.on("error", () => server.destroy());
  server.on("error", () => client.destroy());
  client.pipe(server).pipe(client);
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
