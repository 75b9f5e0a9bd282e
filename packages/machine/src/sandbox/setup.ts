import { KilnError } from "@sysext-kiln/error";

/** How this machine provides a sandbox. */
export interface Setup {
  /** The machine's user that the program runs as: never root. */
  user: User;
  /** Whether kiln is root, and must become that user first. */
  fromRoot: boolean;
  /** Whether kiln is root in a chroot, where the kernel makes no user namespace (user_namespaces(7)). */
  isChrooted: boolean;
  /** `own`: that user may make a user namespace. `granted`: root makes one for it. */
  userNamespace: "own" | "granted";
  /** The arguments before a command that needs root, such as `sudo -n`. */
  rootPrefix: readonly string[];
}

export interface User {
  uid: number;
  gid: number;
}

/**
 * Belongs to no person and no service, and is within the range that a container maps (systemd,
 * docs/UIDS-GIDS.md).
 */
export const unprivilegedUser: User = { uid: 65_533, gid: 65_533 };

/** The id of "nobody", which the program has in its own user namespace. */
export const userInside = 65_534;

/** The command that gives up root's rights permanently, up to its `--`. */
export function asUser({ uid, gid }: User): string[] {
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
}

export function unavailable(found: string, cause?: unknown): KilnError {
  return new KilnError("sandbox-unavailable", {
    expected: "a sandbox for untrusted programs",
    found,
    next: "run kiln as root, let this user run sudo without a password, or allow it user namespaces (on Ubuntu: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0)",
    cause,
  });
}
