import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fc, fuzz, mutatedBytes, outcomeOf } from "@sysext-kiln/fuzz";
import { makePackage, tarArchive, zipArchive } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { extract } from "./extract.ts";

const folder = await mkdtemp(join(tmpdir(), "kiln-extract-fuzz-"));
const debianPackage = join(folder, "sample.deb");
const files = { "usr/bin/hello": Buffer.from("#!/bin/sh\n"), "usr/share/doc": "text\n".repeat(100) };
await makePackage({ name: "hello", version: "1.0.0", architecture: "amd64", files }, debianPackage);
const samples = {
  deb: await readFile(debianPackage),
  tar: await tarArchive(files),
  zip: zipArchive(files),
  xz: await tarArchive(files, "xz"),
  zst: await tarArchive(files, "zstd"),
  bz2: await tarArchive(files, "bzip2"),
};

beforeAll(() => writeFile(join(folder, "outside"), "untouched"));
afterAll(() => rm(folder, { recursive: true }));

/** Extracts an archive beside a file that must stay as it is. */
async function check(archive: Buffer, name: string): Promise<void> {
  await using work = await workFolder();
  await writeFile(join(work.path, name), archive);
  await writeFile(join(work.path, "outside"), "untouched");
  const target = join(work.path, "tree");
  const outcome = await outcomeOf(["archive-invalid"], () => extract(join(work.path, name), name, target));
  expect(await readFile(join(work.path, "outside"), "utf8")).toBe("untouched");
  expect((await readdir(work.path)).toSorted()).toEqual([name, "outside", "tree"].toSorted());
  expect((await lstat(join(work.path, "outside"))).nlink).toBe(1);
  if (!outcome.accepted) return;
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    expect(entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()).toBe(true);
    const { size, mode } = await lstat(join(entry.parentPath, entry.name));
    expect(size).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(entry.isSymbolicLink() || (mode & 0o400) !== 0).toBe(true);
  }
}

async function workFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(folder, "work-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A member of a tar archive (tar(5)), with a right checksum. */
interface Member {
  name: string;
  link: string;
  type: string;
  mode: number;
  size: number;
  content: Buffer;
}

const paths = [
  "a",
  "a/b",
  "./a",
  "a/",
  "/tmp/kiln-fuzz-x",
  "../outside",
  "a/../../outside",
  "outside",
  "",
  ".",
  "..",
  "a\nb",
  "\u001b[2J",
];

const types = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "L",
  "K",
  "x",
  "g",
  "S",
  "V",
  "M",
  "D",
  "N",
  "X",
  "\0",
];

const member: fc.Arbitrary<Member> = fc
  .record({
    name: fc.constantFrom(...paths, "b".repeat(100)),
    link: fc.constantFrom(...paths, "../../outside"),
    type: fc.constantFrom(...types),
    mode: fc.constantFrom(0, 0o644, 0o755, 0o4755, 0o7777),
    length: fc.option(fc.constantFrom(0, 512, 2 ** 33 - 1)),
    content: fc.oneof(
      fc
        .constantFrom(...paths, ...paths.map((path) => `${path.length + 9} path=${path}\n`))
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
    ),
  })
  .map(({ length, ...rest }) => ({ ...rest, size: length ?? rest.content.length }));

function headerOf({ name, link, type, mode, size }: Member): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  header.write("0000000\x000000000\x00", 108);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function archiveOf(members: readonly Member[]): Buffer {
  const blocks = members.flatMap((one) => [
    headerOf(one),
    one.content,
    Buffer.alloc((512 - (one.content.length % 512)) % 512),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe("an archive from anywhere stays in its folder", () => {
  fuzz(
    "if its members have any names, links and types",
    fc.record({ members: fc.array(member, { minLength: 1, maxLength: 6 }), isPacked: fc.boolean() }),
    ({ members, isPacked }) => {
      const archive = archiveOf(members);
      return check(isPacked ? gzipSync(archive) : archive, "archive.tar");
    },
  );

  fuzz("if it is a damaged tar archive", mutatedBytes([samples.tar, archiveOf([])]), (archive) =>
    check(archive, "archive.tar.gz"),
  );

  fuzz("if it is a damaged zip archive", mutatedBytes([samples.zip]), (archive) =>
    check(archive, "archive.zip"),
  );

  fuzz(
    "if it is a damaged tar archive in another compression",
    mutatedBytes([samples.xz, samples.zst, samples.bz2]),
    (archive) => check(archive, "archive.tar.xz"),
  );

  fuzz("if it is a damaged Debian package", mutatedBytes([samples.deb]), (archive) =>
    check(archive, "archive.deb"),
  );
});
