import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { renderTemplates } from "./etcd-templates.ts";

const required = {
  etcd_version: "v3.5.35",
  etcd_address: "10.0.0.1",
  etcd_initial_cluster: "one=https://10.0.0.1:2380",
  etcd_sysext_download_url: "http://matchbox:8080/assets/extensions",
};

const contents = z.union([z.strictObject({ inline: z.string() }), z.looseObject({ source: z.string() })]);
const butaneSchema = z.object({
  storage: z.looseObject({ files: z.array(z.looseObject({ path: z.string(), contents })) }),
  systemd: z.unknown(),
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-etcd-templates-"));
  await renderTemplates(folder, {
    plain: required,
    signed: {
      ...required,
      etcd_version: "3.6.1",
      etcd_sysext_download_url: "http://matchbox:8080/assets/extensions/",
      etcd_sysext_sha256: "a".repeat(64),
      etcd_sysext_keyring: "AAAA",
      etcd_client_address: "10.0.0.1",
      etcd_certs_dir: "/srv/pki",
    },
    dual: {
      ...required,
      etcd_address: "2001:db8::f00",
      etcd_client_address: "::1",
      etcd_data_dir: "/srv/etcd",
    },
  });
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

const rendered = (host: string, name: string) => readFile(join(folder, host, name), "utf8");

/** The Ignition that Butane makes of the rendered file, whose numbers it reads as YAML 1.1 does. */
async function ignitionOf(host: string): Promise<string> {
  const yaml: unknown = parse(await rendered(host, "etcd-sysext.bu"), { version: "1.1" });
  const { storage, systemd } = butaneSchema.parse(yaml);
  const files = storage.files.map((file) => ({
    ...file,
    contents:
      "inline" in file.contents
        ? { source: `data:,${encodeURIComponent(String(file.contents.inline))}` }
        : file.contents,
  }));
  return JSON.stringify({ ignition: { version: "3.3.0" }, storage: { ...storage, files }, systemd });
}

describe("etcd's templates, rendered by Ansible", () => {
  test("accept a version with or without v, and a flat folder with or without a slash", async () => {
    const base = "http://matchbox:8080/assets/extensions";
    expect(await rendered("plain", "etcd-sysext.bu")).toContain(`source: ${base}/etcd-3.5.35-x86-64.raw\n`);
    expect(await rendered("signed", "etcd-sysext.bu")).toContain(`source: ${base}/etcd-3.6.1-x86-64.raw\n`);
    expect(await rendered("plain", "etcd.conf")).toMatch(
      /^Verify=false$[^]*^Path=http:\/\/matchbox:8080\/assets\/extensions\/$[^]*^MatchPattern=etcd-3\.5\.@v-%a\.raw$/m,
    );
    expect(await rendered("signed", "etcd.conf")).toMatch(
      /^Verify=true$[^]*^MatchPattern=etcd-3\.6\.@v-%a\.raw$/m,
    );
  });

  test("have the defaults of an etcd host, and use the values that are set", async () => {
    const env = await rendered("plain", "etcd.env");
    for (const line of [
      "ETCD_NAME=plain",
      "ETCD_DATA_DIR=/var/lib/etcd",
      "ETCD_INITIAL_CLUSTER_STATE=new",
      "ETCD_LISTEN_CLIENT_URLS=https://10.0.0.1:2379,https://127.0.0.1:2379",
      "ETCD_LISTEN_METRICS_URLS=http://127.0.0.1:2381",
      "ETCD_CERT_FILE=/etc/etcd/pki/server.crt",
      "GOMAXPROCS=4",
    ]) {
      expect(env.split("\n")).toContain(line);
    }
    const other = await rendered("signed", "etcd.env");
    expect(other).toContain("ETCD_LISTEN_CLIENT_URLS=https://10.0.0.1:2379\n");
    expect(other).toContain("ETCD_PEER_KEY_FILE=/srv/pki/peer.key\n");
  });

  test("put brackets around IPv6 addresses", async () => {
    const env = await rendered("dual", "etcd.env");
    for (const line of [
      "ETCD_LISTEN_PEER_URLS=https://[2001:db8::f00]:2380",
      "ETCD_INITIAL_ADVERTISE_PEER_URLS=https://[2001:db8::f00]:2380",
      "ETCD_LISTEN_CLIENT_URLS=https://[2001:db8::f00]:2379,https://[::1]:2379",
      "ETCD_LISTEN_METRICS_URLS=http://[::1]:2381",
    ])
      expect(env.split("\n")).toContain(line);
    expect(await rendered("dual", "etcdctl.sh")).toContain("ETCDCTL_ENDPOINTS='https://[::1]:2379'\n");
  });

  test.each(["plain", "signed", "dual"])(
    "make a profile for %s without findings of shellcheck",
    async (host) => {
      const { shellcheck } = await ensureTestPrograms("shellcheck");
      expect(await run(shellcheck, ["--shell=sh", join(folder, host, "etcdctl.sh")])).toBe("");
    },
  );

  test.each(["plain", "signed"])(
    "render a Butane configuration for %s that is valid Ignition",
    async (host) => {
      const { "ignition-validate": validate } = await ensureTestPrograms("ignition-validate");
      const file = join(folder, `${host}.ign`);
      await writeFile(file, await ignitionOf(host));
      expect(await run(validate, [file])).toBe("");
    },
  );
});
