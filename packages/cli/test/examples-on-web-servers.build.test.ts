import { hash } from "node:crypto";
import { zipArchive } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archives, forBoth, gnu, go, listOf, withDigests } from "./upstream-files.ts";
import { startUpstreamServers, type UpstreamServers } from "./upstream-servers.ts";

let servers: UpstreamServers;
beforeAll(async () => {
  servers = await startUpstreamServers();
});
afterAll(() => servers[Symbol.asyncDispose]());

function crioUrl(arch: string): string {
  return `https://storage.googleapis.com/cri-o/artifacts/cri-o.${arch}.v1.34.0.tar.gz`;
}

/** The folder in an archive of falco. */
function falcoTop(arch: string): string {
  return `falco-0.41.0-${arch}`;
}

function falcoUrl(arch: string): string {
  return `https://download.falco.org/packages/bin/${arch}/${falcoTop(arch)}.tar.gz`;
}

/** The folder in an archive of tailscale. */
function tailscaleTop(arch: string): string {
  return `tailscale_1.84.0_${arch}`;
}

describe("the example is built and runs:", () => {
  test.each(["consul", "nomad", "vault"])("%s, whose list of checksums is signed", async (name) => {
    const prints = `${name} v1.21.0`;
    const files = await forBoth(go, prints, (arch, program) => ({
      [`${name}_1.21.0_linux_${arch}.zip`]: zipArchive({ [name]: program, "LICENSE.txt": "BUSL\n" }),
    }));
    const list = listOf(files);
    const base = `https://releases.hashicorp.com/${name}/1.21.0`;
    const index = `https://api.releases.hashicorp.com/v1/releases/${name}?license_class=oss&limit=20`;
    const entry = (version: string, is_prerelease: boolean, timestamp_created: string) => ({
      ...{ name, version, is_prerelease, license_class: "oss", timestamp_created },
    });
    servers.publish({
      [index]: JSON.stringify([
        entry("1.22.0-rc1", true, "2026-02-01"),
        entry("1.21.0", false, "2026-01-01"),
      ]),
      [`${index}&after=2026-01-01`]: "[]",
      ...Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`${base}/${file}`, bytes])),
      [`${base}/${name}_1.21.0_SHA256SUMS`]: list,
      [`${base}/${name}_1.21.0_SHA256SUMS.sig`]: servers.signer.sign(list),
    });
    const { paths, record } = await servers.build(name);
    expect(record.version.upstream).toBe("1.21.0");
    expect(paths).toContain(`/usr/bin/${name}`);
    expect(record.inputs[0]?.origin).toMatchObject({ signature: { key: servers.signer.fingerprint } });
  });

  test("crio, whose configuration hosts copy", async () => {
    servers.github.repository("cri-o/cri-o").tag("v1.34.0");
    const files = await archives(go, "crio version 1.34.0", crioUrl, (_, program) => ({
      "cri-o/bin/crio": program,
      "cri-o/bin/pinns": program,
      "cri-o/etc/crio.conf": "[crio]\n",
      "cri-o/contrib/crio.service": "[Service]\nExecStart=/usr/bin/crio\n",
    }));
    servers.publish(withDigests(files, ".sha256sum"));
    const { paths } = await servers.build("crio");
    expect(paths).toEqual(
      expect.arrayContaining([
        ...["/usr/bin/crio", "/usr/bin/pinns", "/usr/lib/systemd/system/crio.service"],
        "/usr/share/crio/etc/crio/crio.conf",
      ]),
    );
  });

  test("docker-engine, once somebody has reviewed a version", async () => {
    const base = "https://download.docker.com/linux/static/stable";
    const files = await archives(
      gnu,
      "Docker version 28.1.1",
      (arch) => `${base}/${arch}/docker-28.1.1.tgz`,
      (_, program) => ({
        "docker/dockerd": program,
        "docker/docker": program,
      }),
    );
    const page = ["docker-28.1.1.tgz", "docker-28.1.2.tgz", "docker-rootless-extras-28.1.1.tgz"];
    servers.publish({
      ...files,
      [`${base}/x86_64/`]: page.map((name) => `<a href="${name}">${name}</a>\n`).join(""),
    });
    const reviewed = Object.entries(files).map(([url, bytes]) => `"${url}": ${hash("sha256", bytes)}`);
    const { paths } = await servers.build("docker-engine", {
      "digests: {}": `digests: { 28.1.1: { ${reviewed.join(", ")} } }`,
    });
    expect(paths).toEqual(expect.arrayContaining(["/usr/bin/dockerd", "/usr/bin/docker"]));
  });

  test("falco, whose archives are signed themselves", async () => {
    const falco = servers.github.repository("falcosecurity/falco");
    for (const tag of ["0.41.0", "agent/1.2.3"]) falco.tag(tag);
    const files = await archives(gnu, "Falco version: 0.41.0", falcoUrl, (arch, program) => ({
      [`${falcoTop(arch)}/usr/bin/falco`]: program,
      [`${falcoTop(arch)}/usr/share/falco/plugins/readme`]: "plugins\n",
      [`${falcoTop(arch)}/etc/falco/falco.yaml`]: "rules: []\n",
    }));
    servers.publish(files);
    for (const [file, bytes] of Object.entries(files))
      servers.publish({ [`${file}.asc`]: servers.signer.sign(bytes, { armor: true }) });
    const { paths, record } = await servers.build("falco");
    expect(paths).toEqual(
      expect.arrayContaining(["/usr/bin/falco", "/usr/share/falco/etc/falco/falco.yaml"]),
    );
    expect(record.inputs[0]?.origin).toMatchObject({ vouchedBy: "signature" });
  });

  test("tailscale, with a unit whose path is replaced", async () => {
    const unit = "[Service]\nEnvironmentFile=/etc/default/tailscaled\nExecStart=/usr/sbin/tailscaled\n";
    const files = await archives(
      go,
      "1.84.0",
      (arch) => `https://pkgs.tailscale.com/stable/${tailscaleTop(arch)}.tgz`,
      (arch, program) => ({
        [`${tailscaleTop(arch)}/tailscale`]: program,
        [`${tailscaleTop(arch)}/tailscaled`]: program,
        [`${tailscaleTop(arch)}/systemd/tailscaled.service`]: unit,
        [`${tailscaleTop(arch)}/systemd/tailscaled.defaults`]: "PORT=41641\n",
      }),
    );
    servers.publish({
      ...withDigests(files, ".sha256", true),
      "https://pkgs.tailscale.com/stable/?mode=json": JSON.stringify({ TarballsVersion: "1.84.0" }),
    });
    const { paths } = await servers.build("tailscale");
    expect(paths).toEqual(
      expect.arrayContaining([
        ...["/usr/bin/tailscale", "/usr/bin/tailscaled", "/usr/lib/systemd/system/tailscaled.service"],
        "/usr/share/tailscale/etc/default/tailscaled",
      ]),
    );
  });
});
