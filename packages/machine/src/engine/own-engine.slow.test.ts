import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

// The engine outlives the process that started it, so each test has its own namespaces, whose end is the
// engine's end.
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-engine-"));
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 }));

const prelude = `
  const { engineLock, ensureOwnEngine, isResponding, ownSocket } = await import(${JSON.stringify(new URL("own-engine.ts", import.meta.url).href)});
  const { withLock } = await import(${JSON.stringify(new URL("../lock.ts", import.meta.url).href)});
  const { execFileSync } = await import("node:child_process");
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  const { readFileSync, readdirSync } = await import("node:fs");
  const said = [];
  const ensure = () => ensureOwnEngine((line) => said.push(line));
  const using = (work) => withLock(engineLock(), work, { shared: true });
  const engines = () => readdirSync("/proc").filter((pid) => {
    // In there nothing reaps ended processes, but those have no command line.
    try { return readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0")[0].endsWith("dockerd"); } catch { return false; }
  });
`;

/** Runs a script where it sees no other engine. @returns what it prints as JSON */
async function isolated(script: string): Promise<unknown> {
  const namespaces = [
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
  ];
  // The first process of the namespaces ends with this one, and all others with the first. It waits up to a
  // minute for an engine.
  const { stdout } = await execa(
    "setpriv",
    [
      ...["--pdeathsig", "KILL", "unshare", ...namespaces],
      ...[process.execPath, "--input-type=module", "-e", prelude + script],
    ],
    { env: { KILN_CACHE_DIR: folder }, timeout: 90_000 },
  );
  return JSON.parse(stdout);
}

test("two simultaneous requests for an engine start one, which the next request finds", async () => {
  const result = await isolated(`
    await using(async () => {
      await Promise.all([ensure(), ensure()]);
      await ensure();
      console.log(JSON.stringify({ engines: engines().length, starts: said.filter((line) => line.startsWith("starting")).length }));
    });
  `);
  expect(result).toEqual({ engines: 1, starts: 1 });
});

test("an engine that was killed is started again despite the files that it left behind", async () => {
  const result = await isolated(`
    await using(async () => {
      await ensure();
      const [first] = engines();
      process.kill(Number(first), "SIGKILL");
      for (let i = 0; i < 1000 && (await isResponding(ownSocket())); i++) await new Promise(setImmediate);
      await ensure();
      console.log(JSON.stringify({ answers: await isResponding(ownSocket()), other: engines()[0] !== first }));
    });
  `);
  expect(result).toEqual({ answers: true, other: true });
});

/** Waits until nobody keeps the engine, and prints what is left of it. */
const afterwards = `
  await withLock(engineLock(), async () => undefined);
  console.log(JSON.stringify({ engines: engines().length, answers: await isResponding(ownSocket()) }));`;

test("an engine ends with its last user", async () => {
  const result = await isolated(`
    await using(() => using(ensure));
    ${afterwards}
  `);
  expect(result).toEqual({ engines: 0, answers: false });
});

test("an engine ends with a user that is killed", async () => {
  const result = await isolated(`
    const { spawn } = await import("node:child_process");
    const { once } = await import("node:events");
    const user = ${JSON.stringify(prelude)}.replace(/^.*mount.*$/m, "")
      + "await using(async () => { await ensure(); console.log('ready'); await new Promise((resolve) => setTimeout(resolve, 60_000)); });";
    const child = spawn(process.execPath, ["--input-type=module", "-e", user], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    ${afterwards}
  `);
  expect(result).toEqual({ engines: 0, answers: false });
});
