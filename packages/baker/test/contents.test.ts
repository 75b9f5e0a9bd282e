import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inRoot, openTestDisks, rootOffset, someContents, type TestDisks } from "./disk.ts";

let disks: TestDisks;
beforeAll(async () => {
  disks = await openTestDisks();
});
afterAll(() => disks[Symbol.asyncDispose]());

const image = "/opt/extensions/hello/hello-1.0.0-x86-64.raw";

/** Every file and link of a disk's root file system, with its bytes. */
async function filesOf(disk: string): Promise<Map<string, string>> {
  const folder = `${disk}.files`;
  await mkdir(folder);
  await inRoot(disk, `rdump / ${folder}`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && !entry.isSymbolicLink());
  const lines = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeMs } = await stat(path);
    return [path.slice(folder.length), `${mode.toString(8)} ${mtimeMs} ${await digestOf(path)}`] as const;
  });
  return new Map(await Promise.all(lines));
}

describe("what is baked", () => {
  test("is where systemd looks for it, is owned by root, and has one date", async () => {
    const baked = await disks.bake(disks.original, "installed.raw");
    expect(await inRoot(baked, "stat /etc/extensions/hello.raw")).toContain(`Fast link dest: "${image}"`);
    expect(await inRoot(baked, `stat ${image}`)).toMatch(/Mode: +0644 .*User: +0 +Group: +0 /s);
    expect(await inRoot(baked, `stat ${image}`)).toContain("mtime: 0x6553f100:00000000");
    expect(await inRoot(baked, "stat /etc/sysext-kiln/bootstrap")).toMatch(/Mode: +0755 /);
    expect(await inRoot(baked, "stat /opt/extensions/hello")).toMatch(
      /Type: directory +Mode: +0755 .*User: +0 /s,
    );
    const { e2fsck } = await ensureTestPrograms("e2fsck");
    expect(await tryRun(e2fsck, ["-fn", `${baked}?offset=${rootOffset}`])).toMatchObject({ status: 0 });
  });

  test("leaves all other files unchanged", async () => {
    const baked = await disks.bake(disks.original, "others.raw");
    const [before, after] = [await filesOf(disks.original), await filesOf(baked)];
    expect(before.size).toBeGreaterThan(0);
    expect([...before].filter(([path, found]) => after.get(path) !== found)).toEqual([]);
    const added = [...after.keys()].filter((path) => !before.has(path)).toSorted();
    expect(added).toEqual(["/etc/sysext-kiln/bootstrap", image]);
  });

  test("changes nothing if it already exists", async () => {
    const once = await disks.bake(disks.original, "once.raw");
    const twice = await disks.bake(once, "twice.raw");
    expect(await digestOf(twice)).toBe(await digestOf(once));
    const more = { files: [], links: [{ path: "/etc/extensions/more.raw", target: "/opt/more.raw" }] };
    expect(await digestOf(await disks.bake(once, "more.raw", { contents: more }))).not.toBe(
      await digestOf(once),
    );
  });

  test("may have a link whose target does not fit into its inode", async () => {
    const target = `/opt/extensions/hello/${"x".repeat(80)}.raw`;
    const contents = { files: [], links: [{ path: "/etc/extensions/hello.raw", target }] };
    const once = await disks.bake(disks.original, "long.raw", { contents });
    expect(await inRoot(once, "cat /etc/extensions/hello.raw")).toBe(target);
    expect(await digestOf(await disks.bake(once, "long-twice.raw", { contents }))).toBe(await digestOf(once));
  });

  test("is sparse on the machine's disk", async () => {
    const { blocks, size } = await stat(await disks.bake(disks.original, "sparse.raw"));
    expect(blocks * 512).toBeLessThan(size / 2);
    expect(await readFile(disks.original)).toHaveLength(size);
  });
});

describe("an existing entry", () => {
  test.each([
    [
      "that is a link to another image",
      "symlink /etc/extensions/hello.raw /opt/other.raw",
      /a link to .*hello-1.0.0.* at \/etc\/extensions\/hello.raw.*found a link to \/opt\/other.raw/,
    ],
    ["that is a file instead of a folder", "write HOSTNAME /opt", /a folder at \/opt .*found a regular/],
    [
      "that is a folder instead of a file",
      "mkdir /etc/sysext-kiln/bootstrap",
      /bootstrap .*found a directory/,
    ],
    [
      "with other bytes",
      "write HOSTNAME /etc/sysext-kiln/bootstrap",
      /bootstrap .*found a file of 0:0, mode 644/,
    ],
  ])("%s is an error", async (name, command, message) => {
    const disk = await disks.make(`${name}.raw`.replaceAll(" ", "-"));
    for (const folder of ["/etc/extensions", "/etc/sysext-kiln"])
      await inRoot(disk, `mkdir ${folder}`, { write: true });
    await inRoot(disk, command.replace("HOSTNAME", disks.hostname), { write: true });
    const baking = disks.bake(disk, `${name}.out`, { contents: someContents });
    await expect(baking).rejects.toMatchObject({
      code: "already-there",
      message: expect.stringMatching(message),
    });
  });
});
