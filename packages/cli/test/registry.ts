import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ensureTestPrograms, listen, startProcess } from "@sysext-kiln/testbed";

/** A container registry on this machine's loopback. */
export interface TestRegistry extends AsyncDisposable {
  /** Such as `localhost:40123`. */
  host: string;
}

/** Whether an action is allowed with the password of a login; it is undefined without a login. */
export type IsAllowed = (password: string | undefined, action: "pull" | "push") => boolean;

/** @param isAllowed by default everything is allowed */
export async function startRegistry(isAllowed?: IsAllowed): Promise<TestRegistry> {
  await using stack = new AsyncDisposableStack();
  const { "docker-registry": program } = await ensureTestPrograms("docker-registry");
  const folder = await mkdtemp(join(tmpdir(), "kiln-registry-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const configuration = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr: `127.0.0.1:${port}` },
    ...(isAllowed && {
      auth: { silly: { realm: await startTokenServer(isAllowed, stack), service: "test" } },
    }),
  };
  const file = join(folder, "registry.yaml");
  // JSON is YAML.
  await writeFile(file, JSON.stringify(configuration));
  const registry = startProcess(program, ["serve", file], { reject: false, all: true, stdin: "ignore" });
  stack.defer(async () => {
    registry.kill();
    await registry;
  });
  const host = `localhost:${port}`;
  let over = false;
  void registry.then(() => (over = true));
  while (!(await responds(host))) {
    if (over) throw new Error(`the registry ended: ${(await registry).all}`);
    await delay(20);
  }
  const all = stack.move();
  return { host, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/**
 * The server that a registry directs its clients to for a token; it checks their logins. The registry itself,
 * with its authentication for tests, accepts any token.
 */
async function startTokenServer(isAllowed: IsAllowed, stack: AsyncDisposableStack): Promise<string> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const actions = searchParams
      .getAll("scope")
      .flatMap((scope) => scope.split(":").at(-1)?.split(",") ?? []);
    const password = passwordOf(request);
    // A login requests no action.
    const isGranted = (["pull", "push"] as const).every(
      (action) => !actions.includes(action) || isAllowed(password, action),
    );
    response.writeHead(isGranted ? 200 : 403, { "content-type": "application/json" });
    response.end(JSON.stringify(isGranted ? { token: "given" } : { errors: [{ code: "DENIED" }] }));
  });
  stack.defer(() => void server.close());
  return `http://127.0.0.1:${await listen(server)}/token`;
}

function passwordOf({ headers }: IncomingMessage): string | undefined {
  const encoded = /^Basic (?<login>.+)$/.exec(headers.authorization ?? "")?.groups?.["login"];
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, "base64")
        .toString()
        .replace(/^[^:]*:/, "");
}

/** Whether the registry responds, even if only to require a login. */
async function responds(host: string): Promise<boolean> {
  const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
  return response?.ok === true || response?.status === 401;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}
