import { access, lstat, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipOf, type ZipMember } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { extract } from "./extract.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-extract-"));
});
afterEach(() => rm(folder, { recursive: true }));

const out = () => join(folder, "out");

/** Unpacks a zip archive of these members. */
async function unzip(...members: ZipMember[]): Promise<void> {
  const archive = join(folder, "archive.zip");
  await writeFile(archive, zipOf(members));
  await extract(archive, "hello.zip", out());
}

describe("a zip archive", () => {
  const hello = { name: "bin/hello", content: "hello", mode: 0o100755 };

  test("is unpacked with modes and dates", async () => {
    await unzip({ name: "bin/", content: "", mode: 0o040755 }, hello, {
      ...hello,
      name: "t",
      mode: 0o100644,
    });
    const { mode, mtime } = await lstat(join(out(), "bin/hello"));
    expect(mode & 0o777).toBe(0o755);
    expect(mtime).toEqual(new Date("2026-01-01T00:00:00Z"));
    expect((await lstat(join(out(), "t"))).mode & 0o777).toBe(0o644);
    expect(await readFile(join(out(), "bin/hello"), "utf8")).toBe("hello");
  });

  test.each<[string, ZipMember[]]>([
    ["with a member above its root", [{ ...hello, name: "../escaped" }]],
    ["with an absolute member", [{ ...hello, name: "/tmp/escaped" }]],
    ["with a backslash in a name", [{ ...hello, name: "..\\escaped" }]],
    ["with a link", [{ ...hello, content: "/etc", mode: 0o120777 }]],
    ["with a FIFO", [{ ...hello, mode: 0o010644 }]],
    ["with two members of one name", [hello, hello]],
    ["with a member below a file", [hello, { ...hello, name: "bin/hello/below" }]],
  ])("%s is rejected", async (_, members) => {
    await expect(unzip(...members)).rejects.toMatchObject({ code: "archive-invalid" });
    await expect(access(join(folder, "escaped"))).rejects.toThrow("ENOENT");
  });

  test("that is compressed to a fraction of its content is rejected before that is written", async () => {
    const zeros = { ...hello, content: Buffer.alloc(65 * 1024 * 1024) };
    await expect(unzip(zeros)).rejects.toMatchObject({ found: expect.stringMatching(/^more than /) });
    expect(await readdir(out())).toEqual([]);
  });

  test("that states more members than any archive has is rejected", async () => {
    const whole = zipOf([hello]);
    const [files, end] = [whole.subarray(0, -22), whole.subarray(-22)];
    const record = Buffer.alloc(56);
    record.write("PK\x06\x06");
    record.writeBigUInt64LE(1_000_000n, 32);
    record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
    record.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
    const locator = Buffer.alloc(20);
    locator.write("PK\x06\x07");
    locator.writeBigUInt64LE(BigInt(files.length), 8);
    // This count says that the record of zip64 has the right one.
    end.writeUInt16LE(0xff_ff, 10);
    const archive = join(folder, "archive.zip");
    await writeFile(archive, Buffer.concat([files, record, locator, end]));
    await expect(extract(archive, "hello.zip", out())).rejects.toMatchObject({
      found: "more than 200000 members",
    });
  });

  test("that is damaged is rejected", async () => {
    const archive = join(folder, "archive.zip");
    await writeFile(archive, zipOf([hello]).subarray(0, 60));
    await expect(extract(archive, "hello.zip", out())).rejects.toMatchObject({ code: "archive-invalid" });
  });
});
