import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionSchema, nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, helloData, putFile, tinyProgram } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smokeImage } from "./smoke.ts";
import { packSquashfs, squashfsVersion } from "./squashfs.ts";

const epoch = 1_600_000_000;
let folder: string;
let image: string;

beforeAll(async () => {
  await ensureTestPrograms("mksquashfs", "unsquashfs");
  folder = await mkdtemp(join(tmpdir(), "kiln-smoke-test-"));
  image = join(folder, "hello.raw");
  const program = tinyProgram(nativeArchitecture(), "hello 1.0.0 from an image\n");
  await putFile(join(folder, "tree/usr/bin/hello"), program, { mode: 0o755 });
  await writeFile(`${image}.partial`, "left by a build that was killed");
  await packSquashfs(join(folder, "tree"), image, epoch, () => undefined);
});
afterAll(() => rm(folder, { recursive: true }));

function smoke(commands: readonly { run: string[]; expect: string[] }[], said: string[] = []) {
  return smokeImage(image, definitionSchema.parse({ ...helloData(), smoke: commands }), {
    ...{ upstreamVersion: "1.0.0", architecture: nativeArchitecture() },
    addHostLibraries: async (root) => {
      await mkdir(join(root, "usr/lib/from-host"), { recursive: true });
    },
    say: (line) => said.push(line),
  });
}

describe("an image passes the smoke run", () => {
  test("if every command prints what is expected", async () => {
    const said: string[] = [];
    const command = { run: ["/bin/hello"], expect: ["hello {version}", "image"] };
    await smoke([command, { ...command, run: ["/usr/bin/hello"] }], said);
    expect(said).toEqual(["running what was built", "running /bin/hello", "running /usr/bin/hello"]);
  });

  test("unless a text is missing in the output of any of them", async () => {
    const command = { run: ["/bin/hello"], expect: ["hello 1.0.0"] };
    await expect(
      smoke([command, { ...command, expect: ["hello 1.0.0", "hello 2.0.0"] }]),
    ).rejects.toMatchObject({
      code: "smoke-failed",
      expected: expect.stringContaining('print "hello 2.0.0"'),
    });
  });

  test("unless a program is missing in it", async () => {
    const command = { run: ["/bin/missing"], expect: ["missing"] };
    await expect(smoke([command])).rejects.toMatchObject({ code: "smoke-failed" });
  });
});

test("a tree is packed with the same bytes again, which belong to root and have the date", async () => {
  const again = join(folder, "again.raw");
  await packSquashfs(join(folder, "tree"), again, epoch, () => undefined);
  expect((await readFile(again)).equals(await readFile(image))).toBe(true);
  await expect(stat(`${again}.partial`)).rejects.toThrow("ENOENT");
  const bytes = await readFile(image);
  expect(bytes.readUInt32LE(8)).toBe(epoch);
  const list = await run("unsquashfs", ["-lln", image], { env: { TZ: "UTC" } });
  expect(list).toMatch(/^-rwxr-xr-x 0\/0 +\d+ 2020-09-13 12:26 squashfs-root\/usr\/bin\/hello$/m);
  const superblock = await run("unsquashfs", ["-stat", image]);
  expect(superblock).toMatch(/^Compression zstd$[^]*compression-level 19$[^]*^Block size 1048576$/m);
  expect(superblock).toMatch(/^Filesystem is not exportable via NFS$[^]*^Xattrs are not stored$/m);
  expect(await squashfsVersion()).toMatch(/^\d+\.\d+/);
});
