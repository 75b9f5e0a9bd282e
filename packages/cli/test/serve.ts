import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** `kiln serve`, as a person starts it. */
export interface Served extends AsyncDisposable {
  port: number;
}

export async function serveDirectory(directory: string): Promise<Served> {
  const child = execa(process.execPath, [main, "serve", directory, "--port", "0"], {
    reject: false,
    buffer: false,
  });
  const lines = createInterface(child.stdout);
  const [first]: unknown[] = await once(lines, "line");
  const port = Number(/localhost:(\d+)/.exec(String(first))?.[1]);
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child;
    },
  };
}
