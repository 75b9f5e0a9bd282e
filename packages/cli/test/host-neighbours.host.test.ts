import { existsSync } from "node:fs";
import { readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { ours, useHostImages } from "./host-images.ts";
import { configure, serving, succeed } from "./host-services.ts";
import { bootPlainHost, merge } from "./plain-host.ts";

const images = useHostImages();
const { healthy } = images;

describeOnHosts.concurrent("other software on a host", (suite) => {
  test("does not lose our extensions when another extension's image is broken", async () => {
    await using host = await bootPlainHost({
      suite,
      prepare: async (root) => {
        await images.link(root, "etcd");
        await configure(root, "etcd");
      },
    });
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
    await writeFile(join(host.root, "etc/extensions/other.raw"), "not an image\n");
    expect(await host.run(["systemd-sysext", "refresh"])).not.toMatchObject({ status: 0 });
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
    // A new process proves that the programs are still there.
    await succeed(host, "systemctl", "restart", "etcd");
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
  });

  test("keeps the user and group ids that etcd prefers, and etcd gets others", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => configure(root, "etcd") });
    await succeed(host, "groupadd", "--gid=232", "taken");
    await succeed(host, "useradd", "--uid=232", "--gid=232", "taken");
    await images.link(host.root, "etcd");
    await merge(host);
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
    expect(await succeed(host, "id", "--groups", "--name", "etcd")).toBe("etcd");
    expect(await succeed(host, "stat", "--format=%U:%G %a", "/etc/etcd/pki")).toBe("root:etcd 750");
  });

  test("keeps all its programs where /usr/sbin is a link to bin, as on Flatcar", async () => {
    await using host = await bootPlainHost({ suite, prepare: mergeSbin });
    const programs = async () => (await succeed(host, "ls", "/usr/sbin/")).split("\n");
    const before = await programs();
    for (const name of ours) await images.link(host.root, name);
    await merge(host);
    expect(await programs()).toEqual(expect.arrayContaining([...before, "keepalived"]));
    await succeed(host, "test", "-x", "/sbin/init");
    await succeed(host, "/usr/sbin/keepalived", "--version");
  });
});

/** Makes /usr/sbin a link to bin, with all its programs in there. */
async function mergeSbin(root: string): Promise<void> {
  const [sbin, bin] = [join(root, "usr/sbin"), join(root, "usr/bin")];
  for (const name of await readdir(sbin)) {
    if (!existsSync(join(bin, name))) await rename(join(sbin, name), join(bin, name));
  }
  await rm(sbin, { recursive: true });
  await symlink("bin", sbin);
}
