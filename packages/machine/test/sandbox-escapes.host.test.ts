import { spawn, type ChildProcess } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir, constants } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensurePrograms } from "../src/ensure-programs.ts";
import { tryRun } from "../src/run.ts";
import type { Bind } from "../src/sandbox/root.ts";
import type { ProgramMachine } from "./assembler.ts";
import { attempts, type Surroundings } from "./attempts.ts";
import { callProgram, readAnswers } from "./call-program.ts";
import { nobody, preparePrograms, runAs, callers, type Caller } from "./callers.ts";

const [native, foreign]: [ProgramMachine, ProgramMachine] =
  process.arch === "arm64" ? ["arm64", "x86-64"] : ["x86-64", "arm64"];
const emulators = { arm64: "qemu-aarch64-static", "x86-64": "qemu-x86_64-static" } as const;

let folder: string;
let machine: Surroundings;
let victim: ChildProcess;
let servers: Server[];

beforeAll(async () => {
  await preparePrograms();
  folder = await mkdtemp(join(tmpdir(), "kiln-sandbox-"));
  await chmod(folder, 0o755);
  await writeFile(join(folder, "secret"), "hunter2", { mode: 0o600 });
  victim = spawn("sleep", ["1000"]);
  const abstractSocket = `kiln-${process.pid}`;
  const socket = join(folder, "docker.sock");
  servers = await Promise.all([listen(0, "127.0.0.1"), listen(`\0${abstractSocket}`), listen(socket)]);
  const address = servers[0]?.address();
  machine = {
    victim: victim.pid ?? 0,
    secret: join(folder, "secret"),
    port: typeof address === "object" && address !== null ? address.port : 0,
    socket,
    abstractSocket,
    root: "",
    scratch: "/tmp",
  };
});

afterAll(async () => {
  victim.kill();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

function listen(...where: [number, string] | [string]): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    if (typeof where[0] === "number") server.listen(where[0], where[1], () => resolve(server));
    else server.listen(where[0], () => resolve(server));
  });
}

/** Makes a root folder with a program for each attempt, and a folder for their results. */
async function makeRoot(name: string, architecture: ProgramMachine, owner: number) {
  const root = join(folder, name);
  const out = join(folder, `${name}-out`);
  await mkdir(join(root, "usr"), { recursive: true });
  await mkdir(out);
  await chown(out, owner, owner);
  await writeFile(join(root, "usr/doomed"), "");
  await writeFile(join(root, "usr/secret"), "", { mode: 0o600 });
  for (const [index, { calls }] of attempts.entries()) {
    const program = callProgram(architecture, `/out/${index}`, calls(machine));
    await writeFile(join(root, `usr/${index}`), program, { mode: 0o755 });
  }
  return { root, out };
}

/** The result of a program's last call. */
async function lastAnswer(path: string): Promise<number | undefined> {
  return readAnswers(await readFile(path)).at(-1);
}

const errorNumbers = (refusals: readonly string[]) =>
  refusals.map((name) => -(Object.entries(constants.errno).find(([key]) => key === name)?.[1] ?? 0));

describe("outside the sandbox, root can", () => {
  test.each(attempts)("$name", async ({ calls }) => {
    const scratch = await mkdtemp(join(folder, "outside-"));
    await mkdir(join(scratch, "usr"));
    await writeFile(join(scratch, "usr/doomed"), "");
    await writeFile(join(scratch, "usr/secret"), "", { mode: 0o600 });
    const program = join(scratch, "program");
    const out = join(scratch, "out");
    await writeFile(program, callProgram(native, out, calls({ ...machine, root: scratch, scratch })), {
      mode: 0o755,
    });
    const withDescriptor = ["bash", "-c", 'exec 9< /; exec "$@"', "bash"];
    await tryRun("unshare", ["--mount", "--propagation", "private", "--", ...withDescriptor, program]);
    expect(await lastAnswer(out)).toBeGreaterThanOrEqual(0);
  });
});

/** Runs the program of each attempt in the sandbox; returns the folder with their results. */
async function tryAll(
  caller: Caller,
  architecture: ProgramMachine,
  before: readonly Bind[] = [],
): Promise<string> {
  const { root, out } = await makeRoot(`${caller.name}, ${architecture}`, architecture, nobody.uid);
  const writable = [{ source: out, target: "/out" }];
  const options = { root: { folder: root }, readOnly: before, writable };
  const runs = attempts.map((_, index) => ({
    command: [...before.map(({ target }) => target), `/usr/${index}`],
    options,
  }));
  await runAs(caller, folder, { runs });
  return out;
}

const numbered = attempts.map((attempt, index) => ({ ...attempt, index }));

describe.each(callers)("kiln run $name", (caller) => {
  let out: string;
  beforeAll(async () => {
    out = await tryAll(caller, native);
  });

  test.each(numbered)("no program can $name", async ({ refusals, index }) => {
    expect(errorNumbers(refusals)).toContain(await lastAnswer(join(out, String(index))));
  });
});

// The emulator itself refuses some calls.
describe.each(callers.filter(({ refused }) => !refused))("kiln run $name, under an emulator", (caller) => {
  let out: string;
  beforeAll(async () => {
    const name = emulators[foreign];
    const { [name]: source } = await ensurePrograms([name], () => undefined);
    out = await tryAll(caller, foreign, [{ source, target: "/emulator" }]);
  });

  test.each(numbered)("no program can $name", async ({ index }) => {
    expect(await lastAnswer(join(out, String(index)))).toBeLessThan(0);
  });
});
