import { appendFile, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostSuite } from "@sysext-kiln/booted-host";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { expect } from "vitest";
import { bootHelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";

/** A version of kiln-host that must never have been published. */
export interface Defect {
  /** Completes "kiln-host that ...". */
  readonly name: string;
  /** What each of its runs does. Its self-test passes. */
  readonly run?: string;
  /** What is added to one of its files instead. */
  readonly addition?: { readonly file: string; readonly text: string };
  /** Drop-ins in its image, by the names of their units. */
  readonly dropIns?: Readonly<Record<string, string>>;
  /** Whether the version of hello that is published with it is unhealthy, and adopted nevertheless. */
  readonly adoptsUnhealthy?: boolean;
  /** A command with which an operator repairs what no program could, again and again. */
  readonly repair?: string;
}

const state = "/var/lib/sysext-kiln";
/** Says that it has completed a run, in which it has neither looked for updates nor done anything else. */
const complete = "echo complete >/run/sysext-kiln/completed; exit 0";

export const defects: readonly Defect[] = [
  { name: "has a syntax error", addition: { file: "run.sh", text: "if then\n" } },
  { name: "never ends", run: "while :; do :; done" },
  { name: "deletes its state", run: `rm -rf ${state}; exit 1` },
  { name: "hangs, and cannot be asked to end", run: "trap '' TERM; while :; do sleep 1; done" },
  { name: "deletes its state, and completes", run: `rm -rf ${state}/state ${state}/program; ${complete}` },
  {
    name: "takes every service for healthy",
    addition: { file: "judge.sh", text: "judge() { echo ran >>/run/defect; return 0; }\n" },
    adoptsUnhealthy: true,
  },
  { name: "exits at once", run: "exit 0" },
  { name: "completes without any work", run: complete },
  { name: "removes its transfer, and completes", run: `rm -r /etc/sysupdate.kiln-host.d; ${complete}` },
  { name: "disables its timer, and completes", run: `systemctl disable --now kiln-host.timer; ${complete}` },
  {
    name: "has drop-ins with which its units do not start",
    addition: { file: "settings.sh", text: "[ ! -d /run/sysext-kiln ] || echo ran >>/run/defect\n" },
    dropIns: {
      "kiln-host.timer": "[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\n",
      "kiln-host.service": "[Service]\nExecStart=\n",
    },
  },
  {
    name: "fills the disk",
    run: `head -c 1G /dev/zero >${state}/filler; exit 1`,
    repair: `rm -f ${state}/filler`,
  },
  { name: "deletes its images", run: "rm -rf /opt/extensions/kiln-host/*; exit 1" },
  { name: "deletes its link", run: "rm /etc/extensions/kiln-host.raw; exit 1" },
  {
    name: "damages all programs",
    run: `for f in ${state}/program/*/kiln-host; do echo >>"$f"; done; exit 1`,
  },
  { name: "kills the bootstrap", run: 'kill -9 "$(systemctl show --value -p MainPID kiln-host)"; sleep 60' },
];

/** The versions of hello, whose update directories also have a version of kiln-host: before, with and after a defect. */
const first = "3.5.0";
const broken = (index: number) => `3.5.${2 * index + 1}`;
const fixed = (index: number) => `3.5.${2 * index + 2}`;

/** The same versions of kiln-host. */
const programOf = (hello: string) => hello.replace("3.5.", "1.0.");
const programImage = (hello: string) => `kiln-host-${programOf(hello)}-${nativeArchitecture()}.raw`;

/** Publishes each defect, and after it a good version. */
export async function publishDefects(chosen: readonly Defect[]): Promise<HelloReleases> {
  const releases = await openHelloReleases();
  await setProgram(releases, first);
  await releases.offer([first]);
  for (const [index, defect] of chosen.entries()) {
    const repair = await setProgram(releases, broken(index), defect);
    await releases.offer([broken(index)], defect.adoptsUnhealthy ? { state: "unhealthy" } : {});
    await repair();
    await setProgram(releases, fixed(index));
    await releases.offer([fixed(index)]);
  }
  return releases;
}

/** Makes a version of kiln-host the next one to be published. @returns a function that removes its defect */
async function setProgram(
  releases: HelloReleases,
  hello: string,
  defect?: Defect,
): Promise<() => Promise<void>> {
  const folder = join(releases.folder, "extensions/kiln-host");
  const definition = join(folder, "extension.yaml");
  const text = await readFile(definition, "utf8");
  await writeFile(definition, text.replace(/version: [\d.]+/, `version: ${programOf(hello)}`));
  if (defect === undefined) return async () => undefined;
  const units = join(folder, "files/usr/lib/systemd/system");
  for (const [unit, dropIn] of Object.entries(defect.dropIns ?? {})) {
    await mkdir(join(units, `${unit}.d`), { recursive: true });
    await writeFile(join(units, `${unit}.d/zz.conf`), dropIn);
  }
  const path = join(folder, "files/usr/lib/sysext-kiln/kiln-host", defect.addition?.file ?? "kiln-host");
  const good = await readFile(path, "utf8");
  if (defect.addition === undefined) {
    const onRun = `case \${1-} in\nself-test) exit 0 ;;\nrun)\n\techo ran >>/run/defect\n\t${defect.run}\n\t;;\nesac\n`;
    await writeFile(path, good.replace("\n", `\n${onRun}`));
  } else {
    await appendFile(path, defect.addition.text);
  }
  return async () => {
    await writeFile(path, good);
    await rm(units, { recursive: true, force: true });
  };
}

/** Short times, and timers that start kiln-host all the time: nobody else does. */
async function hurry(root: string): Promise<void> {
  const times = ["INTERVAL_SECONDS=1", "SPREAD_SECONDS=0", "RETRY_SECONDS=1", "RUN_SECONDS=30"];
  await appendFile(join(root, "etc/sysext-kiln/host.conf"), `${times.join("\n")}\n`);
  const units = join(root, "etc/systemd/system");
  const put = async (name: string, text: string) => {
    await mkdir(join(units, `${name}.d`), { recursive: true });
    await writeFile(join(units, `${name}.d/short.conf`), text);
  };
  await put("kiln-host.timer", "[Timer]\nOnActiveSec=1s\nOnUnitInactiveSec=1s\nAccuracySec=100ms\n");
  const often = "OnActiveSec=40s\nOnUnitInactiveSec=40s\nRandomizedDelaySec=0\n";
  await put("kiln-host-recovery.timer", `[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\n${often}`);
  // A small disk of its own, as what fills it must not fill this machine's memory.
  const small = `[Unit]\nDefaultDependencies=no\nBefore=local-fs.target\n[Mount]\nWhat=tmpfs\nWhere=${state}\nType=tmpfs\nOptions=size=16m\n`;
  const name = "var-lib-sysext\\x2dkiln.mount";
  await writeFile(join(units, name), small);
  await mkdir(join(units, "local-fs.target.requires"), { recursive: true });
  await symlink(`../${name}`, join(units, "local-fs.target.requires", name));
}

/** Lets a host meet each defect, and expects it to follow the good version after it by itself. */
export async function expectToRecover(
  releases: HelloReleases,
  suite: HostSuite,
  chosen: readonly Defect[],
): Promise<void> {
  await using hello = await bootHelloHost(releases, { suite, first, hasTimer: true, prepare: hurry });
  const { host, setLatest } = hello;
  const follows = async (version: string) => {
    const good = (await host.run(["readlink", `${state}/program/good`])).stdout;
    const { running } = await hello.state();
    return good.endsWith(programImage(version)) && running.startsWith(`hello ${version} healthy`);
  };
  await host.waitFor("the first version", () => follows(first));
  for (const [index, defect] of chosen.entries()) {
    await succeed(host, "rm", "-f", "/run/defect");
    await setLatest(broken(index));
    const what = `kiln-host that ${defect.name}`;
    const wasTried = async () => (await host.run(["sh", "-c", traces])).status === 0;
    await host.waitFor(`${what} to be tried`, wasTried, { timeoutMs: 120_000 });
    await setLatest(fixed(index));
    const isOver = async () => {
      if (defect.repair !== undefined) await succeed(host, "sh", "-c", defect.repair);
      return follows(fixed(index));
    };
    await host.waitFor(`the version after ${what}`, isOver, { timeoutMs: 300_000 });
    const refused = (await hello.status()).refused.map(({ image }) => image);
    const unhealthy = chosen.flatMap(({ adoptsUnhealthy }, at) =>
      adoptsUnhealthy ? [imageOf(broken(at))] : [],
    );
    expect({ what, refused: refused.filter((image) => !unhealthy.includes(image)) }).toEqual({
      what,
      refused: [],
    });
  }
}

/** What a version leaves that was tried: itself, or in the state if its self-test failed. */
const traces = `test -e /run/defect || grep -qs 'self-test failed' ${state}/state/kiln-host`;
