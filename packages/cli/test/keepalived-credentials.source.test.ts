import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Host } from "@sysext-kiln/booted-host";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { describeOnHosts, describeWithSource, readExamples } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { giveInterface, hasAddress, isActive, property, succeed, virtualAddress } from "./host-services.ts";
import { main } from "./paths.ts";
import { bootPlainHost } from "./plain-host.ts";

const unit = "keepalived.service";
const path = "/etc/keepalived/keepalived.conf";
const address = "192.0.2.100";
const key = randomBytes(32).toString("hex");
const kilnHost = fileURLToPath(
  new URL("../../../extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host", import.meta.url),
);

const hook = (name: string) => `/usr/lib/sysext-kiln/keepalived/${name}`;
const fromCredential = "includer ${_ENV CREDENTIALS_DIRECTORY}/hmac-1\n";

/** What docs/hmac.md shows. */
const examples = (await readExamples()).filter(({ where }) => where.startsWith("docs/hmac.md"));
const dropIn = examples.find(({ info }) => info[0] === "ini");
const block = examples.find(({ info }) => info[0] === "auth_hmac");

function configuration(mode: string): string {
  const instance = ["state MASTER", "interface eth0", "virtual_router_id 51", "advert_int 1"];
  const hmac = block?.text.replace("mode receive-only", `mode ${mode}`);
  return `vrrp_instance one {\n${instance.join("\n")}\n${hmac}\nvirtual_ipaddress {\n${address}/24\n}\n}\n`;
}

/** The image is put on the host by hand; nothing answers at this address. */
const transfer = `[Source]
Type=url-file
Path=http://127.0.0.1:9/
MatchPattern=keepalived-v@v-%a.raw

[Target]
Type=regular-file
Path=/opt/extensions/keepalived
`;

describeWithSource("KILN_TEST_KEEPALIVED_SOURCE", "keepalived with a key of HMAC", (source) => {
  let folder = "";
  let image = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kiln-credentials-"));
    const args = [
      "build",
      "keepalived",
      "--source",
      source,
      "--arch",
      nativeArchitecture(),
      "--output",
      folder,
    ];
    await run(process.execPath, [main, ...args]);
    image = (await readdir(folder)).find((name) => name.endsWith(".raw")) ?? "";
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Boots a host on which the image has the name of a version. */
  async function boot(suite: Host["suite"], version: string): Promise<Host> {
    const name = image.replace(/-v[\d.]+/, `-v${version}`);
    const host = await bootPlainHost({
      suite,
      async prepare(root) {
        for (const one of ["opt/extensions/keepalived", "etc/extensions"])
          await mkdir(join(root, one), { recursive: true });
        await cp(join(folder, image), join(root, "opt/extensions/keepalived", name));
        await symlink(`/opt/extensions/keepalived/${name}`, join(root, "etc/extensions/keepalived.raw"));
      },
    });
    await giveInterface(host);
    await host.write("/etc/keepalived/hmac-1", `hex:${key}\n`);
    await succeed(host, "chmod", "600", "/etc/keepalived/hmac-1");
    await host.write(dropIn?.info[1] ?? "", dropIn?.text ?? "");
    await succeed(host, "systemctl", "daemon-reload");
    await host.write(path, configuration("enforce"));
    await host.waitFor("the address", () => hasAddress(host, address));
    return host;
  }

  describeOnHosts("on a host", (suite) => {
    test("takes it by LoadCredential, reloads with it, and logs it nowhere", async () => {
      await using host = await boot(suite, "2.4.3");
      const pid = await property(host, unit, "MainPID");
      await host.write(path, configuration("permissive"));
      await succeed(host, "systemctl", "reload", unit);
      await host.waitFor("the end of the reload", () => isActive(host, unit));
      expect(await property(host, unit, "MainPID")).toBe(pid);
      expect(await hasAddress(host, address)).toBe(true);

      // By hand the credentials must be named; without them the check fails.
      const tested = ["keepalived", "-t", `--use-file=${path}`] as const;
      const directory = "CREDENTIALS_DIRECTORY=/run/credentials/keepalived.service";
      expect(await host.run(["env", directory, ...tested])).toMatchObject({ status: 0 });
      expect((await host.run([...tested])).status).not.toBe(0);

      const log = await host.journal(unit);
      expect(log).not.toContain(key);
      expect(log).not.toContain("readable by group or others");
      const written = "/run/sysext-kiln/keepalived.prom";
      await host.waitFor("the metrics", async () => (await host.run(["test", "-e", written])).status === 0);
      expect(await succeed(host, "cat", written)).not.toContain(key);
    });

    test("is not updated to a version that signs in another way, until it does not sign at all", async () => {
      await using host = await boot(suite, "2.4.1");
      await cp(kilnHost, join(host.root, "opt/kiln-host"), { recursive: true });
      await host.write("/etc/sysupdate.keepalived.d/keepalived.conf", transfer);
      const update = () => host.run(["sh", "/opt/kiln-host/kiln-host", "run"]);
      const status = async () => (await host.run(["sh", "/opt/kiln-host/kiln-host", "status"])).stdout;
      expect(await update()).toMatchObject({ status: 0 });
      const pid = await property(host, unit, "MainPID");
      await cp(join(folder, image), join(host.root, "opt/extensions/keepalived", image));

      for (const mode of ["enforce", "permissive"]) {
        await host.write(path, configuration(mode));
        await succeed(host, "systemctl", "reload", unit);
        await host.waitFor("the end of the reload", () => isActive(host, unit));
        expect(await update()).toMatchObject({ status: 0 });
        expect(await status()).toMatch(
          /waits +\S+-v2\.4\.3-\S+ since .*: keepalived 2\.4\.3 does not accept what 2\.4\.1 signs/,
        );
      }
      expect(await property(host, unit, "MainPID")).toBe(pid);

      await host.write(path, virtualAddress(address));
      await succeed(host, "systemctl", "reload", unit);
      await host.waitFor("the end of the reload", () => isActive(host, unit));
      expect(await update()).toMatchObject({ status: 0 });
      expect(await status()).toContain(`keepalived: settled\n  in use       ${image}`);
    });

    test("may cross only what every host of its group can read", async () => {
      await using host = await boot(suite, "2.4.3");
      const ask = async (from: string, to: string) => {
        const { status, stderr } = await host.run(["sh", hook("upgrade-check"), from, to]);
        return status === 0 ? "may" : stderr;
      };
      const crossed =
        /hosts of both versions would each take the addresses.* and add it again when all have moved/;
      const unsigned =
        /rejects auth_hmac. Before a move to \S+, take auth_hmac out of \S+ on all hosts at the same time.$/;
      for (const [from, to] of [
        ["2.4.0", "2.4.2"],
        ["2.4.1", "2.4.3"],
        ["2.4.1-2", "2.10.0"],
        ["2.4.3", "2.4.1"],
      ] as const)
        expect(await ask(from, to)).toMatch(crossed);
      for (const [from, to] of [
        ["2.4.3", "2.3.4-2"],
        ["2.4.1", "2.3.4"],
        ["2.4.3", "1.4.5"],
      ] as const)
        expect(await ask(from, to)).toMatch(unsigned);
      for (const [from, to] of [
        ["2.4.0", "2.4.1"],
        ["2.4.2", "2.4.3"],
        ["2.4.3", "2.4.3-2"],
        ["2.4.10", "3.0.0"],
        ["2.3.4", "2.4.3"],
      ] as const)
        expect(await ask(from, to)).toBe("may");
      await host.write(path, configuration("nonsense"));
      expect(await ask("2.4.1", "2.4.3")).toMatch(crossed);
      await host.write(path, virtualAddress(address));
      expect(await ask("2.4.1", "2.4.3")).toBe("may");
      await host.write(path, `${virtualAddress(address)}nonsense\n`);
      expect(await ask("2.4.1", "2.4.3")).toMatch(/is invalid, so it may have auth_hmac: .*nonsense/);

      // A script that others could change: keepalived does not run it, but starts.
      await host.write("/opt/check", "#!/bin/sh\n");
      await succeed(host, "chmod", "777", "/opt/check");
      const script = 'vrrp_script one {\nscript "/opt/check"\n}\n';
      await host.write(path, `${script}${virtualAddress(address)}`);
      expect((await host.run(["keepalived", "-t", `--use-file=${path}`])).status).toBe(6);
      expect(await ask("2.4.1", "2.4.3")).toBe("may");
      await succeed(host, "rm", path);
      expect(await ask("2.4.1", "2.4.3")).toBe("may");
    });

    test("answers while the service is stopped, and while its image is not merged", async () => {
      await using host = await boot(suite, "2.4.3");
      await succeed(host, "cp", hook("upgrade-check"), "/opt/upgrade-check");
      const ask = async () => {
        const { status, stderr } = await host.run(["sh", "/opt/upgrade-check", "2.4.1", "2.4.3"]);
        return status === 0 ? "may" : stderr;
      };
      // keepalived.path would start it again.
      await succeed(host, "systemctl", "mask", "--runtime", "--now", unit);
      expect(await ask()).toMatch(/and \S+ has auth_hmac/);
      await host.write(path, `${fromCredential}${virtualAddress(address)}`);
      expect(await ask()).toMatch(/without the credentials of keepalived.service, which is not running/);

      await succeed(host, "systemd-sysext", "unmerge");
      expect(await ask()).toMatch(/may have auth_hmac: keepalived, which reads it, is not merged/);
      await host.write(path, configuration("enforce"));
      expect(await ask()).toMatch(/may have auth_hmac: keepalived, which reads it, is not merged/);
      await host.write(path, virtualAddress(address));
      expect(await ask()).toBe("may");
    });

    test("is read by the hooks with the credentials of its own service, and not shown if it is misplaced", async () => {
      await using host = await boot(suite, "2.4.3");
      const inUnit = [
        "systemd-run",
        "--quiet",
        "--wait",
        "--collect",
        "--property=SetCredential=other:x",
      ] as const;
      await succeed(host, ...inUnit, "sh", hook("restart-lock"), "acquire");
      const plain = key.slice(0, 40);
      // The last one could be a path.
      for (const value of [`hex:${key}`, plain, `/${plain.slice(1)}`]) {
        await host.write(path, configuration("enforce").replace(/key 1 .*/, `key ${value} 1`));
        const { status, stderr } = await host.run(["sh", hook("restart-lock"), "acquire"]);
        expect(status).toBe(1);
        expect(stderr).toMatch(/is invalid: .*'\*{8}'/);
        expect(stderr).not.toContain(plain.slice(1));
      }
      // What is included from the credentials is invalid, but would not be found among others.
      await host.write(path, `${fromCredential}${virtualAddress(address)}`);
      const asked = await host.run([...inUnit, "--pipe", "sh", hook("upgrade-check"), "2.4.1", "2.4.3"]);
      expect(asked).toMatchObject({ status: 1, stderr: expect.stringContaining("'********'") });
    });
  });
});
