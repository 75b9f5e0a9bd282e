import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { ensurePrograms, ensureProgramsFrom } from "../src/ensure-programs.ts";
import type { Answer, Failure, Request } from "./run-as.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const script = "packages/machine/test/run-as.ts";

/** A plain user that every Debian has. */
export const nobody = { uid: 65_534, gid: 65_534 };

/** Who runs kiln, and who may make the user namespace of the sandbox. */
export interface Caller {
  name: string;
  asNobody: boolean;
  /** Whether users are refused user namespaces, as on Ubuntu. */
  refused: boolean;
  /** Whether the user may run sudo without a password. */
  sudo?: boolean;
  /** Whether kiln runs in a chroot, where nobody can make a user namespace. */
  chrooted?: boolean;
}

export const callers: readonly Caller[] = [
  { name: "as root", asNobody: false, refused: false },
  { name: "as root in a chroot", asNobody: false, refused: false, chrooted: true },
  { name: "as root, where users are refused namespaces", asNobody: false, refused: true },
  { name: "as a plain user", asNobody: true, refused: false },
  {
    name: "as a plain user with sudo, where users are refused namespaces",
    asNobody: true,
    refused: true,
    sudo: true,
  },
];

/** A case in which no sandbox is available. */
export const callerWithoutSandbox: Caller = {
  name: "as a plain user without sudo, where users are refused namespaces",
  asNobody: true,
  refused: true,
};

/** Installs the programs that the tests need. They need root, because only root can become any user. */
export async function preparePrograms(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error("these tests need root, for example with sudo");
  await ensurePrograms(["bwrap"], () => undefined);
  const sudo = { packages: ["sudo"], purpose: "become root in a test as a user does" } as const;
  await ensureProgramsFrom({ sudo }, ["sudo"], () => undefined);
}

/**
 * Runs programs in the sandbox from a process that is started as the caller, with descriptor 9 open and a
 * secret in its environment. Depending on the caller, that process sees a machine whose user may run sudo
 * without a password, or whose bubblewrap fails as on Ubuntu.
 */
export async function runAs(caller: Caller, folder: string, request: Request): Promise<Answer> {
  const { stdout } = await startAs(caller, folder, request);
  const answer = z.custom<Answer | Failure>().parse(JSON.parse(await text(stdout)));
  if ("code" in answer) throw new KilnError(answer.code, answer);
  return answer;
}

/** Like `runAs`, but returns the process itself. */
export async function startAs(caller: Caller, folder: string, request: Request) {
  const { asNobody, refused, sudo = false, chrooted = false } = caller;
  const mounts = [
    "mount -t tmpfs -o mode=0755 tmpfs /srv",
    "mkdir /srv/kiln /srv/node",
    `mount --bind '${repository}' /srv/kiln`,
    `mount --bind '${dirname(process.execPath)}' /srv/node`,
    // A second place of the folder, below the one where kiln shows folders to the sandbox if it is root.
    "mount -t tmpfs -o mode=0755 tmpfs /mnt",
    "mkdir /mnt/kiln",
    `mount --bind '${folder}' /mnt/kiln`,
    ...(sudo ? [`mount --bind '${await sudoers(folder)}' /etc/sudoers`] : []),
    ...(refused
      ? ["cp /usr/bin/bwrap /srv/bwrap", `mount --bind '${await refusing(folder)}' /usr/bin/bwrap`]
      : []),
    ...(chrooted ? ["mount --rbind / /media"] : []),
  ];
  const user = ["setpriv", `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, "--clear-groups", "--"];
  const command = ["env", "HOME=/nonexistent", "SECRET=hunter2", "/srv/node/node", `/srv/kiln/${script}`];
  const shell = [
    "bash",
    "-e",
    "-c",
    [...mounts, chrooted ? 'exec chroot /media "$@"' : 'exec "$@"'].join("\n"),
    "bash",
  ];
  const child = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "--", ...shell, ...(asNobody ? user : []), ...command],
    { stdio: ["pipe", "pipe", "inherit", ...notUsed, openSync("/", "r")] },
  );
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the child process has no pipes");
  stdin.end(JSON.stringify(request));
  return { child, stdout };
}

/** Descriptors 3 to 8. */
const notUsed = Array.from({ length: 6 }, () => "ignore" as const);

async function sudoers(folder: string): Promise<string> {
  const path = join(folder, "sudoers");
  await writeFile(path, "nobody ALL=(ALL) NOPASSWD: ALL\n");
  await chmod(path, 0o440);
  return path;
}

/** Makes a bubblewrap that fails as it does when AppArmor removes the capabilities in user namespaces. */
async function refusing(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "bwrap");
  const lines = [
    "#!/bin/sh",
    'case " $* " in',
    '*" --unshare-user "*) echo "bwrap: setting up uid map: Permission denied" >&2; exit 1 ;;',
    "esac",
    'exec /srv/bwrap "$@"',
  ];
  await writeFile(path, `${lines.join("\n")}\n`);
  await chmod(path, 0o755);
  return path;
}
