import type { HostSuite } from "@sysext-kiln/booted-host";
import { expect } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";

/** The versions that `expectToSurviveFaults` needs: one that is running, and one that comes next. */
export const [old, next] = ["3.5.10", "3.5.12"] as const;

/** Something that is wrong with a host during a run: a shell script that begins it, and one that ends it. */
export interface HostFault {
  readonly name: string;
  readonly begin: string;
  readonly end: string;
}

const state = "/var/lib/sysext-kiln";
const images = "/opt/extensions/hello";

export const hostFaults: readonly HostFault[] = [
  full(state),
  // Not a folder in it: while one is a mount, systemd-sysext hides the rest of /opt.
  full("/opt"),
  full("/run/sysext-kiln"),
  readOnly(state),
  readOnly("/opt"),
  readOnly("/etc/extensions"),
  {
    name: "no loop devices",
    begin: "mkdir /run/devices && mv /dev/loop[0-9]* /run/devices",
    end: "mv /run/devices/* /dev && rmdir /run/devices",
  },
  moved("/etc/systemd/import-pubring.gpg", "no keyring"),
  moved("/etc/sysupdate.hello.d/hello.conf", "no transfer"),
  { name: "no network", begin: "ip link set lo down", end: "ip link set lo up" },
  { name: "a damaged state", begin: `echo damage >>${state}/state/hello`, end: "true" },
  {
    name: "a damaged image on disk",
    begin: `echo damage >${images}/${imageOf(next)}`,
    end: `rm -f ${images}/${imageOf(next)}`,
  },
];

/** Replaces a folder by a copy on a disk without any space left. */
export function full(folder: string): HostFault {
  const copy = "/run/full";
  const begin = `mkdir -p ${copy} ${folder} && mount -t tmpfs -o size=16m tmpfs ${copy} && cp -a ${folder}/. ${copy}
    cat /dev/zero >${copy}/filler 2>/dev/null
    mount --bind ${copy} ${folder}`;
  return { name: `${folder} on a full disk`, begin, end: `umount ${folder} && umount ${copy}` };
}

function readOnly(folder: string): HostFault {
  const begin = `mount --bind ${folder} ${folder} && mount -o remount,bind,ro ${folder}`;
  return { name: `${folder} on a read-only disk`, begin, end: `umount ${folder}` };
}

function moved(path: string, name: string): HostFault {
  return { name, begin: `mv ${path} ${path}.moved`, end: `mv ${path}.moved ${path}` };
}

/** Lets a host update while each fault lasts, and again when it is over. The service must run throughout. */
export async function expectToSurviveFaults(
  releases: HelloReleases,
  suite: HostSuite,
  faults: readonly HostFault[],
): Promise<void> {
  await using hello = await bootHelloHost(releases, { suite, first: old });
  const { host, setLatest, update, state: stateOfHello, status } = hello;
  await host.waitFor("the service", async () => (await stateOfHello()).running !== "");
  expect(await update()).toBe(0);
  // A quarter of this is how long all downloads of a run may take.
  await succeed(host, "sh", "-c", "echo RUN_SECONDS=60 >>/etc/sysext-kiln/host.conf");
  for (const { name, begin, end } of faults) {
    await setLatest(next);
    await succeed(host, "sh", "-uc", begin);
    await update();
    const { running } = await stateOfHello();
    expect({ during: name, running }).toMatchObject({
      running: expect.stringMatching(/^hello 3\.5\.1[02] healthy/),
    });
    await succeed(host, "sh", "-uc", end);
    expect({ after: name, status: await update() }).toMatchObject({ status: 0 });
    const says = expect.stringMatching(`^hello ${next} healthy`);
    expect({ after: name, ...(await stateOfHello()) }).toMatchObject({
      running: says,
      linked: imageOf(next),
      merged: says,
    });
    expect({ after: name, ...(await status()) }).toMatchObject({ state: "settled", refused: [] });
    await restoreOld(hello);
  }
}

/** Restores the old version, as if the new one had never been installed. */
export async function restoreOld({ host, state: stateOfHello }: HelloHost): Promise<void> {
  await succeed(host, "ln", "-sfn", `${images}/${imageOf(old)}`, "/etc/extensions/hello.raw");
  const kept = [`${state}/state/hello`, `${state}/refused/hello`];
  await succeed(host, "rm", "-f", `${images}/${imageOf(next)}`, ...kept);
  await succeed(host, "systemd-sysext", "refresh");
  await succeed(host, "systemctl", "restart", "hello");
  await host.waitFor("the old version", async () => (await stateOfHello()).running.includes(old));
}
