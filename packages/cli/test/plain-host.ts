import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootHost, reloadsAfterMerge, type Host, type HostOptions } from "@sysext-kiln/booted-host";
import { succeed } from "./host-services.ts";

/**
 * Boots a host without kiln-host. With systemd 254 it has Flatcar's `ensure-sysext.service`, without which
 * nothing in an extension starts at boot (flatcar/init, systemd/system/ensure-sysext.service).
 */
export function bootPlainHost(options: HostOptions): Promise<Host> {
  if (reloadsAfterMerge(options.suite)) return bootHost(options);
  return bootHost({
    ...options,
    prepare: async (root) => {
      await ensureSysext(root);
      await options.prepare?.(root);
    },
  });
}

/** Merges a host's images, as docs/hosts.md says it is done by hand. */
export async function merge(host: Host): Promise<void> {
  await succeed(host, "systemd-sysext", "refresh");
  if (!reloadsAfterMerge(host.suite)) await succeed(host, "systemctl", "daemon-reload");
}

const unit = `[Unit]
DefaultDependencies=no
BindsTo=systemd-sysext.service
After=systemd-sysext.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/systemctl daemon-reload
ExecStart=/usr/bin/systemctl restart --no-block sockets.target timers.target multi-user.target
`;

async function ensureSysext(root: string): Promise<void> {
  const units = join(root, "etc/systemd/system");
  await mkdir(join(units, "sysinit.target.wants"), { recursive: true });
  await writeFile(join(units, "ensure-sysext.service"), unit);
  await symlink("../ensure-sysext.service", join(units, "sysinit.target.wants/ensure-sysext.service"));
}
