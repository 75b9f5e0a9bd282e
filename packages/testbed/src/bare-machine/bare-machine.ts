import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openNamespace, type Namespace } from "@sysext-kiln/booted-host";
import { cacheDirectory, run, tryRun, type Outcome, type Say } from "@sysext-kiln/machine";
import { rootFileSystem, type Suite } from "./root-file-system.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

/** A Debian with only git and a clone of this repository, on which commands are run as root. */
export interface BareMachine {
  suite: Suite;
  /** The path of the clone, inside. */
  clone: string;
  /** A path inside, as seen from outside. */
  outside(path: string): string;
  /** Runs a command in the clone, with the environment of a fresh login; reports each line that it prints. */
  run(command: readonly [string, ...string[]], options?: { onLine?: Say }): Promise<Outcome>;
}

const repository = fileURLToPath(new URL("../../../..", import.meta.url));
const clone = "/root/sysext-kiln";

/** Runs a function with a bare machine; nothing of it remains afterwards, even if this process is killed. */
export async function withBareMachine<T>(
  suite: Suite,
  fn: (machine: BareMachine) => Promise<T>,
  say: Say = () => undefined,
): Promise<T> {
  const archive = await rootFileSystem(suite, say);
  await using folder = await openTemporaryFolder(cacheDirectory("fresh"), `${suite}-`);
  const root = join(folder.path, "root");
  await mkdir(root);
  await run("tar", ["--extract", "--file", archive, "--directory", root, "--exclude=./dev/*"]);
  await copyNetworkSettings(root);
  await run("git", ["clone", "--quiet", "--no-hardlinks", repository, join(root, clone)]);
  await using namespace = await openNamespace();
  await mountSystem(namespace, root);
  const environment = freshEnvironment();
  return await fn({
    suite,
    clone,
    outside: (path) => join(root, path),
    run: (command, options = {}) => {
      const [program, ...args] = namespace.enter;
      const inside = ["env", "--ignore-environment", ...environment, "chroot", root];
      return tryRun(program, [...args, ...inside, "env", `--chdir=${clone}`, ...command], options);
    },
  });
}

async function mountSystem({ enter: [program, ...args] }: Namespace, root: string): Promise<void> {
  const mounts = [
    ["--bind", root, root],
    ["-t", "proc", "proc", join(root, "proc")],
    ["-t", "sysfs", "sysfs", join(root, "sys")],
    ["-t", "cgroup2", "cgroup2", join(root, "sys/fs/cgroup")],
    ["-t", "tmpfs", "tmpfs", join(root, "run")],
    ["-t", "tmpfs", "tmpfs", join(root, "tmp")],
    ["--rbind", "/dev", join(root, "dev")],
  ];
  for (const mount of mounts) await run(program, [...args, "mount", ...mount]);
}

/** The environment of a login, and the proxy that this machine's network may need. */
function freshEnvironment(): string[] {
  const proxies = ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return [
    "HOME=/root",
    "TERM=dumb",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ...proxies,
  ];
}

/** Copies what reaches the network on this machine: its name server, certificates and npm settings. */
async function copyNetworkSettings(root: string): Promise<void> {
  for (const file of ["/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"]) {
    if (existsSync(file)) await copyFile(file, join(root, file));
  }
  const { stdout: globalFile } = await tryRun("npm", ["config", "get", "globalconfig"]);
  const npmrcs = [globalFile.trim(), join(homedir(), ".npmrc")].filter(
    (file) => file !== "" && existsSync(file),
  );
  const texts = await Promise.all(npmrcs.map((file) => readFile(file, "utf8")));
  if (texts.length > 0) await writeFile(join(root, "root/.npmrc"), `${texts.join("\n")}\n`, { mode: 0o600 });
}
