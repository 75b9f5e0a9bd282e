import { describe, expect, test } from "vitest";
import { formatManifest, formatReleaseManifest, parseManifest, parseReleaseManifest } from "./manifest.ts";

const digest = "a".repeat(64);
const line = `${digest}  etcd-3.5.30-x86-64.raw\n`;

test("a manifest is sorted lines of digest, two spaces and name", () => {
  const manifest = formatManifest([
    { name: "b.raw", sha256: "1".repeat(64) },
    { name: "a.raw", sha256: "2".repeat(64) },
  ]);
  expect(manifest).toBe(`${"2".repeat(64)}  a.raw\n${"1".repeat(64)}  b.raw\n`);
});

test("a manifest is read in both forms", () => {
  expect(parseManifest(line, "m")).toEqual([{ name: "etcd-3.5.30-x86-64.raw", sha256: digest }]);
  expect(parseManifest(line.replace("  ", " *"), "m")).toEqual([
    { name: "etcd-3.5.30-x86-64.raw", sha256: digest },
  ]);
});

describe("the manifest of a permanent release that hosts refuse", () => {
  const entries = [{ name: "etcd-3.5.30-x86-64.raw", sha256: digest }];
  const text = formatReleaseManifest(entries, { isForHosts: false });

  test("has an additional comment", () => {
    expect(text.split("\n").slice(1).join("\n")).toBe(formatReleaseManifest(entries, { isForHosts: true }));
    expect(text).toMatch(/^# .*\n/);
    expect(parseReleaseManifest(text, "m")).toEqual(entries);
    expect(parseReleaseManifest(line, "m")).toEqual(entries);
  });

  test("is not valid in an update directory", () => {
    expect(() => parseManifest(text, "m")).toThrow(/line 1 of m/);
  });

  test.each([
    ["another comment", `# images\n${line}`],
    ["the comment twice", text.replace(/^.*\n/, "$&$&")],
    ["the comment at the end", `${line}${text.split("\n")[0]}\n`],
    ["the comment alone", `${text.split("\n")[0]}\n`],
  ])("is refused with %s", (_, other) => {
    expect(() => parseReleaseManifest(other, "m")).toThrow(/line \d+ of m/);
  });
});

describe("a manifest is refused, as by systemd-sysupdate, if it has", () => {
  test.each([
    ["one space", line.replace("  ", " ")],
    ["a tab", line.replace("  ", "\t")],
    ["CRLF", line.replace("\n", "\r\n")],
    ["no final newline", line.trimEnd()],
    ["a blank line", `\n${line}`],
    ["a comment", `# images\n${line}`],
    ["a byte order mark", `\uFEFF${line}`],
    ["a path", line.replace("etcd", "./etcd")],
    ["another folder", line.replace("etcd", "../etcd")],
    ["text after the name", line.replace(".raw", ".raw 1")],
    ["a short digest", line.slice(1)],
    ["an upper-case digest", line.replace("a", "A")],
    ["nothing at all", ""],
    ["a control character", line.replace("etcd", "\u001b[2J")],
    ["a character that Unicode does not define", line.replace("etcd", "\ufdd0")],
    ["a name that no directory can have", line.replace("etcd", "e".repeat(256))],
  ])("%s", (_, text) => {
    expect(() => parseManifest(text, "m")).toThrow(/line \d+ of m/);
  });
});
