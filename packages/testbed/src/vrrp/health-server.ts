// Runs on a node: answers 200 while a file exists, and 500 otherwise.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:https";

const [, , port, certificate, key, file] = process.argv;
if (certificate === undefined || key === undefined || file === undefined) {
  throw new Error("usage: health-server.ts PORT CERTIFICATE KEY FILE");
}
createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (_, response) => {
  response.writeHead(existsSync(file) ? 200 : 500).end(existsSync(file) ? "ok" : "not ready");
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
