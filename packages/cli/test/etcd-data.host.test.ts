import { join } from "node:path";
import type { Host } from "@sysext-kiln/booted-host";
import { describeOnHosts, putFile } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { useHostImages } from "./host-images.ts";
import { configurations, configure, crash, linesAbout, serving, succeed } from "./host-services.ts";
import { bootPlainHost } from "./plain-host.ts";

const images = useHostImages();
const healthy = () => images.healthy("etcd");

const keep = (host: Host) => succeed(host, "etcdctl", "put", "kept", "yes");
const kept = (host: Host) => succeed(host, "etcdctl", "get", "--print-value-only", "kept");

describeOnHosts.concurrent("the data of etcd", (suite) => {
  test("may be in any folder, and may have been restored by root", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "etcd") });
    await host.write(configurations.etcd.path, "ETCD_DATA_DIR=/srv/etcd/data\n");
    expect(await serving(host, "etcd")).toEqual(healthy());
    await keep(host);
    await succeed(host, "chown", "--recursive", "root:root", "/srv/etcd/data");
    await crash(host, "etcd");
    expect(await serving(host, "etcd")).toEqual(healthy());
    expect(await kept(host)).toBe("yes");
    const others = await succeed(host, "find", "/srv/etcd/data", "!", "-user", "etcd");
    expect(others).toBe("");
  });

  test("is not replaced by that of a new member when it is missing, and used when it is back", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "etcd") });
    await host.write(configurations.etcd.path, configurations.etcd.text);
    expect(await serving(host, "etcd")).toEqual(healthy());
    await keep(host);
    await succeed(host, "mv", "/var/lib/etcd/member", "/var/lib/elsewhere");
    await crashWithoutReturn(host);
    await host.waitFor("the refusal", async () => (await refusals(host)).length > 0);
    expect((await succeed(host, "ls", "/var/lib/etcd")).trim()).toBe("");
    await succeed(host, "mv", "/var/lib/elsewhere", "/var/lib/etcd/member");
    expect(await serving(host, "etcd")).toEqual(healthy());
    expect(await kept(host)).toBe("yes");
  });

  test("is waited for while its disk is not mounted", async () => {
    await using host = await bootPlainHost({
      suite,
      async prepare(root) {
        await images.link(root, "etcd");
        await configure(root, "etcd");
        await putFile(
          join(root, "etc/systemd/system/var-lib-etcd.mount"),
          "[Mount]\nWhat=tmpfs\nWhere=/var/lib/etcd\nType=tmpfs\nOptions=size=400M\n",
        );
      },
    });
    await host.waitFor("the refusal", async () => (await refusals(host)).length > 0);
    expect(await refusals(host)).toContainEqual(expect.stringContaining("/var/lib/etcd to be mounted"));
    await succeed(host, "systemctl", "start", "var-lib-etcd.mount");
    expect(await serving(host, "etcd")).toEqual(healthy());
    await succeed(host, "mountpoint", "/var/lib/etcd");
    await succeed(host, "ls", "/var/lib/etcd/member");
  });

  test("is a link's target, or the service says that a folder is a relative path", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "etcd") });
    await host.write(configurations.etcd.path, "ETCD_DATA_DIR=default.etcd\n");
    await host.waitFor("the refusal", async () => (await refusals(host)).length > 0);
    expect(await refusals(host)).toContainEqual(expect.stringContaining("absolute paths in etcd.env"));
    await succeed(host, "mkdir", "-p", "/srv/disk");
    await succeed(host, "ln", "-s", "/srv/disk", "/srv/etcd");
    await host.write(configurations.etcd.path, "ETCD_DATA_DIR=/srv/etcd\nETCD_WAL_DIR=/srv/log/wal\n");
    expect(await serving(host, "etcd")).toEqual(healthy());
    expect((await succeed(host, "stat", "--format=%U", "/srv/disk", "/srv/log/wal")).trim()).toBe(
      "etcd\netcd",
    );
    await succeed(host, "mv", "/srv/log/wal", "/srv/lost");
    await crashWithoutReturn(host);
    await host.waitFor("the refusal", async () =>
      (await refusals(host)).some((line) => line.includes("its log in /srv/log/wal")),
    );
  });

  test("is not looked for in a folder with other files", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "etcd") });
    await host.write("/srv/other/file", "text");
    await host.write(configurations.etcd.path, "ETCD_DATA_DIR=/srv/other\n");
    await host.waitFor("the refusal", async () => (await refusals(host)).length > 0);
    expect((await succeed(host, "stat", "--format=%U", "/srv/other", "/srv/other/file")).trim()).toBe(
      "root\nroot",
    );
  });
});

/** The lines in which the service said what it expected instead of starting etcd. */
async function refusals(host: Host): Promise<string[]> {
  return (await linesAbout(host, "etcd.service")).filter(
    (line) => line.includes("prepare-data") && line.includes("expected "),
  );
}

async function crashWithoutReturn(host: Host): Promise<void> {
  await succeed(host, "systemctl", "kill", "--signal=KILL", "etcd");
}
