import { existsSync } from "node:fs";
import { chmod, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { openArchive, type DebianArchitecture } from "../apt/archive.ts";
import { cachedDownload } from "../download.ts";
import { aptInstallPackages, aptOffers, ensurePrograms } from "../ensure-programs.ts";
import { isExecutable } from "../find-program.ts";
import { run, tryRun, type Say } from "../run.ts";
import { cacheDirectory } from "../settings.ts";

// The newest stable Debian; its plugin needs nothing but libc and runs on the release before.
const suite = "trixie";

/** The path of Docker's build plugin. It is a program that also runs by itself, so no folder of Docker's is touched. */
export async function ensureBuildx(say: Say): Promise<string> {
  const present = await firstThatRuns();
  if (present !== undefined) return present;
  const purpose = "Docker's build plugin makes the images' programs";
  if (await aptOffers("docker-buildx")) {
    say(`installing docker-buildx: ${purpose}`);
    await aptInstallPackages(["docker-buildx"]);
    const installed = await firstThatRuns();
    if (installed !== undefined) return installed;
  }
  say(`fetching docker-buildx from Debian ${suite}, as this machine's package sources have none: ${purpose}`);
  await fetchPlugin(say);
  const fetched = await firstThatRuns();
  if (fetched !== undefined) return fetched;
  throw new KilnError("program-missing", {
    expected: "Docker's build plugin docker-buildx to run on this machine",
    found: `${ownPlugin()} from Debian ${suite} does not run`,
    next: "install the plugin as https://docs.docker.com/go/buildx says",
  });
}

function ownPlugin(): string {
  return cacheDirectory("tools", "docker", "cli-plugins", "docker-buildx");
}

async function firstThatRuns(): Promise<string | undefined> {
  const folders = [
    join(process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "cli-plugins"),
    ...["/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec"].map(
      (lib) => `${lib}/docker/cli-plugins`,
    ),
  ];
  const candidates = [...folders.map((folder) => join(folder, "docker-buildx")), ownPlugin()];
  for (const candidate of candidates.filter(isExecutable)) {
    if ((await tryRun(candidate, ["version"])).status === 0) return candidate;
  }
  return undefined;
}

async function fetchPlugin(say: Say): Promise<void> {
  const { "dpkg-deb": dpkgDeb } = await ensurePrograms(["dpkg-deb"], say);
  const archive = await openArchive(suite, { say });
  const [newest] = await archive.binaryPackages("docker-buildx", machineArchitecture());
  const file = newest?.files[0];
  if (file === undefined) {
    throw new KilnError("program-missing", {
      expected: `the package docker-buildx in Debian ${suite} at ${archive.mirror}`,
      found: "no such package",
      next: "install Docker's build plugin as https://docs.docker.com/go/buildx says",
    });
  }
  const deb = await cachedDownload(file);
  const folder = cacheDirectory("tools", "docker", "cli-plugins");
  await run("mkdir", ["-p", folder]);
  // Unpacked beside its place and renamed into it: two kilns may do this at once.
  const scratch = await mkdtemp(join(folder, ".unpack-"));
  try {
    await run(dpkgDeb, ["--extract", deb, scratch]);
    const unpacked = ["usr/libexec", "usr/lib"]
      .map((lib) => join(scratch, lib, "docker/cli-plugins/docker-buildx"))
      .find(existsSync);
    if (unpacked === undefined) return;
    await chmod(unpacked, 0o755);
    await rename(unpacked, ownPlugin());
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Debian's name of this machine's architecture. */
export function machineArchitecture(): DebianArchitecture {
  return process.arch === "arm64" ? "arm64" : "amd64";
}
