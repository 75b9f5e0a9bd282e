import { hash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatIndex, indexName, type IndexedImage, type ReleaseIndex } from "@sysext-kiln/extension";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { extensionConf, imageOf, transfer, versionIn, type ImageOptions } from "./images.ts";

const programFolder = fileURLToPath(
  new URL("../../../../extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host", import.meta.url),
);
const world = fileURLToPath(new URL("system.sh", import.meta.url));

/** A host in a folder, on which the real program runs with a replaced `system.sh`. */
export interface HostFolder extends AsyncDisposable {
  root: string;
  /** Publishes an image; the host may download it. */
  publish(version: string, options?: ImageOptions): Promise<void>;
  /** Publishes an index of images that were published; it replaces the one before. */
  offer(index: OfferedIndex): Promise<void>;
  /** Changes the time of day, in seconds since 1970. */
  setTime(seconds: number): Promise<void>;
  /** Puts an image on the host without publishing it. */
  place(version: string, options?: ImageOptions): Promise<void>;
  /** Lets the link point to an image that is on the host. */
  link(version: string, name?: string): Promise<void>;
  /** Boots it: extensions are merged, services start, and kiln-host repairs. */
  boot(env?: Env): Promise<Outcome>;
  /** Runs a command of kiln-host. */
  kilnHost(command: readonly string[], env?: Env): Promise<Outcome>;
  /** Runs it as the timer does, after the time in which nothing is due. */
  run(env?: Env): Promise<Outcome>;
  /** The lines of an extension's state file, as a record; `refused` has one line for each image. */
  state(name?: string): Promise<Record<string, string>>;
  /** What is linked, what is merged, and what the service was started from. */
  versions(name?: string): Promise<{ linked: string; merged: string; runs: string }>;
  images(name?: string): Promise<readonly string[]>;
  /** The names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** What a service does from now on without a restart, as `read_unit` in system.sh reads it. */
  setUnit(active: string, name?: string): Promise<void>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
}

/** An index, and its images of etcd by their versions. */
export interface OfferedIndex {
  number: number;
  expires?: number;
  repository?: string;
  keys?: ReleaseIndex["keys"];
  retired?: readonly string[];
  images: Readonly<Record<string, OfferedImage>>;
  /** Further images, which were not published. */
  more?: readonly IndexedImage[];
}

export type OfferedImage = Partial<Omit<IndexedImage, "name" | "tag" | "size">> & { extension?: string };

type Env = Readonly<Record<string, string>>;

/** A host on which a version of etcd, and of each other extension, runs and was judged. */
export async function settledHost(
  version: string,
  options: ImageOptions = {},
  names: readonly string[] = ["etcd"],
): Promise<HostFolder> {
  const host = await openHostFolder(names);
  for (const name of names) {
    await host.place(version, { ...options, name });
    await host.link(version, name);
  }
  await host.boot();
  await host.run();
  return host;
}

/** Makes a host that has never run kiln-host, with the extensions that follow, and no image. */
export async function openHostFolder(
  names: readonly string[] = ["etcd"],
  shell: readonly [string, ...string[]] = ["dash"],
): Promise<HostFolder> {
  const root = await mkdtemp(join(tmpdir(), "kiln-host-"));
  const program = join(root, "program");
  const path = (part: string) => join(root, part);
  const write = async (part: string, text: string) => {
    await mkdir(dirname(path(part)), { recursive: true });
    await writeFile(path(part), text);
  };
  const read = (part: string) => readFile(path(part), "utf8").catch(() => "");
  await cp(programFolder, program, { recursive: true });
  await cp(world, join(program, "system.sh"));
  await write("world/uptime", "5\n");
  await write("world/boot", "boot-0\n");
  await write("world/today", "1764489600\n");
  await write("world/machine-id", "0123456789abcdef0123456789abcdef\n");
  await write("world/date", "2026-11-30T08:00:00Z\n");
  for (const name of names) await provision(name);

  async function provision(name: string): Promise<void> {
    await mkdir(path(`opt/extensions/${name}`), { recursive: true });
    await mkdir(path(`world/repository/${name}`), { recursive: true });
    await mkdir(path("etc/extensions"), { recursive: true });
    await write(`etc/sysupdate.${name}.d/${name}.conf`, transfer(name));
  }

  async function makeImage(file: string, version: string, options: ImageOptions): Promise<void> {
    const { name = "etcd", start, isForeign, isSkipped, isUnmergeable, isBroken } = options;
    const tree = path(`world/trees/${imageOf(version, name)}`);
    const inTree = (part: string) => `world/trees/${imageOf(version, name)}/${part}`;
    await write(file, isBroken ? "damaged\n" : `${tree}\n${isUnmergeable ? "unmergeable\n" : ""}`);
    if (isBroken) return;
    await write(inTree(`usr/lib/extension-release.d/extension-release.${name}`), "ID=_any\n");
    await write(inTree(`usr/lib/systemd/system/${name}.service`), "");
    if (start !== undefined) await write(inTree("start"), `${start}\n`);
    if (isSkipped) await write(inTree("is-skipped"), "");
    if (isForeign) return;
    const own = inTree(`usr/lib/sysext-kiln/${name}`);
    await write(`${own}/extension.conf`, extensionConf(name, version, options));
    if (options.health !== undefined) await write(`${own}/health`, options.health);
    if (options.restartLock !== undefined) await write(`${own}/restart-lock`, options.restartLock);
    if (options.upgradeCheck !== undefined) await write(`${own}/upgrade-check`, options.upgradeCheck);
  }

  async function kilnHost(command: readonly string[], env: Env = {}): Promise<Outcome> {
    const [sh, ...words] = shell;
    await write("world/steps", "0\n");
    return tryRun(sh, [...words, join(program, "kiln-host"), ...command], {
      env: { KILN_HOST_ROOT: root, ...env },
    });
  }

  return {
    root,
    publish: (version, options = {}) => {
      const { name = "etcd" } = options;
      return makeImage(`world/repository/${name}/${imageOf(version, name)}`, version, options);
    },
    place: (version, options = {}) => {
      const { name = "etcd" } = options;
      return makeImage(`opt/extensions/${name}/${imageOf(version, name)}`, version, options);
    },
    async offer({ images, more = [], repository = "https://example.org", keys = [], retired = [], ...head }) {
      const listed = Object.entries(images).map(async ([version, { extension = "etcd", ...image }]) => {
        const name = imageOf(version, extension);
        const bytes = await readFile(path(`world/repository/${extension}/${name}`));
        const sha256 = hash("sha256", bytes);
        return {
          ...{ name, sha256, size: bytes.length, tag: `${extension}-v${version}`, start: 0, rollout: 0 },
          ...image,
        };
      });
      const text = formatIndex({
        ...{ created: 1_764_489_600 + head.number, repository, keys, retired, ...head },
        images: [...(await Promise.all(listed)), ...more],
      });
      await rm(path("world/repository/kiln-index"), { recursive: true, force: true });
      await write(`world/repository/kiln-index/${indexName(head.number)}`, text);
    },
    setTime: (seconds) => write("world/today", `${seconds}\n`),
    async link(version, name = "etcd") {
      await rm(path(`etc/extensions/${name}.raw`), { force: true });
      await symlink(`/opt/extensions/${name}/${imageOf(version, name)}`, path(`etc/extensions/${name}.raw`));
    },
    async boot(env = {}) {
      const count = Number(/\d+/.exec(await read("world/boot"))?.[0]) + 1;
      await write("world/boot", `boot-${count}\n`);
      await write("world/uptime", "5\n");
      for (const part of ["run", "usr", "world/merged", "world/units"])
        await rm(path(part), { recursive: true, force: true });
      const merge = `R=${root}; . ${world}; merge_world || { command rm -rf "$R/usr"; mkdir -p "$R/usr"; }`;
      await tryRun("dash", ["-c", merge]);
      return withoutShellError(await kilnHost(["boot"], env));
    },
    kilnHost,
    async run(env = {}) {
      await write("world/uptime", `${Number(await read("world/uptime")) + 40_000}\n`);
      return withoutShellError(await kilnHost(["run"], env));
    },
    async state(name = "etcd") {
      const lines = (await read(`var/lib/sysext-kiln/state/${name}`))
        .split("\n")
        .filter((line) => line !== "");
      const state: Record<string, string> = {};
      for (const line of lines) {
        const [key, value] = splitOnce(line);
        state[key] = key === "refused" && state[key] !== undefined ? `${state[key]}\n${value}` : value;
      }
      return state;
    },
    async versions(name = "etcd") {
      const linked = await readlink(path(`etc/extensions/${name}.raw`)).catch(() => "");
      const [, , runs = ""] = (await read(`world/units/${name}.service`)).trim().split(" ");
      return {
        linked: versionIn(linked),
        merged: versionIn(await read(`world/merged/${name}`)),
        runs: versionIn(runs),
      };
    },
    list: async (folder) => (await readdir(path(folder))).toSorted(),
    images: async (name = "etcd") => (await readdir(path(`opt/extensions/${name}`))).toSorted(),
    async setUnit(active, name = "etcd") {
      const [, invocation, image] = (await read(`world/units/${name}.service`)).trim().split(" ");
      await write(`world/units/${name}.service`, `${active} ${invocation} ${image}\n`);
    },
    write,
    read,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}

/** What `kiln-host status` reports about etcd. */
export async function statusOf(host: HostFolder): Promise<unknown> {
  const { stdout } = await host.kilnHost(["status", "--json"]);
  const status: unknown = JSON.parse(stdout);
  if (typeof status !== "object" || status === null || !("extensions" in status))
    throw new Error(`no status: ${stdout}`);
  const { extensions } = status;
  return Array.isArray(extensions) ? extensions[0] : undefined;
}

/** An outcome of kiln-host, unless the shell itself has ended it, which it does with the status 2. */
function withoutShellError(outcome: Outcome): Outcome {
  if (outcome.status !== 2) return outcome;
  throw new Error(`the shell ended kiln-host: ${outcome.stderr}`);
}
