import { existsSync } from "node:fs";
import { mkdir, mkdtempDisposable, open, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openNamespace, waitUntil, type Namespace, type Storage } from "@sysext-kiln/booted-host";
import { run, tryRun, type Outcome, type RunOptions } from "@sysext-kiln/machine";
import { execa } from "execa";
import { ensureTestPrograms } from "../programs.ts";
import { logSectorSize, readBlockLog, type DiskEvent } from "./block-log.ts";

/** What happened to a disk. */
export interface Recording {
  /** Its contents at first. */
  before: Buffer;
  events: readonly DiskEvent[];
}

/** A mounted ext4 file system. */
export interface MountedFolder {
  /** Its root folder, as this process sees it. */
  path: string;
  /**
   * Runs a program where the file system is mounted.
   * @param args are made from the path of its root folder
   */
  run: (
    program: string,
    args: (folder: string) => readonly string[],
    options?: RunOptions,
  ) => Promise<Outcome>;
}

/** The same, while its block writes are recorded. */
export interface RecordedFolder extends MountedFolder {
  /** Some of its folders, as a host can use them in place of its own folders with the same paths. */
  storage: (paths: readonly string[]) => Storage;
  /** Begins the recording here: everything that was written before is on the disk at first. */
  begin: () => Promise<void>;
}

export interface RecordOptions {
  /** Fills the file system before the recording begins. */
  fill: (folder: string) => Promise<void>;
  /** What is recorded. */
  work: (folder: RecordedFolder) => Promise<void>;
  megabytes?: number;
}

/** ext4 helps programs that replace a file which they have not synced. Other file systems, such as XFS, do not. */
const mountOptions = "loop,nodiscard,noauto_da_alloc";

/** How often the journal is committed: more often than in reality, so that every moment is recorded. */
const betweenCommitsMs = 15;

/**
 * Records the block writes of an ext4 file system while something works in it. Meanwhile the journal is
 * committed again and again, as it happens when other programs sync their own files: names reach the disk
 * before data that nobody has synced.
 */
export async function recordWrites({ fill, work, megabytes = 24 }: RecordOptions): Promise<Recording> {
  const tools = await ensureTestPrograms("mke2fs", "qemu-storage-daemon");
  await using temporary = await mkdtempDisposable(join(tmpdir(), "kiln-power-loss-"));
  const folder = temporary.path;
  const place = (name: string) => join(folder, name);
  await mkdir(place("tree"));
  await fill(place("tree"));
  // Everything is initialized at once, or the kernel would do it during the recording.
  const format = ["-q", "-t", "ext4", "-b", "4096", "-J", "size=4"];
  const complete = ["-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", "-d", place("tree")];
  await run(tools.mke2fs, [...format, ...complete, place("disk"), `${megabytes}M`]);
  const before = await readFile(place("disk"));
  await using namespace = await openNamespace();
  const inside = (command: readonly string[], options?: RunOptions) =>
    tryRun(namespace.enter[0], [...namespace.enter.slice(1), ...command], options);
  await succeed(inside(["mount", "-t", "proc", "proc", "/proc"]));
  await using daemon = await startDaemon(tools["qemu-storage-daemon"], namespace, folder);
  await mkdir(place("mounted"));
  await succeed(inside(["mount", "-o", mountOptions, daemon.device, place("mounted")]));
  try {
    const path = `/proc/${namespace.pid}/root${place("mounted")}`;
    const journal = await commitRepeatedly(path);
    let begun = 0;
    try {
      await work({
        path,
        run: (program, args, options) => inside([program, ...args(place("mounted"))], options),
        storage: (paths) => ({
          namespace,
          folders: Object.fromEntries(paths.map((one) => [one, join(place("mounted"), one)])),
        }),
        async begin() {
          await succeed(inside(["sync", "--file-system", place("mounted")]));
          begun = (await readBlockLog(place("log"))).length;
        },
      });
    } finally {
      await journal.stop();
    }
    // Before the file system is unmounted, which writes everything that was not written.
    const events = await readBlockLog(place("log"));
    for (const event of events.slice(0, begun)) {
      if (event.kind === "write") event.bytes.copy(before, event.offset);
    }
    return { before, events: events.slice(begun) };
  } finally {
    await succeed(inside(["umount", "--recursive", place("mounted")]));
  }
}

/** Serves the disk as a file, `device`, and logs what is written to it. */
async function startDaemon(program: string, namespace: Namespace, folder: string) {
  const [log, device, pidFile] = [join(folder, "log"), join(folder, "device"), join(folder, "pid")];
  await writeFile(log, "");
  // Sparse: the log cannot grow.
  await truncate(log, 8 * 1024 ** 3);
  await writeFile(device, "");
  const logging = [
    "driver=blklogwrites,node-name=logged",
    `file.driver=file,file.filename=${join(folder, "disk")}`,
    `log.driver=file,log.filename=${log},log-sector-size=${logSectorSize}`,
  ];
  const words = [
    ...namespace.enter.slice(1),
    program,
    `--blockdev=${logging.join(",")}`,
    `--export=type=fuse,id=device,node-name=logged,mountpoint=${device},writable=on`,
    `--pidfile=${pidFile}`,
  ];
  const child = execa(namespace.enter[0], words, { reject: false, all: true, stdin: "ignore" });
  let ended: string | undefined;
  void child.then(({ all }) => (ended = all));
  const visible = `/proc/${namespace.pid}/root${device}`;
  const isServing = async () => existsSync(pidFile) && (await stat(visible)).size > 0;
  const inTime = await waitUntil(async () => ended !== undefined || (await isServing()), 30_000);
  if (ended !== undefined || !inTime) throw new Error(`the disk cannot be served: ${ended ?? "no answer"}`);
  return {
    device,
    async [Symbol.asyncDispose]() {
      const pid = (await readFile(pidFile, "utf8")).trim();
      await run(namespace.enter[0], [...namespace.enter.slice(1), "kill", pid]);
      await child;
    },
  };
}

/** Commits a file system's journal repeatedly: a sync of one file commits the names of all others. */
async function commitRepeatedly(path: string): Promise<{ stop: () => Promise<void> }> {
  const marker = await open(join(path, "commits"), "w");
  let commits = 0;
  let running = Promise.resolve();
  const commit = async () => {
    await marker.write(`${(commits += 1)}\n`, 0);
    await marker.sync();
  };
  const timer = setInterval(() => {
    running = running.then(commit);
  }, betweenCommitsMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await commit();
      await marker.close();
    },
  };
}

async function succeed(running: Promise<Outcome>): Promise<void> {
  const { status, summary } = await running;
  if (status !== 0) throw new Error(summary);
}
