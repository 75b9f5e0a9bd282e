import { fuzz, mutatedText, outcomeOf } from "@sysext-kiln/fuzz";
import { describe, expect } from "vitest";
import { parseBinaries, parseSources, type ArchivePackage } from "./packages.ts";

const digest = "0123456789abcdef".repeat(4);
const sources = `Package: keepalived
Version: 1:2.3.3-1
Directory: pool/main/k/keepalived
Binary: keepalived
Checksums-Sha256:
 ${digest} 1234 keepalived_2.3.3-1.dsc
 ${digest} 99 keepalived_2.3.3.orig.tar.gz
Description: first
 .
 second

Package: keepalived
Version: 1:2.3.4-1
Directory: pool/main/k/keepalived
Checksums-Sha256:
 ${digest} 1 keepalived_2.3.4-1.dsc
`;
const binaries = `Package: etcd-server
Version: 3.5.16-4
Architecture: amd64
Size: 100
Filename: pool/main/e/etcd/etcd-server_3.5.16-4_amd64.deb
SHA256: ${digest}
`;
const tokens = [
  "\n\n",
  "\n ",
  ":",
  "Package: x\n",
  "Checksums-Sha256:\n",
  "__proto__: a\n b\n",
  "constructor:\n a\n",
];
const origin = { suite: "trixie", mirror: "http://mirror.example/debian" };

async function check(parse: () => ArchivePackage[]): Promise<void> {
  const outcome = await outcomeOf(["archive-invalid"], parse);
  if (!outcome.accepted) return;
  for (const { package: name, version, files } of outcome.value) {
    expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]*$/);
    expect(version).toMatch(/^[A-Za-z0-9.+:~-]+$/);
    for (const file of files) {
      expect(file.name).toMatch(/^[!-.0-~]+$/);
      expect(new URL(file.url).href).toBe(file.url);
      expect(file.url.startsWith(`${origin.mirror}/`) && file.url.endsWith(`/${file.name}`)).toBe(true);
      expect(Number.isSafeInteger(file.size)).toBe(true);
    }
  }
}

describe("what a package archive says", () => {
  fuzz(
    "about source packages is plain and below the mirror, or rejected",
    mutatedText([sources], tokens),
    (text) => check(() => parseSources(text, origin)),
  );

  fuzz(
    "about binary packages is plain and below the mirror, or rejected",
    mutatedText([binaries], tokens),
    (text) => check(() => parseBinaries(text, origin)),
  );
});
