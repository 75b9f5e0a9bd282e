import { describe, expect, test } from "vitest";
import { formatIndex, indexName, isIndexName, parseIndex } from "./release-index.ts";

const digest = "0123456789abcdef".repeat(4);
const image = { name: "etcd-3.5.31-arm64.raw", sha256: digest, size: 7, tag: "etcd-v3.5.31" };
const index = {
  ...{ number: 3, created: 1_764_502_748, repository: "https://example.org", keys: [], retired: [] },
  images: [
    { ...image, start: 1_764_502_700, rollout: 3600, withdrawn: "loses data: see #12" },
    { ...image, name: "etcd-3.5.30-arm64.raw", tag: "etcd-v3.5.30", start: 0, rollout: 0 },
  ],
};
const text = `kiln-index 1
number 3
created 1764502748
repository https://example.org
image etcd-3.5.30-arm64.raw ${digest} 7 etcd-v3.5.30 0 0
image etcd-3.5.31-arm64.raw ${digest} 7 etcd-v3.5.31 1764502700 3600
withdrawn etcd-3.5.31-arm64.raw loses data: see #12
`;

test("an index is written as lines of words, the images by name", () => {
  expect(formatIndex(index)).toBe(text);
});

test("everything in an index is read as it was written", () => {
  const [first, second] = index.images;
  const key = { fingerprint: "0123456789ABCDEF0123456789ABCDEF01234567", key: "AAAA" };
  const paused = { since: 1_764_502_700, reason: "is slow on arm64" };
  const full = {
    ...{ ...index, expires: 1_767_094_748, keys: [key], retired: ["F".repeat(40)] },
    images: [
      { ...second!, withdrawn: "loses data" },
      { ...first!, paused },
    ],
  };
  expect(parseIndex(formatIndex(full), "x")).toEqual(full);
});

test("an index that hosts would not read is not written", () => {
  const many = Array.from({ length: 10_000 }, (_, number) => ({
    ...index.images[1]!,
    name: `etcd-${number}-arm64.raw`,
  }));
  expect(() => formatIndex({ ...index, images: many })).toThrow(
    expect.objectContaining({ code: "document-invalid", message: expect.stringContaining("1000000 bytes") }),
  );
});

test("lines of a newer kiln are skipped", () => {
  expect(parseIndex(`${text}color blue\n`, "x")).toEqual(parseIndex(text, "x"));
});

test("the name of an index has its number", () => {
  expect(indexName(12)).toBe("kiln-index-12.txt");
  expect(
    ["kiln-index-12.txt", "kiln-index-0.txt", "kiln-index-01.txt", "kiln-index-1.txt.gpg"].map(isIndexName),
  ).toEqual([true, false, false, false]);
});

describe("an index is refused", () => {
  test.each([
    ["of another format", text.replace("kiln-index 1", "kiln-index 2"), "kiln-index 1"],
    ["without a number", text.replace("number 3\n", ""), "number"],
    ["whose number is octal for the shell", text.replace("number 3", "number 03"), "number"],
    ["that ends in the middle of a line", text.slice(0, -5), "lines of ASCII"],
    ["with another line end", text.replaceAll("\n", "\r\n"), "lines of ASCII"],
    ["with an image without a digest", text.replace(` ${digest} 7 `, "  7 "), "images.0.sha256"],
    ["with the same image twice", text + text.split("\n")[4] + "\n", "one line for each image"],
    [
      "with an image outside its folder",
      text.replace("image etcd-3.5.30", "image ../etcd-3.5.30"),
      "images.0.name",
    ],
  ])("%s", (_, given, expected) => {
    expect(() => parseIndex(given, "x")).toThrow(
      expect.objectContaining({ code: "document-invalid", message: expect.stringContaining(expected) }),
    );
  });
});
