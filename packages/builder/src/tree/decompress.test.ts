import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decompress, limitMembers, packingOf } from "./decompress.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-decompress-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(bytes: string | Uint8Array): Promise<string> {
  const path = join(folder, "file");
  await writeFile(path, bytes);
  return path;
}

async function unpack(bytes: Uint8Array, limit: number): Promise<string> {
  const plain = join(folder, "plain");
  await decompress(await file(bytes), "gzip", "hello.gz", plain, limit);
  return readFile(plain, "utf8");
}

test.each([
  ["1f8b0800", "gzip"],
  ["fd377a585a00", "xz"],
  ["fd377a585a01", "plain"],
  ["425a6839", "bzip2"],
  ["28b52ffd", "zstd"],
  ["504b0304", "zip"],
  ["504b0506", "zip"],
  ["7f454c46", "program"],
  ["2321", "program"],
  ["001f8b", "plain"],
  ["", "plain"],
])("a file that begins with the bytes %s is packed as %s", async (hex, packing) => {
  expect(await packingOf(await file(Buffer.from(hex, "hex")))).toBe(packing);
});

describe("a compressed file", () => {
  test("is read up to the limit, and refused beyond it", async () => {
    expect(await unpack(gzipSync("hello"), 5)).toBe("hello");
    await expect(unpack(gzipSync("hello"), 4)).rejects.toMatchObject({ code: "archive-invalid" });
  });

  test("that is damaged is refused", async () => {
    const damaged = gzipSync("hello").subarray(0, -4);
    await expect(unpack(damaged, 5)).rejects.toMatchObject({ code: "archive-invalid" });
  });
});

test("an archive has at most 200,000 members", () => {
  expect(() => limitMembers("hello.tar", 200_000)).not.toThrow();
  expect(() => limitMembers("hello.tar", 200_001)).toThrow(
    expect.objectContaining({ code: "archive-invalid" }),
  );
});
