import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Outcome } from "@sysext-kiln/machine";
import {
  openReplayer,
  recordWrites,
  type Crash,
  type MountedFolder,
  type Recording,
} from "@sysext-kiln/testbed";
import { settledHost, type HostFolder, imageOf } from "@sysext-kiln/testbed/host-folder";

/** The versions of the recorded updates: to one that is unhealthy, and then to one that is healthy. */
const [old, bad, good] = ["3.5.9", "3.5.10", "3.5.11"] as const;

/** What survives a power failure is recorded; what a boot makes anew is not. */
const kept = ["etc", "opt", "var"] as const;
const volatile = ["run", "usr", "world"] as const;

/** Updates whose block writes were recorded. */
export interface RecordedUpdates extends AsyncDisposable {
  readonly recording: Recording;
  /**
   * Boots a host after a power failure, and lets kiln-host run, at first while nothing new is published.
   * @returns what is wrong; undefined if nothing is, or if another crash has left exactly the same files
   */
  problemAfter(crash: Crash): Promise<string | undefined>;
  /** How many different sets of files there were after the crashes so far. */
  readonly outcomes: () => number;
}

/**
 * Records two runs of kiln-host: one returns from an unhealthy version, and the other one takes a healthy version.
 * @param options.syncs whether what it syncs reaches the disk; systemd syncs what it downloads in any case
 */
export async function recordUpdates({ syncs = true } = {}): Promise<RecordedUpdates> {
  await using stack = new AsyncDisposableStack();
  const host = stack.use(await settledHost(old));
  await host.write("world/syncs", syncs ? "all\n" : "downloads\n");
  await host.publish(bad, { start: "fails" });
  const recording = await recordWrites({
    fill: async (folder) => {
      for (const name of kept)
        await cp(join(host.root, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
      for (const name of volatile) await mkdir(join(folder, name));
    },
    work: async (folder) => {
      await bindVolatile(host, folder);
      expectStatus(await runAt(host, folder, "run"), 1);
      await host.publish(good);
      expectStatus(await runAt(host, folder, "run"), 0);
    },
  });
  // What a boot finds again, whatever happened before.
  await rm(join(host.root, "world/repository/etcd", imageOf(good)));
  await cp(join(host.root, "world"), join(host.root, "world.at-first"), { recursive: true });
  const replayer = stack.use(await openReplayer());
  const seen = new Set<string>();
  const resources = stack.move();
  return {
    recording,
    outcomes: () => seen.size,
    problemAfter: ({ disk }) =>
      replayer.mounted(
        disk,
        async (folder) => {
          const contents = await describeFiles(folder.path);
          if (seen.has(contents)) return undefined;
          seen.add(contents);
          const found = await findDamage(host, folder.path);
          if (found !== undefined) return found;
          return recover(host, folder);
        },
        { writable: true },
      ),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/**
 * What is wrong after some crashes: a line for each that left something wrong.
 * @param atMost after how many of them it stops
 */
export async function problemsAfter(
  updates: RecordedUpdates,
  crashes: Iterable<Crash>,
  atMost = Infinity,
): Promise<string[]> {
  const problems: string[] = [];
  for (const crash of crashes) {
    const problem = await updates.problemAfter(crash);
    if (problem !== undefined) problems.push(`${crash.name}: ${problem}`);
    if (problems.length >= atMost) break;
  }
  return problems;
}

async function bindVolatile(host: HostFolder, folder: MountedFolder): Promise<void> {
  for (const name of volatile) {
    await mkdir(join(host.root, name), { recursive: true });
    const bind = await folder.run("mount", (root) => ["--bind", join(host.root, name), join(root, name)]);
    expectStatus(bind, 0);
  }
}

/** Boots the host, and runs kiln-host: before and after the good version is published. */
async function recover(host: HostFolder, folder: MountedFolder): Promise<string | undefined> {
  await rm(join(host.root, "world"), { recursive: true });
  await cp(join(host.root, "world.at-first"), join(host.root, "world"), { recursive: true });
  for (const name of ["run", "usr", "world/merged", "world/units"])
    await rm(join(host.root, name), { recursive: true, force: true });
  await bindVolatile(host, folder);
  await host.write("world/boot", "boot-after-the-crash\n");
  await host.write("world/uptime", "5\n");
  await runAt(host, folder, "boot");
  const first = await runAt(host, folder, "run");
  const atFirst = await stateIn(folder.path);
  const known = [imageOf(old), imageOf(good)];
  if (atFirst["state"] !== "settled" || !known.includes(atFirst["image"] ?? ""))
    return `the first run ends with ${JSON.stringify(atFirst)}: ${first.summary}`;
  await host.publish(good);
  const second = await runAt(host, folder, "run");
  const atLast = await stateIn(folder.path);
  if (atLast["state"] !== "settled" || atLast["image"] !== imageOf(good) || second.status !== 0)
    return `the second run ends with ${JSON.stringify(atLast)}: ${second.summary}`;
  const refused = (atLast["refused"] ?? "").split("\n").filter((line) => line !== "");
  const wrong = refused.filter((line) => !line.startsWith(`${imageOf(bad)} `));
  return wrong.length === 0 ? undefined : `refused: ${wrong.join(", ")}`;
}

/** Runs kiln-host in a recorded or replayed folder: as the timer does, or at boot. */
async function runAt(host: HostFolder, folder: MountedFolder, command: "run" | "boot"): Promise<Outcome> {
  await host.write("world/steps", "0\n");
  if (command === "run") {
    const uptime = Number(await host.read("world/uptime")) + 40_000;
    await host.write("world/uptime", `${uptime}\n`);
  } else {
    const merge = (root: string) => `R=${root}; . ${host.root}/program/system.sh; merge_world`;
    await folder.run("dash", (root) => ["-c", merge(root)]);
  }
  const program = join(host.root, "program/kiln-host");
  return folder.run("env", (root) => [`KILN_HOST_ROOT=${root}`, "dash", program, command]);
}

/** What is damaged on a disk; undefined if nothing is. */
async function findDamage(host: HostFolder, folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, stateFile), "utf8").catch(() => undefined);
  if (text !== undefined && !isIntact(text)) return `the state is damaged: ${JSON.stringify(text)}`;
  const target = await readlink(join(folder, "etc/extensions/etcd.raw")).catch(() => undefined);
  if (target === undefined) return "there is no link";
  const [image, tree] = [join(folder, target), join(host.root, "world/trees", basename(target))];
  const contents = await readFile(image, "utf8").catch(() => "missing");
  return contents === `${tree}\n`
    ? undefined
    : `${target}, which the link leads to, is ${JSON.stringify(contents)}`;
}

const stateFile = "var/lib/sysext-kiln/state/etcd";

function isIntact(text: string): boolean {
  const [, lines = "", checksum] = /^([^]*)checksum=([0-9a-f]{64})\n$/.exec(text) ?? [];
  return createHash("sha256").update(lines).digest("hex") === checksum;
}

async function stateIn(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, stateFile), "utf8").catch(() => "");
  const state: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [key = "", value = ""] = line.split(/=(.*)/);
    state[key] = key in state ? `${state[key]}\n${value}` : value;
  }
  return state;
}

/** The names and contents of all files that survive, as one text. */
async function describeFiles(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of kept) {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) lines.push(`${path} -> ${await readlink(path)}`);
      else if (entry.isFile()) lines.push(`${path} ${await readFile(path, "base64")}`);
      else lines.push(path);
    }
  }
  return lines.toSorted().join("\n");
}

function expectStatus({ status, summary }: Outcome, expected: number): void {
  if (status !== expected) throw new Error(`expected exit status ${expected}: ${summary}`);
}
