// Runs on a node: answers 200 if a file exists, half of the time if it contains `half`, and else 500.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:https";

const [, , port, certificate, key, file] = process.argv;
if (certificate === undefined || key === undefined || file === undefined) {
  throw new Error("usage: health-server.ts PORT CERTIFICATE KEY FILE");
}
createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (_, response) => {
  const healthy = isHealthy(file);
  response.writeHead(healthy ? 200 : 500).end(healthy ? "ok" : "not ready");
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));

function isHealthy(path: string): boolean {
  if (!existsSync(path)) return false;
  return !readFileSync(path, "utf8").includes("half") || Math.random() < 0.5;
}
