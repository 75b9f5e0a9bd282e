import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { bootstrapDebian, cacheDirectory, withLock, type Say } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { HostSuite } from "./host-suite.ts";

const everywhere = [
  "systemd",
  "systemd-sysv",
  "systemd-container",
  "dbus",
  "iproute2",
  "gpg",
  "gpgv",
  "ca-certificates",
  "procps",
];

/** Libraries that newer systemd loads when it uses them, and that its packages therefore only recommend. */
const loadedWhenUsed = [
  "libcurl4t64",
  "libblkid1",
  "libmount1",
  "libcryptsetup12",
  "libfdisk1",
  "libseccomp2",
  "libacl1",
  "liblzma5",
  "libzstd1",
  "libbz2-1.0",
  "libselinux1",
  "libaudit1",
  "libkmod2",
];

const packages: Readonly<Record<HostSuite, readonly string[]>> = {
  trixie: everywhere,
  forky: [...everywhere, ...loadedWhenUsed],
};

/**
 * The root file system that all hosts of a suite are layered on; made once, kept in the cache, never written
 * to.
 */
export function baseTree(suite: HostSuite, say: Say): Promise<string> {
  const contents = createHash("sha256").update(packages[suite].join(" ")).digest("hex").slice(0, 8);
  const path = cacheDirectory("host", `${suite}-${contents}`);
  return withLock(`${path}.lock`, async () => {
    if (!existsSync(path)) await make(suite, path, say);
    return path;
  });
}

async function make(suite: HostSuite, path: string, say: Say): Promise<void> {
  const part = `${path}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  say(`making a root file system of ${suite} from Debian's archive`);
  // The devices are the container's.
  const tar = execa("tar", ["--extract", "--directory", part, "--exclude=./dev/*"], { stdin: "pipe" });
  await Promise.all([tar, bootstrapDebian({ suite, output: tar.stdin, say, include: packages[suite] })]);
  await rename(part, path);
}
