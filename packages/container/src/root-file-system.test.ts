import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensurePrograms, run } from "@sysext-kiln/machine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { layOutRoot } from "./root-file-system.ts";

let folder: string;
let content: string;

beforeEach(async () => {
  await ensurePrograms(["mksquashfs"], () => undefined);
  folder = await mkdtemp(join(tmpdir(), "kiln-root-"));
  content = join(folder, "content");
  await write("content/usr/bin/keepalived", "the program");
  await chmod(join(content, "usr/bin/keepalived"), 0o755);
  await write("content/usr/share/licenses/keepalived/COPYING", "the license");
  await write("content/usr/lib/systemd/system/keepalived.service", "[Service]");
  await write("compiled/arm64/keepalivedctl", "the entry point");
  await write("compiled/go-copyright", "Go's license");
  await write("recipe/files/etc/passwd", "root:x:0:0:root:/:/sbin/nologin\n");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Lays out a container's root from an image with the content. @returns the root */
async function layOut(): Promise<string> {
  const image = join(folder, "keepalived-1.0.0-arm64.raw");
  await run("mksquashfs", [content, image, "-noappend", "-quiet", "-no-progress", "-all-root"]);
  const root = join(folder, "root");
  await layOutRoot({
    root,
    recipe: join(folder, "recipe"),
    compiled: join(folder, "compiled"),
    architecture: "arm64",
    image,
  });
  return root;
}

test("a container has keepalived, keepalivedctl, their licenses, and nothing else of the image", async () => {
  const root = await layOut();
  expect((await readdir(root)).toSorted()).toEqual(["dev", "etc", "proc", "run", "sys", "usr"]);
  expect((await readdir(join(root, "usr/bin"))).toSorted()).toEqual(["keepalived", "keepalivedctl"]);
  expect(await readFile(join(root, "usr/bin/keepalived"), "utf8")).toBe("the program");
  expect((await lstat(join(root, "usr/bin/keepalived"))).mode & 0o777).toBe(0o755);
  expect(await readFile(join(root, "usr/share/licenses/keepalived/COPYING"), "utf8")).toBe("the license");
  expect(await readFile(join(root, "usr/share/licenses/keepalivedctl/go"), "utf8")).toBe("Go's license");
  expect(await readdir(join(root, "usr"))).not.toContain("lib");
  // Any user can run it, also if nothing is mounted there.
  expect((await lstat(join(root, "run/keepalived"))).mode & 0o7777).toBe(0o1777);
});

describe("an image is rejected, and nothing of the machine is changed, if it has", () => {
  test("a link where a folder of the container is", async () => {
    const victim = join(folder, "victim");
    await mkdir(victim);
    await symlink(victim, join(content, "usr/share/licenses/keepalivedctl"));
    await expect(layOut()).rejects.toMatchObject({ code: "tree-invalid" });
    expect(await readdir(victim)).toEqual([]);
  });

  test("a link instead of keepalived", async () => {
    await rm(join(content, "usr/bin/keepalived"));
    await symlink("/etc/hostname", join(content, "usr/bin/keepalived"));
    await expect(layOut()).rejects.toMatchObject({
      code: "extension-image-invalid",
      found: "something other than a regular file",
    });
  });

  test("a link instead of the folder with the programs", async () => {
    await rm(join(content, "usr/bin"), { recursive: true });
    await symlink("/usr/bin", join(content, "usr/bin"));
    await expect(layOut()).rejects.toMatchObject({ code: "extension-image-invalid" });
  });

  test("a FIFO", async () => {
    await run("mkfifo", [join(content, "usr/share/licenses/fifo")]);
    await expect(layOut()).rejects.toMatchObject({ code: "tree-invalid" });
  });

  test("bytes that are not a squashfs file system", async () => {
    await writeFile(join(folder, "image"), `hsqs${"\0".repeat(4096)}`);
    const options = { root: join(folder, "root"), recipe: folder, compiled: folder } as const;
    await expect(
      layOutRoot({ ...options, architecture: "arm64", image: join(folder, "image") }),
    ).rejects.toMatchObject({ code: "extension-image-invalid" });
  });
});

test("a file of the image that is a link is replaced, and not written through", async () => {
  await write("victim", "precious");
  await mkdir(join(content, "usr/share/licenses/keepalivedctl"), { recursive: true });
  await symlink(join(folder, "victim"), join(content, "usr/share/licenses/keepalivedctl/go"));
  const root = await layOut();
  expect(await readFile(join(folder, "victim"), "utf8")).toBe("precious");
  expect(await readFile(join(root, "usr/share/licenses/keepalivedctl/go"), "utf8")).toBe("Go's license");
});
