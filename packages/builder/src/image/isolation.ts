import { KilnError } from "@sysext-kiln/error";
import { rootPrefix, tryRun } from "@sysext-kiln/machine";

/** What decides how this process gets namespaces of its own. */
export interface Rights {
  uid: number;
  gid: number;
  /** Whether the kernel lets this user be root in a namespace of its own. */
  mayMapUsers: () => Promise<boolean>;
  /** What stands before a command that needs root; undefined where there is no way. */
  rootPrefix: () => Promise<readonly string[] | undefined>;
}

/** As they are here. */
export const ownRights: Rights = {
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  mayMapUsers: async () => (await tryRun("unshare", ["--map-root-user", "true"])).status === 0,
  rootPrefix,
};

/**
 * The command line that runs what follows it in another root, without a network, other processes, or this environment.
 * Where a user may have no namespace (Ubuntu from 24.04 on, and so GitHub's runners), root makes it, and gives its
 * rights away before the program starts.
 * @throws KilnError `smoke-failed` where there is no way to have one
 */
export async function isolated(root: string, rights: Rights = ownRights): Promise<string[]> {
  const { prefix, options } = await accessOf(rights);
  const clean = ["env", "--ignore-environment", "PATH=/usr/local/bin:/usr/bin:/bin"];
  const isolation = ["--net", "--ipc", "--pid", "--fork", "--kill-child", `--root=${root}`];
  return [...prefix, ...clean, "unshare", ...options, ...isolation, "--"];
}

async function accessOf({ uid, gid, mayMapUsers, rootPrefix: prefixOf }: Rights) {
  if (uid === 0) return { prefix: [], options: [] };
  if (await mayMapUsers()) return { prefix: [], options: ["--map-root-user"] };
  const prefix = await prefixOf();
  if (prefix) return { prefix, options: [`--setuid=${uid}`, `--setgid=${gid}`] };
  throw new KilnError("smoke-failed", {
    expected: "to run what was built in a namespace of its own",
    found: "a kernel that gives this user none, and no sudo that lets us in",
    next: "run kiln as root, or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
  });
}
