import { randomUUID } from "node:crypto";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Units of Debian that would use the network or write to a test's journal. */
const unwanted = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "console-getty.service",
];

/**
 * Adds to a root file system what a container needs, and what Flatcar has: extensions are merged at boot.
 * @param loopDevices lines of tmpfiles.d(5) for its loop devices
 */
export async function furnish(root: string, name: string, loopDevices: string): Promise<void> {
  await put(root, "etc/hostname", `${name}\n`);
  await put(root, "etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${name}\n::1 localhost\n`);
  await put(root, "etc/machine-id", `${randomUUID().replaceAll("-", "")}\n`);
  // The systemd inside would remove device nodes that are bound from outside.
  await put(root, "etc/tmpfiles.d/loop.conf", loopDevices);
  const units = join(root, "etc/systemd/system");
  await mkdir(join(units, "sysinit.target.wants"), { recursive: true });
  await symlink(
    "/usr/lib/systemd/system/systemd-sysext.service",
    join(units, "sysinit.target.wants/systemd-sysext.service"),
  );
  for (const unit of unwanted) await symlink("/dev/null", join(units, unit));
}

async function put(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
