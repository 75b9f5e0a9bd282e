import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openNetwork } from "@sysext-kiln/booted-host";
import { describeOnHosts, putFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { renderTemplates } from "./etcd-templates.ts";
import { helloOn } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { bootPlainHost } from "./plain-host.ts";
import { letRun, runStockService } from "./stock-service.ts";

const [old, next] = ["3.5.10", "3.5.12"] as const;

let releases: HelloReleases;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-stock-"));
  releases = await openHelloReleases();
  await releases.offer([old]);
  await releases.offer([next]);
});
afterAll(async () => {
  await releases[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const says = (version: string) => `hello ${version} healthy\nhello`;

const butane = z.object({
  storage: z.object({
    files: z.array(z.object({ path: z.string(), contents: z.object({ inline: z.string().optional() }) })),
  }),
  systemd: z.object({
    units: z.array(
      z.object({
        name: z.string(),
        dropins: z.array(z.object({ name: z.string(), contents: z.string() })).default([]),
      }),
    ),
  }),
});

const forHello = (text = "") => text.replaceAll(/\betcd\b/g, "hello");

/**
 * The transfer and the drop-in of systemd's own update service that Ansible renders from etcd's templates,
 * for hello instead of etcd.
 * @returns texts by their path on a host
 */
async function stockFiles(name: string, downloadUrl: string): Promise<Record<string, string>> {
  const keyring = (await readFile(releases.keyring)).toString("base64");
  const variables = {
    etcd_version: old,
    etcd_address: "192.0.2.1",
    etcd_initial_cluster: "one=https://192.0.2.1:2380",
    etcd_sysext_download_url: downloadUrl,
    etcd_sysext_keyring: keyring,
  };
  await renderTemplates(join(folder, name), { host: variables });
  const text = await readFile(join(folder, name, "host/etcd-sysext.bu"), "utf8");
  const { storage, systemd } = butane.parse(parse(text, { version: "1.1" }));
  const transfer = storage.files.find(({ path }) => path === "/etc/sysupdate.etcd.d/etcd.conf");
  const dropIn = systemd.units.find((unit) => unit.name === "systemd-sysupdate.service")?.dropins[0];
  return {
    "etc/sysupdate.hello.d/hello.conf": forHello(transfer?.contents.inline),
    "etc/systemd/system/systemd-sysupdate.service.d/hello.conf": forHello(dropIn?.contents),
  };
}

describeOnHosts.concurrent("a host without kiln-host", (suite) => {
  test("is updated at its next reboot by systemd-sysupdate alone, as the Ansible templates set it up", async () => {
    await using server = await releases.serve();
    await server.setLatest(`updates-${old}`);
    const files = await stockFiles(suite, `${server.baseUrl}/releases/latest/download/`);
    await using network = await openNetwork();
    for (const port of server.ports) await network.expose(port);
    await using host = await bootPlainHost({
      suite,
      network,
      prepare: async (root) => {
        for (const [path, text] of Object.entries(files)) await putFile(join(root, path), text);
        await cp(releases.keyring, join(root, "etc/systemd/import-pubring.gpg"));
        const image = `/opt/extensions/hello/${imageOf(old)}`;
        await mkdir(dirname(join(root, image)), { recursive: true });
        await mkdir(join(root, "etc/extensions"), { recursive: true });
        await cp(
          join(releases.folder, `public/releases/download/hello-v${old}`, imageOf(old)),
          join(root, image),
        );
        await symlink(image, join(root, "etc/extensions/hello.raw"));
        await letRun(root);
      },
    });
    const { state } = helloOn(host);
    const isRequested = async () => (await host.run(["test", "-e", "/run/reboot-required"])).status === 0;
    await host.waitFor("the service", async () => (await state()).running === says(old));
    await runStockService(host);
    expect(await isRequested()).toBe(false);

    await server.setLatest(`updates-${next}`);
    await runStockService(host);
    expect(await isRequested()).toBe(true);
    expect(await state()).toEqual({ running: says(old), linked: imageOf(next), merged: says(old) });
    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running === says(next));
    expect(await state()).toEqual({ running: says(next), linked: imageOf(next), merged: says(next) });
    expect(await isRequested()).toBe(false);
  });
});
