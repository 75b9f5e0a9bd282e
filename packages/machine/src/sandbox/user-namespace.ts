import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { asUser, unavailable, userInside, type Setup } from "./setup.ts";

/**
 * Runs work with the path of a user namespace that root made for the sandbox's user, in which no other can be
 * made. Root is needed only to make it: the owner of a namespace may enter it without any capability.
 *
 * Ubuntu 24.04 and later need this, and with them GitHub's runners. There AppArmor takes the capabilities
 * from a process that makes a user namespace, unless the process already has CAP_SYS_ADMIN or a profile
 * allows it, while entering an existing namespace is not restricted. AppArmor's own regression tests state
 * both: "unconfined cap_sys_admin" and "setns - user" in tests/regression/apparmor/userns.sh.
 * @throws KilnError `sandbox-unavailable`
 */
export async function withGrantedNamespace<T>(
  { user, rootPrefix }: Setup,
  work: (namespace: string) => Promise<T>,
): Promise<T> {
  const [program = "", ...args] = [...rootPrefix, ...makeNamespace(user)];
  // It keeps the namespace alive until its standard input ends, at the latest when kiln does.
  const keeper = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  try {
    return await work(`/proc/${await pidOf(keeper)}/ns/user`);
  } finally {
    keeper.stdin.end();
  }
}

/** With CAP_SYS_ADMIN, but as the user: a namespace belongs to the user who makes it. */
function makeNamespace(user: Setup["user"]): string[] {
  return [
    ...asUser(user),
    ...["--inh-caps=+sys_admin", "--ambient-caps=+sys_admin", "--"],
    ...["unshare", "--user", "--keep-caps", `--map-user=${userInside}`, `--map-group=${userInside}`, "--"],
    ...["sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces && echo $$ && exec cat"],
  ];
}

/** What the process prints once the namespace is complete. */
async function pidOf({ stdout, stderr }: ChildProcess): Promise<number> {
  if (stdout === null || stderr === null) throw new Error("the child process has no pipes");
  const ended = text(stderr).then((complaint) => {
    throw unavailable(complaint.trim() || "no user namespace, and no error message");
  });
  const [line]: unknown[] = await Promise.race([once(stdout.setEncoding("utf8"), "data"), ended]);
  return Number(line);
}
