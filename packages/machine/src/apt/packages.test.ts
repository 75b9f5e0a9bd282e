import { expect, test } from "vitest";
import { parseBinaries, parseSources } from "./packages.ts";

const origin = { suite: "forky", mirror: "http://m.example/debian" };
const digest = "1fecf18032d5e3f697dbc0cad4ef49b61df550d00a4f28a2d1562e82865f2ed4";

test("a source package has its files with URL, size and digest", () => {
  const text = `Package: etcd
Binary: etcd-server,
 etcd-client
Version: 3.5.30-2
Files:
 c36af0f8470f419c1dce161846f307c8 4038 etcd_3.5.30-2.dsc
Checksums-Sha256:
 ${digest} 4038 etcd_3.5.30-2.dsc
 ${digest} 41 etcd_3.5.30.orig.tar.gz
Directory: pool/main/e/etcd

`;
  expect(parseSources(text, origin)).toEqual([
    {
      package: "etcd",
      version: "3.5.30-2",
      suite: "forky",
      files: [
        {
          name: "etcd_3.5.30-2.dsc",
          url: "http://m.example/debian/pool/main/e/etcd/etcd_3.5.30-2.dsc",
          size: 4038,
          sha256: digest,
        },
        {
          name: "etcd_3.5.30.orig.tar.gz",
          url: "http://m.example/debian/pool/main/e/etcd/etcd_3.5.30.orig.tar.gz",
          size: 41,
          sha256: digest,
        },
      ],
    },
  ]);
});

const record = (version: string) => `Package: a
Version: ${version}
Filename: pool/main/a/a/a_${version}_arm64.deb
Size: 7
SHA256: ${digest}
`;

test("each version of a binary package is an entry", () => {
  const packages = parseBinaries(`${record("2-1")}\n${record("1-1")}`, origin);
  expect(packages.map(({ version, files }) => [version, files[0]?.name])).toEqual([
    ["2-1", "a_2-1_arm64.deb"],
    ["1-1", "a_1-1_arm64.deb"],
  ]);
});

test.each([
  ["a path out of the archive", "Filename: pool/main/a/a/a", "Filename: pool/../../a"],
  ["a path that means another one in a URL", "Filename: pool", "Filename: pool/%2e%2e"],
  ["a query", "_arm64.deb", "_arm64.deb?x"],
  ["a version with a space", "Version: 1-1", "Version: 1 1"],
  ["a name with an escape sequence", "Package: a", "Package: a\u001b[2J"],
  ["a size that is not an exact number", "Size: 7", "Size: 99999999999999999"],
])("a record with %s is refused", (_, from, to) => {
  const text = record("1-1").replace(from, to);
  expect(text).not.toBe(record("1-1"));
  expect(() => parseBinaries(text, origin)).toThrow(expect.objectContaining({ code: "archive-invalid" }));
});

test("a record without a digest is an error", () => {
  const text = "Package: a\nVersion: 1\nFilename: pool/a.deb\nSize: 7\n";
  expect(() => parseBinaries(text, origin)).toThrow(expect.objectContaining({ code: "archive-invalid" }));
});
