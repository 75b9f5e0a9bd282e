import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** `kiln serve`, as a person starts it. */
export interface Served extends AsyncDisposable {
  /** Below it is what was published. */
  baseUrl: string;
  /** Every port of this machine that whoever reads there has to reach. */
  ports: number[];
}

/** @param repository the `OWNER/REPO` to serve it as, with GitHub's redirects */
export async function serveDirectory(directory: string, repository?: string): Promise<Served> {
  const options = repository === undefined ? [] : ["--as-github", repository];
  const args = [main, "serve", directory, "--port", "0", ...options];
  const child = execa(process.execPath, args, { reject: false, buffer: false });
  const ports: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [, port, path] = /localhost:(\d+)(\S*?);?$/.exec(line.split("; ")[0] ?? "") ?? [];
    ports.push(Number(port));
    if (!line.startsWith("Serving")) continue;
    child.stdout.resume();
    return {
      baseUrl: `http://127.0.0.1:${port}${path}`,
      ports,
      async [Symbol.asyncDispose]() {
        child.kill();
        await child;
      },
    };
  }
  throw new Error(`kiln serve ${directory} ended before it served`);
}
