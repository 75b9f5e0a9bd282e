import { homedir } from "node:os";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { aptInstallPackages, aptOffers } from "../ensure-programs.ts";
import { isExecutable } from "../find-program.ts";
import { laterSuite, takeFromLaterDebian } from "../later-debian.ts";
import { tryRun, type Say } from "../run.ts";
import { cacheDirectory } from "../settings.ts";

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
  say(
    `fetching docker-buildx from Debian ${laterSuite}, as this machine's package sources have none: ${purpose}`,
  );
  await takeFromLaterDebian(
    "docker-buildx",
    ["usr/libexec", "usr/lib"].map((lib) => `${lib}/docker/cli-plugins/docker-buildx`),
    ownPlugin(),
    say,
  );
  const fetched = await firstThatRuns();
  if (fetched !== undefined) return fetched;
  throw new KilnError("program-missing", {
    expected: "Docker's build plugin docker-buildx to run on this machine",
    found: `${ownPlugin()} from Debian ${laterSuite} does not run`,
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
