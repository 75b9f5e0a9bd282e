import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { bootHost, openNetwork, type HostSuite } from "@sysext-kiln/booted-host";
import { describeOnHosts, putFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { helloOn } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { property, succeed } from "./host-services.ts";
import { disableTimer } from "./kiln-host.ts";
import { bootPlainHost } from "./plain-host.ts";
import type { ReleaseServer } from "./release-server.ts";

const [old, bad, next] = ["3.5.10", "3.5.11", "3.5.12"] as const;

let releases: HelloReleases;
beforeAll(async () => {
  releases = await openHelloReleases();
  await releases.offer([old]);
  await releases.offer([bad], { state: "unhealthy" });
  await releases.offer([next]);
});
afterAll(async () => {
  await releases[Symbol.asyncDispose]();
});

/** The files that `kiln host-config` of kiln 1.0.0 wrote for hello, except for the images and the keyring. */
const written = (mode: "live" | "reboot") =>
  fileURLToPath(new URL(`fixtures/edition-1-${mode}`, import.meta.url));

interface OldHost {
  suite: HostSuite;
  mode: "live" | "reboot";
  /** The image in use. */
  version: string;
  /** What its script has recorded, below /var/lib/sysext-kiln. */
  records?: Readonly<Record<string, string>>;
}

/** Boots a host that kiln 1.0.0 provisioned. */
async function bootOldHost({ suite, mode, version, records = {} }: OldHost) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await releases.serve());
  await server.setLatest(`updates-${next}`);
  const network = stack.use(await openNetwork());
  for (const port of server.ports) await network.expose(port);
  const host = stack.use(
    await bootPlainHost({
      suite,
      network,
      prepare: async (root) => {
        await cp(written(mode), root, { recursive: true });
        const transfer = join(root, "etc/sysupdate.hello.d/hello.conf");
        const text = await readFile(transfer, "utf8");
        await writeFile(transfer, text.replace("BASE_URL", server.baseUrl));
        await cp(releases.keyring, join(root, "etc/systemd/import-pubring.gpg"));
        await disableTimer(root);
        const images = join(root, "opt/extensions/hello");
        await mkdir(join(root, "etc/extensions"), { recursive: true });
        for (const one of [old, bad, next])
          await cp(
            join(releases.folder, `public/releases/download/hello-v${one}`, imageOf(one)),
            join(images, imageOf(one)),
          );
        await symlink(`/opt/extensions/hello/${imageOf(version)}`, join(root, "etc/extensions/hello.raw"));
        for (const [name, record] of Object.entries(records))
          await putFile(join(root, "var/lib/sysext-kiln", name), record);
        const timer = mode === "live" ? "hello-update.timer" : "systemd-sysupdate.timer";
        await run("systemctl", [`--root=${root}`, "enable", timer]);
      },
    }),
  );
  const resources = stack.move();
  return { ...helloOn(host), host, server, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** The script that docs/hosts.md pipes to a running host. */
async function scriptFor(server: ReleaseServer, ...options: string[]): Promise<string> {
  const where = ["--base-url", server.baseUrl, "--key", releases.keyring, "--arch", nativeArchitecture()];
  return releases.kiln("host-config", "hello", ...where, "--pin", "3.5", "--format", "script", ...options);
}

describeOnHosts.concurrent("a host that kiln 1 provisioned", (suite) => {
  test("is taken over without a restart of its service, and follows the next version", async () => {
    await using hello = await bootOldHost({
      suite,
      mode: "live",
      version: old,
      records: { "hello.refused": `${imageOf(bad)}\n` },
    });
    const { host, server, state, status, update } = hello;
    await server.setLatest(`updates-${bad}`);
    await succeed(host, "rm", `/opt/extensions/hello/${imageOf(next)}`);
    await host.waitFor("the service", async () => (await state()).running !== "");
    const pid = await property(host, "hello.service", "MainPID");
    await host.write("/root/take-over", await scriptFor(server));
    // Twice, as it can be run again.
    for (const command of ["sh </root/take-over", "sh /root/take-over"]) {
      expect(await succeed(host, "sh", "-c", command)).toContain("kiln-host updates this host from now on");
      expect(await property(host, "hello.service", "MainPID")).toBe(pid);
    }
    const left = await succeed(
      host,
      "sh",
      "-c",
      "ls -A /etc/sysext-kiln /etc/systemd/system /var/lib/sysext-kiln",
    );
    expect(left).not.toMatch(/hello-(update|fetch)|hello\.(refused|before|fetched)/);
    for (const timer of ["kiln-host.timer", "kiln-host-recovery.timer"])
      expect(await property(host, timer, "ActiveState")).toBe("active");
    expect(await property(host, "hello-update.timer", "LoadState")).toBe("not-found");

    expect(await update()).toBe(0);
    expect(await property(host, "hello.service", "MainPID")).toBe(pid);
    expect(await status()).toMatchObject({
      state: "settled",
      inUse: imageOf(old),
      refused: [{ image: imageOf(bad), reason: "was unhealthy" }],
    });
    await server.setLatest(`updates-${next}`);
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ linked: imageOf(next), running: `hello ${next} healthy\nhello` });
    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await state()).toMatchObject({ linked: imageOf(next), running: `hello ${next} healthy\nhello` });
  });

  test("has its interrupted trial judged", async () => {
    await using hello = await bootOldHost({
      suite,
      mode: "live",
      version: bad,
      records: { "hello.before": `/opt/extensions/hello/${imageOf(old)}\n` },
    });
    const { host, server, state, status, update } = hello;
    await server.setLatest(`updates-${bad}`);
    await succeed(host, "rm", `/opt/extensions/hello/${imageOf(next)}`);
    await host.waitFor("the service", async () => (await state()).running !== "");
    await host.write("/root/take-over", await scriptFor(server));
    await succeed(host, "sh", "/root/take-over");
    expect(await status()).toMatchObject({ state: "trial", inUse: imageOf(bad), previous: imageOf(old) });
    expect(await update()).toBe(1);
    await host.waitFor("the previous image", async () => (await state()).running.includes(`${old} healthy`));
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(old) });
  });

  test("has a return to the previous image finished that was interrupted", async () => {
    await using hello = await bootOldHost({
      suite,
      mode: "live",
      version: bad,
      records: {
        "hello.before": `/opt/extensions/hello/${imageOf(old)}\n`,
        "hello.refused": `${imageOf(bad)}\n`,
      },
    });
    const { host, server, state, status, update } = hello;
    await server.setLatest(`updates-${bad}`);
    await succeed(host, "rm", `/opt/extensions/hello/${imageOf(next)}`);
    await host.waitFor("the service", async () => (await state()).running !== "");
    await host.write("/root/take-over", await scriptFor(server));
    await succeed(host, "sh", "/root/take-over");
    expect(await status()).toMatchObject({ state: "returning", inUse: imageOf(old) });
    await update();
    await host.waitFor("the previous image", async () => (await state()).running.includes(`${old} healthy`));
    expect(await status()).toMatchObject({
      state: "settled",
      inUse: imageOf(old),
      refused: [{ image: imageOf(bad) }],
    });
  });

  test("keeps an image that waits for a reboot from being merged before it", async () => {
    await using hello = await bootOldHost({ suite, mode: "reboot", version: old });
    const { host, server, state, update } = hello;
    await host.waitFor("the service", async () => (await state()).running !== "");
    await succeed(host, "ln", "-sfn", `/opt/extensions/hello/${imageOf(next)}`, "/etc/extensions/hello.raw");
    const before = await state();
    await host.write("/root/take-over", await scriptFor(server, "--reboot"));
    await succeed(host, "sh", "/root/take-over");
    expect(await state()).toEqual(before);
    expect(await property(host, "systemd-sysupdate.timer", "ActiveState")).toBe("inactive");
    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running.includes(next));
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ linked: imageOf(next), running: `hello ${next} healthy\nhello` });
  });
});

describeOnHosts.concurrent("a host without extensions", (suite) => {
  test("gets them, and their updates, from the same script", async () => {
    await using server = await releases.serve();
    await server.setLatest(`updates-${old}`);
    await using network = await openNetwork();
    for (const port of server.ports) await network.expose(port);
    await using host = await bootHost({ suite, network, prepare: disableTimer });
    const { state, update } = helloOn(host);
    await host.write("/root/take-over", await scriptFor(server));
    await succeed(host, "sh", "/root/take-over");
    await host.waitFor("the service", async () => (await state()).running === `hello ${old} healthy\nhello`);
    await server.setLatest(`updates-${next}`);
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ linked: imageOf(next), running: `hello ${next} healthy\nhello` });
  });
});
