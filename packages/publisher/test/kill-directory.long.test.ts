import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSettings, tryRun } from "@sysext-kiln/machine";
import {
  configuredSigner,
  directorySource,
  newKey,
  openKeyring,
  verify,
  type KeyFiles,
} from "@sysext-kiln/publisher";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { directoryStore } from "@sysext-kiln/release-store";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";

const script = fileURLToPath(new URL("publisher-process.ts", import.meta.url));

/** The system calls that write, name, move or remove a file. */
const changes = ["rename", "link", "symlink", "unlink", "rmdir", "copy_file_range"];

let folder: string;
let root: string;
let key: KeyFiles;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-kill-"));
  key = await newKey(join(folder, "key.asc"), { name: "kill" });
  root = join(folder, "public");
});
afterAll(() => rm(folder, { recursive: true }));

/** Publishes versions in a process of its own, under strace. */
async function publishTraced(
  versions: readonly string[],
  strace: readonly string[],
): Promise<"killed" | "done"> {
  const command = [process.execPath, script, root, folder, ...versions];
  // A single thread changes files, because strace counts the calls of each thread separately.
  const env = {
    UV_THREADPOOL_SIZE: "1",
    KILN_CACHE_DIR: join(folder, "cache"),
    NODE_COMPILE_CACHE: join(folder, "compiled"),
    KILN_SIGNING_KEY_FILE: key.privateKey,
  };
  const outcome = await tryRun("strace", ["-f", "-qq", ...strace, ...command], { env });
  if (outcome.status === 0) return "done";
  if (outcome.stderr !== "") throw new Error(outcome.stderr);
  return "killed";
}

/** Publishes versions to the end. */
async function publish(versions: readonly string[]): Promise<void> {
  const signer = await configuredSigner(parseSettings({ KILN_SIGNING_KEY_FILE: key.privateKey }));
  await publishVersions(directoryStore(root), hello, folder, versions, { signer });
}

/** How often the busiest thread makes each change while the second version is published. */
async function countChanges(): Promise<Map<string, number>> {
  const log = join(folder, "strace.log");
  await publishTraced(["1.1.0"], ["-o", log, "-e", `trace=${changes.join(",")}`]);
  const byThread = Map.groupBy(
    (await readFile(log, "utf8")).matchAll(/^(\d+) +(\w+)\(/gm),
    ([, thread, name]) => [thread, name].join(),
  );
  const counts = new Map<string, number>();
  for (const calls of byThread.values()) {
    const name = calls[0]?.[2] ?? "";
    counts.set(name, Math.max(counts.get(name) ?? 0, calls.length));
  }
  return counts;
}

/** Checks files and signatures as a host would. */
async function verifyPublished(): Promise<void> {
  await verify(directorySource(root), { keyring: await openKeyring(key.keyring) });
}

async function contents(): Promise<string[]> {
  return (await readdir(root, { recursive: true })).toSorted((left, right) => (left < right ? -1 : 1));
}

test(
  "a publisher that is killed at any change leaves hosts a complete update directory, and the next run finishes its work",
  {
    timeout: 300_000,
  },
  async () => {
    await ensureTestPrograms("strace");
    // Traced as well, so that Node's own cache of compiled code is complete and causes no more changes.
    await publishTraced(["1.0.0"], ["-o", "/dev/null", "-e", "trace=rename"]);
    const before = join(folder, "before");
    await cp(root, before, { recursive: true, verbatimSymlinks: true });
    const counts = await countChanges();
    const finished = await contents();
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);

    for (const [change, count] of counts) {
      for (let nth = 1; nth <= count; nth += 1) {
        await rm(root, { recursive: true });
        await cp(before, root, { recursive: true, verbatimSymlinks: true });
        const injection = ["-o", "/dev/null", "-e", `inject=${change}:signal=SIGKILL:when=${nth}`];
        expect(await publishTraced(["1.1.0"], ["-e", `trace=${change}`, ...injection])).toBe("killed");
        await verifyPublished();
        await publish(["1.1.0"]);
        expect(await contents(), `after a kill at ${change} number ${nth}`).toEqual(finished);
        await verifyPublished();
      }
    }
  },
);
