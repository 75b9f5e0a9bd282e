import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { expect } from "vitest";
import type { Member } from "./etcd-members.ts";
import { extensions } from "./paths.ts";

/** Replaces texts in a file, each of which must be there. */
async function replaceIn(file: string, texts: Readonly<Record<string, string>>): Promise<void> {
  let text = await readFile(file, "utf8");
  for (const [from, to] of Object.entries(texts)) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  await writeFile(file, text);
}

/** Runs a hook of an image as kiln-host does. */
export interface HookRun {
  /** The tree of the image, with its programs and hooks. */
  tree: string;
  /** The hook and its arguments. */
  hook: string;
  /** The text of `etcdctl.sh`; there is none if it is missing. */
  settings?: string;
  /** The text of `etcd.env`. */
  variables?: string;
  /** The name of the host. */
  host?: string;
  seconds?: number;
  /** Where programs are; by default also in the image. */
  programs?: string;
}

/** Runs a hook of an image as kiln-host does, with the host's files in a folder. */
export async function runHook(
  folder: string,
  { tree, hook, settings, variables = "", host = "one", seconds = 60, programs }: HookRun,
): Promise<Outcome> {
  const files = await mkdtemp(join(folder, "hooks-"));
  const path = (name: string) => join(files, name);
  await cp(join(tree, "usr/lib/sysext-kiln/etcd"), path("hooks"), { recursive: true });
  if (settings !== undefined) await writeFile(path("etcdctl.sh"), `${settings}\n`);
  await writeFile(path("etcd.env"), variables);
  await replaceIn(path("hooks/hooks.d/connection.sh"), {
    "/etc/profile.d/etcdctl.sh": path("etcdctl.sh"),
    "/etc/etcd/etcd.env": path("etcd.env"),
  });
  const [name = "", ...args] = hook.split(" ");
  const script = 'hostname "$0" && exec sh "$@"';
  const command = ["--uts", "--map-root-user", "sh", "-c", script, host, path(`hooks/${name}`), ...args];
  const PATH = programs ?? `${join(tree, "usr/local/bin")}:${process.env["PATH"]}`;
  return await tryRun("unshare", command, { env: { PATH, LOCK_SECONDS: String(seconds) } });
}

/** The host that asks, and what it has. */
export interface Asking extends Omit<HookRun, "tree" | "hook" | "settings"> {
  /** Variables of etcdctl, besides the member's endpoint. */
  settings?: Readonly<Record<string, string>>;
}

/** The hooks of a member's host, with the programs of an image. The member may change between two calls. */
export function hooksOf(host: () => { tree: string; folder: string; member: Member }) {
  function hook(name: string, { settings = {}, ...rest }: Asking = {}): Promise<Outcome> {
    const { tree, folder, member } = host();
    const variables = Object.entries({ ETCDCTL_ENDPOINTS: member.client, ...settings });
    const text = variables.map(([variable, value]) => `export ${variable}='${value}'`).join("\n");
    return runHook(folder, { tree, hook: name, settings: text, ...rest });
  }
  return {
    hook,
    acquire: (asking?: Asking) => hook("restart-lock acquire", asking),
    release: (asking?: Asking) => hook("restart-lock release", asking),
  };
}

/** What the restart lock answers if it is granted. */
export const granted = { status: 0, stderr: "" };

/** A refusal, which keeps etcd from being restarted even if the health check fails. */
export const refused = (reason: RegExp) => ({ status: 75, stderr: expect.stringMatching(reason) });

/** The host of a member, on which its upgrade check runs. */
export interface CheckedHost {
  /** Where the host has its snapshots. */
  snapshots: string;
  /** What `systemctl show` prints about etcd.service. */
  unit: string;
  /** Runs the check; `tree` has the programs that run, and `more` comes before them on the PATH. */
  check(tree: string, args: readonly string[], options?: CheckOptions): Promise<Outcome>;
}

/** The names of a host's snapshots; none if it has no folder for them yet. */
export async function snapshotsOf({ snapshots }: CheckedHost): Promise<string[]> {
  return existsSync(snapshots) ? await readdir(snapshots) : [];
}

/** Checks a move that a host must refuse, without leaving a snapshot; returns why it is refused. */
export async function refusalOf(
  host: CheckedHost,
  tree: string,
  versions: readonly [from: string, to: string],
): Promise<string> {
  const { status, stderr } = await host.check(tree, versions);
  expect(status).toBe(1);
  expect(await snapshotsOf(host)).toEqual([]);
  return stderr;
}

export interface CheckOptions {
  env?: Readonly<Record<string, string>>;
  more?: string;
  /** The size of the disk with the snapshots, as tmpfs takes it. */
  disk?: string;
}

/**
 * The host of a member, with etcd's upgrade check, `etcdctl.sh` and `etcd.env`. systemd is replaced by a program that prints what
 * it would print.
 */
export async function makeHost(
  folder: string,
  { member, settings = `export ETCDCTL_ENDPOINTS=${member.client}`, variables = "" }: HostOptions,
): Promise<CheckedHost> {
  const host = await mkdtemp(join(folder, "host-"));
  const path = (name: string) => join(host, name);
  await cp(join(extensions, "etcd/files/usr/lib/sysext-kiln/etcd"), path("hooks"), { recursive: true });
  const check = path("hooks/upgrade-check");
  await replaceIn(check, {
    "/etc/etcd/data-folder": path("data-folder"),
    "/var/lib/etcd-snapshots": path("snapshots"),
  });
  await replaceIn(path("hooks/hooks.d/connection.sh"), { "/etc/profile.d/etcdctl.sh": path("etcdctl.sh") });
  await writeFile(path("etcdctl.sh"), `${settings}\n`);
  await writeFile(path("etcd.env"), `ETCD_NAME=${member.name}\n${variables}\n`);
  await mkdir(path("bin"));
  await writeFile(path("bin/systemctl"), `#!/bin/sh\ncat ${path("unit")}\n`);
  await chmod(path("bin/systemctl"), 0o755);
  const checked: CheckedHost = {
    snapshots: path("snapshots"),
    unit: `ExecStart={ path=/usr/local/bin/etcd ; argv[]=/usr/local/bin/etcd ; ignore_errors=no ; pid=0 }
Environment=ETCD_DATA_DIR=${join(folder, member.name)}
EnvironmentFiles=${path("etcd.env")} (ignore_errors=no)
`,
    async check(programs, args, { env = {}, more = path("bin"), disk } = {}) {
      await writeFile(path("unit"), checked.unit);
      const PATH = [more, path("bin"), join(programs, "usr/local/bin"), process.env["PATH"]].join(":");
      const command = ["dash", check, ...args];
      if (disk === undefined)
        return await tryRun("unshare", ["--map-root-user", ...command], { env: { PATH, ...env } });
      await mkdir(path("snapshots"), { recursive: true });
      const mount = `mount -t tmpfs -o size=${disk} tmpfs ${path("snapshots")} && exec "$@"`;
      return await tryRun("unshare", ["--mount", "--map-root-user", "sh", "-c", mount, "sh", ...command], {
        env: { PATH, ...env },
      });
    },
  };
  return checked;
}

export interface HostOptions {
  member: Member;
  /** The text of `etcdctl.sh`; by default with the member's endpoint. */
  settings?: string;
  /** More lines of `etcd.env`. */
  variables?: string;
}
