import { toolchainModule } from "@sysext-kiln/machine";
import type { GoAccess } from "./proxy.ts";

/** A release of Go's toolchain: the minor number of its series, and its patch number. */
interface GoRelease {
  minor: number;
  patch: number;
}

/**
 * Chooses the toolchain for a series such as `1.26`: its newest patch release, because that has the security
 * fixes. Go supports its two newest series, so a module that asks for an older one is compiled with the older
 * of these; a newer toolchain compiles it with the same meaning (go.dev/doc/godebug).
 * @param minimum the oldest release that a module can be compiled with, such as `1.26.3`
 * @returns such as `go1.27.1`; undefined if the proxy does not have it yet
 */
export async function chooseToolchain(access: GoAccess, minimum: string): Promise<string | undefined> {
  const releases = await releasesOf(access);
  const wanted = parseRelease(minimum);
  const newest = Math.max(...releases.map(({ minor }) => minor));
  const series = Math.max(wanted.minor, newest - 1);
  const patches = releases.filter(({ minor }) => minor === series).map(({ patch }) => patch);
  const patch = Math.max(...patches);
  const isNewEnough = patches.length > 0 && (series > wanted.minor || patch >= wanted.patch);
  return isNewEnough ? format({ minor: series, patch }) : undefined;
}

/** The toolchain in the pin of a module; empty if there is none. */
export function toolchainIn(pin: string): string {
  return pin.split(" ")[1] ?? "";
}

/** Whether one toolchain is older than another. */
export function isOlderToolchain(one: string, other: string): boolean {
  const [left, right] = [parseRelease(one), parseRelease(other)];
  return left.minor < right.minor || (left.minor === right.minor && left.patch < right.patch);
}

/** The releases that the proxy has for both platforms on which kiln runs. */
async function releasesOf(access: GoAccess): Promise<GoRelease[]> {
  const versions = new Set(await access.list(toolchainModule));
  return [...versions].flatMap((version) => {
    const [, release] = /^v0\.0\.1-go(1\.\d+(?:\.\d+)?)\.linux-amd64$/.exec(version) ?? [];
    const isComplete = versions.has(`v0.0.1-go${release}.linux-arm64`);
    return release === undefined || !isComplete ? [] : [parseRelease(release)];
  });
}

function parseRelease(text: string): GoRelease {
  const [, minor, patch] = /^(?:go)?1\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return { minor: Number(minor ?? 0), patch: Number(patch ?? 0) };
}

/** The first releases of old series have no patch number, but those are too old to be chosen. */
function format({ minor, patch }: GoRelease): string {
  return `go1.${minor}.${patch}`;
}
