import { mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf, makeFolder, openRegularFile, readRegularFile } from "./files.ts";
import { run } from "./run.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-regular-file-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("opening a file that may come from somebody else", () => {
  test("returns a regular file", async () => {
    await writeFile(join(folder, "file"), "bytes");
    await using file = await openRegularFile(join(folder, "file"));
    expect(await file.readFile("utf8")).toBe("bytes");
  });

  test("does not follow a link", async () => {
    await writeFile(join(folder, "file"), "bytes");
    await symlink("file", join(folder, "link"));
    await expect(openRegularFile(join(folder, "link"))).rejects.toMatchObject({
      code: "file-inaccessible",
      found: "a symbolic link",
    });
  });

  test("follows a link that the user named", async () => {
    await writeFile(join(folder, "file"), "bytes");
    await symlink("file", join(folder, "link"));
    await using file = await openRegularFile(join(folder, "link"), { followLink: true });
    expect(await file.readFile("utf8")).toBe("bytes");
    await run("mkfifo", [join(folder, "fifo")]);
    await symlink("fifo", join(folder, "fifo-link"));
    await expect(openRegularFile(join(folder, "fifo-link"), { followLink: true })).rejects.toMatchObject({
      found: "a FIFO",
    });
    await expect(digestOf(join(folder, "fifo"))).rejects.toMatchObject({ found: "a FIFO" });
  });

  test("does not wait on a FIFO", async () => {
    await run("mkfifo", [join(folder, "fifo")]);
    await expect(openRegularFile(join(folder, "fifo"))).rejects.toMatchObject({ found: "a FIFO" });
  });

  test("refuses directories, sockets and devices", async () => {
    await mkdir(join(folder, "directory"));
    await expect(openRegularFile(join(folder, "directory"))).rejects.toMatchObject({ found: "a directory" });
    const server = createServer().listen(join(folder, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(openRegularFile(join(folder, "socket"))).rejects.toMatchObject({ found: "a socket" });
    server.close();
    await expect(openRegularFile("/dev/null")).rejects.toMatchObject({ found: "a device" });
  });

  test("throws the operating system's error if the file does not exist", async () => {
    await expect(openRegularFile(join(folder, "nothing"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

test("a file that is larger than the caller's limit is not read", async () => {
  const path = join(folder, "file");
  await writeFile(path, "bytes");
  expect((await readRegularFile(path, 5)).toString()).toBe("bytes");
  await truncate(path, 1_000_000_000_000);
  await expect(readRegularFile(path, 5)).rejects.toMatchObject({
    code: "file-inaccessible",
    found: "1000000000000 bytes",
  });
});

describe("making a folder", () => {
  test("also makes those above it, and accepts an existing one", async () => {
    const path = join(folder, "a/b/c");
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(folder, "a/d"))]);
    await makeFolder(`${path}/`);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  test("accepts a link to a folder", async () => {
    await symlink(folder, join(folder, "link"));
    await makeFolder(join(folder, "link"));
    await makeFolder(join(folder, "link/below"));
    expect((await stat(join(folder, "below"))).isDirectory()).toBe(true);
  });

  test("fails if a file has that path", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(folder, "file/below"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  test("fails immediately if the file system refuses new folders", async () => {
    await expect(makeFolder("/proc/nope")).rejects.toMatchObject({ code: "ENOENT" });
    await expect(makeFolder("/proc/nope/below")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
