import { hash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { bootstrapDebian, cacheDirectory, makeOnce, type Say } from "@sysext-kiln/machine";
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

/** What the root file system of a suite consists of, besides what Debian calls essential. */
interface Contents {
  suite: string;
  include: readonly string[];
  fromBackports: readonly string[];
}

const contents: Readonly<Record<HostSuite, Contents>> = {
  "bookworm-backports": { suite: "bookworm", include: everywhere, fromBackports: ["systemd"] },
  trixie: { suite: "trixie", include: everywhere, fromBackports: [] },
  forky: { suite: "forky", include: [...everywhere, ...loadedWhenUsed], fromBackports: [] },
};

/**
 * The root file system that all hosts of a suite are layered on; made once, kept in the cache, never written
 * to.
 */
export function baseTree(suite: HostSuite, say: Say): Promise<string> {
  const { include, fromBackports } = contents[suite];
  const digest = hash("sha256", [...include, ...fromBackports].join(" ")).slice(0, 8);
  return makeOnce(cacheDirectory("host", `${suite}-${digest}`), (folder) => unpack(suite, folder, say));
}

async function unpack(suite: HostSuite, folder: string, say: Say): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  say(`making a root file system of ${suite} from Debian's archive`);
  // The devices are the container's.
  const tar = execa("tar", ["--extract", "--directory", folder, "--exclude=./dev/*"], { stdin: "pipe" });
  await Promise.all([tar, bootstrapDebian({ ...contents[suite], output: tar.stdin, say })]);
}
