import { createInterface } from "node:readline";
import { startProcess } from "@sysext-kiln/testbed";
import { main } from "./paths.ts";

/** `kiln serve`, as a person starts it. */
export interface KilnServer extends AsyncDisposable {
  /** The URL above `releases/`. */
  baseUrl: string;
  /** The ports of this machine that clients must reach. */
  ports: number[];
}

export interface ServeOptions {
  /** The address to listen on (default: kiln's own default). */
  host?: string;
  /** A command that starts another one, such as `setpriv` with its options. */
  launcher?: readonly string[];
}

/** @param repository the `OWNER/REPO` to serve it as, with GitHub's redirects */
export async function serveDirectory(
  directory: string,
  repository?: string,
  { host, launcher = [] }: ServeOptions = {},
): Promise<KilnServer> {
  const [program, ...args] = [...launcher, process.execPath, main, "serve", directory, "--port", "0"];
  if (repository !== undefined) args.push("--as-github", repository);
  if (host !== undefined) args.push("--host", host);
  const child = startProcess(program, args, { reject: false, buffer: false });
  const ports: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    const [, address, port, path] = /http:\/\/([\d.]+):(\d+)(\S*?);?$/.exec(line.split("; ")[0] ?? "") ?? [];
    ports.push(Number(port));
    if (!line.startsWith("Serving")) continue;
    child.stdout.resume();
    return {
      baseUrl: `http://${address}:${port}${path}`,
      ports,
      async [Symbol.asyncDispose]() {
        child.kill();
        await child;
      },
    };
  }
  throw new Error(`kiln serve ${directory} ended before it served`);
}
