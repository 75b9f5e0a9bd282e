import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ensurePrograms } from "@sysext-kiln/machine";
import { execa } from "execa";

/** A container registry on this machine's loopback. */
export interface TestRegistry extends AsyncDisposable {
  /** Such as `localhost:40123`. */
  readonly host: string;
}

export async function startRegistry(): Promise<TestRegistry> {
  const { "docker-registry": program } = await ensurePrograms(["docker-registry"], () => undefined);
  const folder = await mkdtemp(join(tmpdir(), "kiln-registry-"));
  const port = await freePort();
  const configuration = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr: `127.0.0.1:${port}` },
  };
  const file = join(folder, "registry.yaml");
  // JSON is YAML.
  await writeFile(file, JSON.stringify(configuration));
  const registry = execa(program, ["serve", file], { reject: false, all: true, stdin: "ignore" });
  const host = `localhost:${port}`;
  let over = false;
  void registry.then(() => (over = true));
  while (!(await answers(host))) {
    if (over) throw new Error(`the registry ended: ${(await registry).all}`);
    await delay(20);
  }
  return {
    host,
    async [Symbol.asyncDispose]() {
      registry.kill();
      await registry;
      await rm(folder, { recursive: true });
    },
  };
}

async function answers(host: string): Promise<boolean> {
  const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
  return response?.ok ?? false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
