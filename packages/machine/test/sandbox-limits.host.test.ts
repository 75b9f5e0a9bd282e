import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../src/run.ts";
import type { Limits } from "../src/sandbox/limits.ts";
import { machinePrograms } from "../src/sandbox/root.ts";
import type { Setup } from "../src/sandbox/setup.ts";
import { callProgram, readAnswers, type Call } from "./call-program.ts";
import type { Run } from "./run-as.ts";
import { nobody, callerWithoutSandbox, preparePrograms, runAs, startAs, callers } from "./callers.ts";

const MiB = 1024 * 1024;
const SIGCHLD = 17;
/** PROT_READ and PROT_WRITE; MAP_PRIVATE, MAP_ANONYMOUS and MAP_NORESERVE. */
const memory = { rights: 3, kind: 0x4022 };

/** A third of a second (struct timespec). */
const aWhile = "\0\0\0\0\0\0\0\0\x15\x4a\xde\x13\0\0\0\0";

/** Calls that make 2^doublings processes; each of them continues with the next call. */
const fork = (doublings: number): Call[] => [
  ...Array.from({ length: doublings }, (): Call => ["clone", SIGCHLD, 0, 0, 0, 0]),
  ["nanosleep", aWhile, 0],
  ...Array.from({ length: doublings }, (): Call => ["wait4", -1, 0, 0, 0]),
];

/** Programs that use more and more resources. */
const greedy = {
  // Far more processes than the limit, which is raised by those that other tests run as the same user.
  bomb: fork(11),
  fork: fork(6),
  allocate: Array.from({ length: 8 }, (): Call => ["mmap", 0, 1024 * MiB, memory.rights, memory.kind, -1, 0]),
};

let folder: string;

beforeAll(async () => {
  await preparePrograms();
  folder = await mkdtemp(join(tmpdir(), "kiln-limits-"));
  await chmod(folder, 0o755);
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "data/data"), "read");
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs a script of bash in the sandbox, with this machine's programs. */
const script = (text: string, limits: Partial<Limits> = {}): Run => ({
  command: ["/usr/bin/bash", "-c", text],
  options: { root: machinePrograms, limits },
});

/** Makes a program of calls, and the options to run it; its processes append their results to a file. */
async function program(name: string, calls: readonly Call[], limits: Partial<Limits>) {
  const root = join(folder, name);
  const out = join(root, "out");
  await mkdir(join(root, "usr"), { recursive: true });
  await mkdir(out);
  await chown(out, nobody.uid, nobody.gid);
  const architecture = process.arch === "arm64" ? "arm64" : "x86-64";
  const bytes = callProgram(architecture, "/out/answers", calls);
  await writeFile(join(root, "usr/program"), bytes, { mode: 0o755 });
  const options = {
    root: { folder: root, names: ["usr"] },
    writable: [{ source: out, target: "/out" }],
    limits,
  };
  const answers = async () => readAnswers(await readFile(join(out, "answers")));
  return { run: { command: ["/usr/program"], options }, answers };
}

/** The real user of each process of this machine whose command line begins with a text. */
async function usersOf(text: string): Promise<number[]> {
  const users = (await readdir("/proc"))
    .filter((name) => /^\d+$/.test(name))
    .map(async (pid) => {
      try {
        if (!(await readFile(`/proc/${pid}/cmdline`, "utf8")).startsWith(text)) return [];
        return [Number(/^Uid:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1])];
      } catch {
        return []; // it ended meanwhile
      }
    });
  return (await Promise.all(users)).flat();
}

/** Reads a file that is below /mnt, from a folder and by its own path. */
const belowMnt: Run = {
  command: ["/usr/bin/cat", "/folder/data", "/file"],
  options: {
    root: machinePrograms,
    readOnly: [
      { source: "/mnt/kiln/data", target: "/folder" },
      { source: "/mnt/kiln/data/data", target: "/file" },
    ],
  },
};

const fill = (path: string) => `head -c 3M /dev/zero > ${path}; echo $?`;
const files = [fill("/tmp/a"), fill("/dev/shm/a"), "exec 30< /dev/null && echo open"].join("\n");
const search = "cat /proc/*/environ | tr '\\0' '\\n' | sort -u; id -u; : < /dev/tty || echo no terminal";

test(`kiln run ${callerWithoutSandbox.name} runs nothing`, async () => {
  const runs = [script("echo contained?")];
  await expect(runAs(callerWithoutSandbox, folder, { runs })).rejects.toMatchObject({
    code: "sandbox-unavailable",
    found: expect.stringMatching(/setting up uid map: Permission denied, and no sudo/),
  });
});

describe.each(callers)("kiln run $name", (caller) => {
  const marker = (seconds: number) => `${seconds}.${callers.indexOf(caller)}${process.pid}`;
  const endless = `setsid sleep ${marker(1000)} & sleep ${marker(1000)}`;
  const numbers: Record<string, number[]> = {};
  let outcomes: readonly Outcome[];
  let setup: Setup;

  beforeAll(async () => {
    const named = (name: string) => `${name}-${callers.indexOf(caller)}`;
    const programs = {
      fewForks: await program(named("few-forks"), greedy.bomb, { processes: 32 }),
      manyForks: await program(named("many-forks"), greedy.fork, { processes: 256 }),
      littleMemory: await program(named("little-memory"), greedy.allocate, { memory: 4096 * MiB }),
      muchMemory: await program(named("much-memory"), greedy.allocate, { memory: 16_384 * MiB }),
    };
    const scripts = [
      script(files, { scratch: MiB, openFiles: 20 }),
      script(files, { scratch: 8 * MiB, fileSize: MiB }),
      script("yes", { output: 100_000 }),
      script(endless, { seconds: 1 }),
      script(search),
      belowMnt,
    ];
    const runs = [...scripts, ...Object.values(programs).map(({ run }) => run)];
    ({ outcomes, setup } = await runAs(caller, folder, { runs }));
    for (const [name, { answers }] of Object.entries(programs)) numbers[name] = await answers();
  });

  test("the user namespace is made by a user with permission to make it", () => {
    expect(setup).toMatchObject({
      fromRoot: !caller.asNobody,
      userNamespace: caller.refused ? "granted" : "own",
      rootPrefix: caller.sudo ? ["/usr/bin/sudo", "-n"] : [],
    });
  });

  test("a fork bomb gets no more processes than allowed", () => {
    expect(numbers["fewForks"]).toContain(-constants.errno.EAGAIN);
    expect(numbers["manyForks"]).toHaveLength(64 * greedy.fork.length);
    expect(numbers["manyForks"]).not.toContain(-constants.errno.EAGAIN);
  });

  test("a process gets no more memory than allowed", () => {
    expect(numbers["littleMemory"]?.at(-1)).toBe(-constants.errno.ENOMEM);
    expect(numbers["muchMemory"]?.filter((answer) => answer < 0)).toEqual([]);
  });

  test("files in memory and open files are limited", () => {
    expect(outcomes[0]?.stdout).toBe("1\n1");
    expect(outcomes[0]?.stderr).toMatch(/(No space left on device.*){2}30: Bad file descriptor/s);
  });

  test("the size of a file is limited", () => {
    expect(outcomes[1]?.stdout.split("\n")).toEqual(["153", "153", "open"]); // ended by SIGXFSZ
  });

  test("output without an end is cut off", () => {
    expect(outcomes[2]?.ending).toBe("its output was too long");
    expect(outcomes[2]?.stdout.length).toBeLessThanOrEqual(100_000);
  });

  test("what runs too long is ended, with everything that it started", async () => {
    expect(outcomes[3]?.timedOut).toBe(true);
    await expect.poll(() => usersOf(`sleep\0${marker(1000)}`), { timeout: 10_000 }).toEqual([]);
  });

  test("a program finds no secret and no terminal", () => {
    expect(outcomes[4]?.stdout).not.toContain("hunter2");
    expect(outcomes[4]?.stdout).toMatch(/^PATH=.*65534\nno terminal$/s);
  });

  test("a program can be given folders and files from below /mnt", () => {
    expect(outcomes[5]?.stdout).toBe("readread");
  });

  test("it is not root outside, and ends with a kiln that is killed", async () => {
    const command = ["/usr/bin/sleep", marker(2000)];
    const runs = [{ command, options: { root: machinePrograms } }];
    const { child } = await startAs(caller, folder, { runs });
    const users = () => usersOf(`/usr/bin/sleep\0${marker(2000)}`);
    await expect.poll(users, { timeout: 30_000 }).toContain(caller.asNobody ? 65_534 : 65_533);
    child.kill("SIGKILL");
    await expect.poll(users, { timeout: 10_000 }).toEqual([]);
  });
});
