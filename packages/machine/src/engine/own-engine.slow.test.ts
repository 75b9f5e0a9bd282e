import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

// The engine outlives who started it, so each test is a process in namespaces of its own, and the kernel ends it all.
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-engine-"));
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 }));

const prelude = `
  const { ensureOwnEngine, ownSocket, stopOwnEngine } = await import(${JSON.stringify(new URL("own-engine.ts", import.meta.url).href)});
  const { answers } = await import(${JSON.stringify(new URL("ping.ts", import.meta.url).href)});
  const { execFileSync } = await import("node:child_process");
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  const { readFileSync, readdirSync } = await import("node:fs");
  const said = [];
  const ensure = () => ensureOwnEngine((line) => said.push(line));
  const engines = () => readdirSync("/proc").filter((pid) => {
    // Nobody collects ended processes in there; those have no command line any more.
    try { return readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0")[0].endsWith("dockerd"); } catch { return false; }
  });
`;

/** Runs a script where no other engine can be seen, and gives what it prints as JSON. */
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
  // The first process of the namespaces ends with this one, and everything else with that.
  // Its patience for an engine is one minute.
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

test("two that want an engine at once start one, and the next finds it", async () => {
  const result = await isolated(`
    await Promise.all([ensure(), ensure()]);
    await ensure();
    console.log(JSON.stringify({ engines: engines().length, starts: said.filter((line) => line.startsWith("starting")).length }));
    await stopOwnEngine();
  `);
  expect(result).toEqual({ engines: 1, starts: 1 });
});

test("an engine that was killed is started again, over what it left", async () => {
  const result = await isolated(`
    await ensure();
    const [first] = engines();
    process.kill(Number(first), "SIGKILL");
    for (let i = 0; i < 1000 && (await answers(ownSocket())); i++) await new Promise(setImmediate);
    await ensure();
    console.log(JSON.stringify({ answers: await answers(ownSocket()), other: engines()[0] !== first }));
    await stopOwnEngine();
  `);
  expect(result).toEqual({ answers: true, other: true });
});

test("an engine that is stopped is gone", async () => {
  const result = await isolated(`
    await ensure();
    await stopOwnEngine();
    console.log(JSON.stringify({ engines: engines().length, answers: await answers(ownSocket()) }));
  `);
  expect(result).toEqual({ engines: 0, answers: false });
});
