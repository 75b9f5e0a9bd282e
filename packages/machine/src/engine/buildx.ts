import { homedir } from "node:os";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { aptInstallPackages, aptOffers } from "../ensure-programs.ts";
import { isExecutable } from "../programs.ts";
import { laterSuite, extractFromLaterDebian } from "../later-debian.ts";
import type { Say } from "../reporter.ts";
import { tryRun } from "../run.ts";
import { cacheDirectory } from "../settings.ts";

/**
 * The path of Docker's build plugin, installed if it is missing. The plugin is a program that also runs on
 * its own, so Docker's folders stay unchanged.
 * @throws KilnError `program-missing`
 */
export async function ensureBuildx(say: Say): Promise<string> {
  const present = await findRunnable();
  if (present !== undefined) return present;
  const purpose = "the builds need Docker's build plugin";
  if (await aptOffers("docker-buildx")) {
    say(`installing docker-buildx: ${purpose}`);
    await aptInstallPackages(["docker-buildx"]);
    const installed = await findRunnable();
    if (installed !== undefined) return installed;
  }
  say(
    `fetching docker-buildx from Debian ${laterSuite}, because this machine's package sources lack it: ${purpose}`,
  );
  await extractFromLaterDebian(
    "docker-buildx",
    ["usr/libexec", "usr/lib"].map((lib) => `${lib}/docker/cli-plugins/docker-buildx`),
    cachedPlugin(),
    say,
  );
  const fetched = await findRunnable();
  if (fetched !== undefined) return fetched;
  throw new KilnError("program-missing", {
    expected: "Docker's build plugin docker-buildx to run on this machine",
    found: `${cachedPlugin()} from Debian ${laterSuite} does not run`,
    next: "install the plugin as described at https://docs.docker.com/go/buildx",
  });
}

function cachedPlugin(): string {
  return cacheDirectory("tools", "docker", "cli-plugins", "docker-buildx");
}

async function findRunnable(): Promise<string | undefined> {
  const folders = [
    join(process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "cli-plugins"),
    ...["/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec"].map(
      (lib) => `${lib}/docker/cli-plugins`,
    ),
  ];
  const candidates = [...folders.map((folder) => join(folder, "docker-buildx")), cachedPlugin()];
  for (const candidate of candidates.filter(isExecutable)) {
    if ((await tryRun(candidate, ["version"])).status === 0) return candidate;
  }
  return undefined;
}
