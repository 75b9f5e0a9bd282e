import { execFileSync } from "node:child_process";
import { access, lstat, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tarArchive } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { extract } from "./extract.ts";
import { takeMembers } from "./take.ts";

let folder: string;
let content: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-extract-"));
  content = join(folder, "content");
  await mkdir(join(content, "usr/bin"), { recursive: true });
  await writeFile(join(content, "usr/bin/hello"), "hello");
});
afterEach(() => rm(folder, { recursive: true }));

const out = () => join(folder, "out");

/** Packs `content` with the real tar. */
function tar(...args: string[]): string {
  const archive = join(folder, "archive.tar");
  execFileSync("tar", ["--create", "--file", archive, "--directory", content, ...args], { stdio: "ignore" });
  return archive;
}

/** Adds a file of zeros to the content that takes no space. */
async function hole(path: string, size: number): Promise<void> {
  await writeFile(join(content, path), "");
  await truncate(join(content, path), size);
}

async function debianPackage(): Promise<string> {
  await mkdir(join(content, "DEBIAN"));
  await writeFile(
    join(content, "DEBIAN/control"),
    "Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: hello\n",
  );
  const archive = join(folder, "hello.deb");
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", content, archive], { stdio: "ignore" });
  return archive;
}

test("tar archives and Debian packages are unpacked", async () => {
  await extract(tar("usr"), "hello.tar", out());
  expect(await readFile(join(out(), "usr/bin/hello"), "utf8")).toBe("hello");
  await extract(await debianPackage(), "hello.deb", join(folder, "other"));
  expect(await readFile(join(folder, "other/usr/bin/hello"), "utf8")).toBe("hello");
});

test.each(["gzip", "xz", "bzip2", "zstd"] as const)(
  "a tar archive compressed by %s is unpacked",
  async (by) => {
    const archive = join(folder, "archive");
    await writeFile(archive, await tarArchive({ "bin/hello": Buffer.from("hello") }, by));
    await extract(archive, "hello", out());
    expect(await readFile(join(out(), "bin/hello"), "utf8")).toBe("hello");
  },
);

test("a tar archive in several frames of zstd is unpacked, as parallel compressors write them", async () => {
  const whole = await readFile(tar("usr"));
  const frames = [whole.subarray(0, 700), whole.subarray(700)].map((part) =>
    execFileSync("zstd", ["--stdout"], { input: part }),
  );
  const archive = join(folder, "archive.tar.zst");
  await writeFile(archive, Buffer.concat(frames));
  await extract(archive, "hello.tar.zst", out());
  expect(await readFile(join(out(), "usr/bin/hello"), "utf8")).toBe("hello");
});

test("a folder that its owner may not enter is unpacked so that it can be read", async () => {
  const archive = tar("--mode=0000", "usr");
  await extract(archive, "hello.tar", out());
  expect((await lstat(join(out(), "usr"))).mode & 0o777).toBe(0o700);
  expect((await lstat(join(out(), "usr/bin/hello"))).mode & 0o777).toBe(0o400);
});

describe("an archive is rejected", () => {
  test("with a member above its root, which is not written", async () => {
    const archive = tar("--transform", "s,^usr/bin/hello,../escaped,", "usr/bin/hello");
    await expect(extract(archive, "hello.tar", out())).rejects.toMatchObject({ code: "archive-invalid" });
    await expect(access(join(folder, "escaped"))).rejects.toThrow("ENOENT");
  });

  test("with an absolute member", async () => {
    const archive = tar("--absolute-names", join(content, "usr/bin/hello"));
    await expect(extract(archive, "hello.tar", out())).rejects.toMatchObject({ code: "archive-invalid" });
  });

  test("with a member that a link in the archive leads outside, which is not written", async () => {
    await symlink(folder, join(content, "usr/out"));
    const link = tar("usr/out");
    await rm(join(content, "usr/out"));
    await mkdir(join(content, "usr/out"));
    await writeFile(join(content, "usr/out/escaped"), "");
    execFileSync("tar", ["--append", "--file", link, "--directory", content, "usr/out/escaped"]);
    await expect(extract(link, "hello.tar", out())).rejects.toMatchObject({ code: "archive-invalid" });
    await expect(access(join(folder, "escaped"))).rejects.toThrow("ENOENT");
  });

  test("with a FIFO, which is not opened", async () => {
    execFileSync("mkfifo", [join(content, "usr/fifo")]);
    await expect(extract(tar("usr"), "hello.tar", out())).rejects.toMatchObject({
      code: "archive-invalid",
      found: "fifo, which is a FIFO, a socket or a device",
    });
  });

  test("with a name that is not valid UTF-8, which no text can represent", async () => {
    await writeFile(Buffer.concat([Buffer.from(join(content, "usr/")), Buffer.from([0x80])]), "");
    await expect(extract(tar("usr"), "hello.tar", out())).rejects.toMatchObject({
      code: "archive-invalid",
      found: "\ufffd, a name that is not valid UTF-8",
    });
  });

  test("that is compressed to a fraction of its content", async () => {
    await hole("usr/zeros", 80 * 1024 * 1024);
    await expect(extract(tar("--gzip", "usr"), "hello.tar.gz", out())).rejects.toMatchObject({
      code: "archive-invalid",
      found: expect.stringMatching(/^more than /),
    });
  });

  test.each(["--xz", "--bzip2", "--zstd"])(
    "that tar %s compressed to a fraction of its content",
    async (option) => {
      await hole("usr/zeros", 80 * 1024 * 1024);
      await expect(extract(tar(option, "usr"), "hello.tar", out())).rejects.toMatchObject({
        code: "archive-invalid",
        found: expect.stringMatching(/^more than /),
      });
      await expect(access(join(out(), "usr"))).rejects.toThrow("ENOENT");
    },
  );

  test("that is an HTML page, as some servers send it in place of a file", async () => {
    const archive = join(folder, "archive.tar.gz");
    await writeFile(archive, `<!doctype html>${"<p>not found</p>".repeat(100)}`);
    await expect(extract(archive, "hello.tar.gz", out())).rejects.toMatchObject({
      code: "archive-invalid",
      found: expect.stringContaining("does not look like a tar archive"),
    });
  });

  test("that is a program, for which a definition has another key", async () => {
    const archive = join(folder, "hello");
    for (const beginning of ["\u007fELF", "#!/bin/sh\n"]) {
      await writeFile(archive, `${beginning}${"x".repeat(100)}`);
      await expect(extract(archive, "hello", out())).rejects.toMatchObject({
        code: "archive-invalid",
        found: "a program",
        next: expect.stringContaining('write "to" with its path in the image in place of "take"'),
      });
      await rm(out(), { recursive: true });
    }
  });

  test("that is compressed twice, so that it seems to be larger", async () => {
    await hole("usr/zeros", 80 * 1024 * 1024);
    const archive = tar("--xz", "usr");
    execFileSync("gzip", ["--keep", archive]);
    await expect(extract(`${archive}.gz`, "hello.tar.gz", out())).rejects.toMatchObject({
      code: "archive-invalid",
    });
    await expect(access(join(out(), "usr"))).rejects.toThrow("ENOENT");
  });

  test("that is a Debian package compressed to a fraction of its content", async () => {
    await hole("usr/zeros", 80 * 1024 * 1024);
    await expect(extract(await debianPackage(), "hello.deb", out())).rejects.toMatchObject({
      code: "archive-invalid",
      found: expect.stringMatching(/^more than /),
    });
  });

  test("with a file that consists of a hole", async () => {
    await hole("usr/hole", 1_000_000_000_000);
    await expect(extract(tar("--sparse", "usr"), "hello.tar", out())).rejects.toMatchObject({
      code: "archive-invalid",
      found: expect.stringMatching(/^more than /),
    });
  });

  test("that is cut short", async () => {
    const archive = await debianPackage();
    await writeFile(archive, (await readFile(archive)).subarray(0, 200));
    await expect(extract(archive, "hello.deb", out())).rejects.toMatchObject({ code: "archive-invalid" });
  });
});

async function take(member: string): Promise<void> {
  await mkdir(out(), { recursive: true });
  await takeMembers(content, "hello.tar", { [member]: "usr/bin/hello" }, out());
}

describe("taking a member", () => {
  test("copies it to its path in the tree", async () => {
    await take("usr/bin/hello");
    expect(await readFile(join(out(), "usr/bin/hello"), "utf8")).toBe("hello");
  });

  test("that is missing fails with its name", async () => {
    await expect(take("usr/bin/other")).rejects.toThrow(
      /hello\.tar to contain the file usr\/bin\/other; found no such/,
    );
  });

  test("follows a link within the archive", async () => {
    await symlink("hello", join(content, "usr/bin/link"));
    await take("usr/bin/link");
    expect(await readFile(join(out(), "usr/bin/hello"), "utf8")).toBe("hello");
  });

  test("fails for a directory", async () => {
    await expect(take("usr/bin")).rejects.toMatchObject({ code: "archive-invalid" });
  });

  test("never follows a link out of the archive, not even one in the middle of the path", async () => {
    await symlink("/etc/passwd", join(content, "usr/bin/link"));
    await symlink("/etc", join(content, "usr/etc"));
    await expect(take("usr/bin/link")).rejects.toMatchObject({ code: "archive-invalid" });
    await expect(take("usr/etc/passwd")).rejects.toMatchObject({ code: "archive-invalid" });
  });
});
