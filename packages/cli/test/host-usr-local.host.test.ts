import type { Host } from "@sysext-kiln/booted-host";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { useHostImages } from "./host-images.ts";
import { succeed } from "./host-services.ts";
import { bootPlainHost, merge } from "./plain-host.ts";

const images = useHostImages();

/** Whether kiln-host takes images with files in /usr/local. */
async function hasPlainUsrLocal(host: Host): Promise<boolean> {
  const script = ". /usr/lib/sysext-kiln/kiln-host/system.sh; has_plain_usr_local";
  return (await host.run(["sh", "-euc", script])).status === 0;
}

describeOnHosts.concurrent("a host's /usr/local", (suite) => {
  test("is recognized as a folder, a link or a mount, also while an image with files in it is merged", async () => {
    await using host = await bootPlainHost({
      suite,
      async prepare(root) {
        await images.link(root, "kiln-host");
        await images.link(root, "etcd");
      },
    });
    await succeed(host, "test", "-x", "/usr/local/bin/etcd");
    expect(await hasPlainUsrLocal(host)).toBe(true);

    await succeed(host, "mount", "-t", "tmpfs", "tmpfs", "/usr/local");
    expect(await hasPlainUsrLocal(host)).toBe(false);
    await succeed(host, "umount", "/usr/local");

    await succeed(host, "systemd-sysext", "unmerge");
    await succeed(host, "mv", "/usr/local", "/var/usrlocal");
    await succeed(host, "ln", "-s", "../var/usrlocal", "/usr/local");
    await merge(host);
    await succeed(host, "test", "-x", "/usr/local/bin/etcd");
    expect(await hasPlainUsrLocal(host)).toBe(false);
  });
});
