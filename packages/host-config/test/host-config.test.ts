import { hash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { definitionSchema, kilnHostName, loadRepository } from "@sysext-kiln/extension";
import { run, tryRun } from "@sysext-kiln/machine";
import { applyIgnition, ensureTestPrograms, filesData } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  formatButane,
  formatIgnition,
  formatScript,
  type HostConfig,
  hostConfigFor,
  type HostConfigOptions,
  hostFiles,
} from "@sysext-kiln/host-config";

const { extensions } = await loadRepository(fileURLToPath(new URL("../../../extensions", import.meta.url)));
const kilnHost = definitionSchema.parse({
  ...filesData(),
  name: kilnHostName,
  asset: `${kilnHostName}-{version}-{arch}.raw`,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-host-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** As long as the keyring of one key that kiln made, and as impossible to compress. */
const keyring = hash("shake256", "key", { outputLength: 280, outputEncoding: "buffer" });

/** The configuration of a host with kiln-host and these extensions. */
function configOf(names: readonly string[], options: Partial<HostConfigOptions> = {}): HostConfig {
  const definitions = [...extensions.map(({ definition }) => definition), kilnHost];
  const wanted = [...names, kilnHostName].map(
    (name) => definitions.find((one) => one.name === name) ?? kilnHost,
  );
  return hostConfigFor(
    wanted.map((definition) => ({
      definition,
      series: definition.name === "etcd" ? "3.6" : undefined,
      image: {
        name: `${definition.name}-3.6.11-x86-64.raw`,
        version: { upstream: "3.6.11", revision: 1 },
        architecture: "x86-64",
        sha256: "0123456789abcdef".repeat(4),
      },
    })),
    { baseUrl: "https://github.com/example/sysext-kiln", keyring, reboot: false, ...options },
  );
}

describe("the configuration of a host", () => {
  test("with etcd, keepalived and kiln-host has less than 8 KiB as Ignition", () => {
    expect(formatIgnition(configOf(["etcd", "keepalived"])).length).toBeLessThan(8192);
  });

  test("has the same files as Butane, as Ignition, and as files", async () => {
    const config = configOf(["etcd"]);
    const contained = { ...config, files: config.files.filter(({ path }) => !path.endsWith(".raw")) };
    const root = join(folder, "ignition");
    await applyIgnition(root, formatIgnition(contained));
    // A baked disk image has the same files.
    await applyIgnition(root, formatIgnition(contained));
    const expected = hostFiles(contained).files;
    expect(expected.map(({ path }) => path)).toEqual([
      "/etc/sysupdate.etcd.d/etcd.conf",
      "/etc/sysupdate.etcd.component",
      "/etc/sysupdate.kiln-host.d/kiln-host.conf",
      "/etc/sysupdate.kiln-host.component",
      "/etc/sysext-kiln/recovery/kiln-host.conf",
      "/etc/systemd/import-pubring.gpg",
      "/etc/sysext-kiln/host.conf",
      "/etc/sysext-kiln/bootstrap",
      "/etc/systemd/system/kiln-host.service",
      "/etc/systemd/system/kiln-host.timer",
      "/etc/systemd/system/kiln-host-boot.service",
      "/etc/systemd/system/kiln-host-recovery.service",
      "/etc/systemd/system/kiln-host-recovery.timer",
    ]);
    for (const { path, content } of expected) {
      expect({ path, text: await readFile(join(root, path), "latin1") }).toEqual({
        path,
        text: content.toString("latin1"),
      });
    }
    const butane: unknown = parse(formatButane(contained));
    expect(butane).toMatchObject({
      variant: "flatcar",
      storage: {
        files: expected.slice(0, 8).map(({ path, mode, content }) => ({
          path,
          overwrite: true,
          ...(mode !== 0o644 && { mode }),
          contents: path.endsWith(".gpg")
            ? { source: `data:;base64,${content.toString("base64")}` }
            : { inline: content.toString() },
        })),
      },
    });
  });

  test("has the bootstrap without its comments, and a copy of kiln-host's transfer for it", () => {
    const { files } = hostFiles(configOf([]));
    const textOf = (path: string) => files.find((file) => file.path === path)?.content.toString() ?? "";
    const lines = textOf("/etc/sysext-kiln/bootstrap").split("\n");
    expect(lines.slice(0, 3)).toEqual(["#!/bin/sh", expect.stringMatching(/^# Starts kiln-host/), "set -u"]);
    expect(lines.filter((line) => /^\s*#/.test(line))).toHaveLength(2);
    expect(textOf("/etc/sysext-kiln/recovery/kiln-host.conf")).toMatch(/^MatchPattern=kiln-host-@v-%a.raw$/m);
  });

  test.each([
    [{}, "MODE=live\nUNSIGNED=refused\n"],
    [{ reboot: true, keyring: undefined }, "MODE=reboot\nUNSIGNED=allowed\n"],
    [{ proxy: "http://proxy:3128" }, "MODE=live\nUNSIGNED=refused\nPROXY=http://proxy:3128\n"],
  ])("with the options %j has these settings", (options, settings) => {
    const { files } = configOf([], options);
    expect(files.find(({ path }) => path === "/etc/sysext-kiln/host.conf")?.content).toMatch(
      new RegExp(`^#.*\n${settings}$`),
    );
  });

  test("has units that systemd accepts", async () => {
    const { "systemd-analyze": analyzer } = await ensureTestPrograms("systemd-analyze");
    const { units } = configOf([]);
    const paths = await Promise.all(
      units.map(async ({ name, content = "" }) => {
        const path = join(folder, name);
        // It looks for the program on this machine.
        await writeFile(path, content.replace("/etc/sysext-kiln/bootstrap", "/bin/true"));
        return path;
      }),
    );
    const { stdout, stderr } = await tryRun(analyzer, ["verify", "--recursive-errors=no", ...paths]);
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  });
});

describe("the script for a running host", () => {
  const script = formatScript(configOf(["etcd"], { proxy: "http://it's:1" }), {
    architecture: "x86-64",
    reboot: false,
    proxy: "http://it's:1",
  });

  test("calls for each image and writes each file with its bytes", async () => {
    const [values = ""] = script.split("\nunits=");
    const put = `put() { mkdir -p "${folder}/script\${1%/*}"; cat >"${folder}/script$1"; echo "put $1 $2"; }`;
    const calls = await run("sh", [
      "-c",
      `${values}\n${put}\nimage() { echo "image $*"; }\nimages\nfiles\necho "$proxy"`,
    ]);
    const { files } = hostFiles(configOf(["etcd"], { proxy: "http://it's:1" }));
    const base = "https://github.com/example/sysext-kiln/releases/download";
    const digest = "0123456789abcdef".repeat(4);
    expect(calls.trimEnd().split("\n")).toEqual([
      ...["etcd", "kiln-host"].map(
        (name) =>
          `image ${name} ${name}-3.6.11-x86-64.raw ${base}/${name}-v3.6.11/${name}-3.6.11-x86-64.raw ${digest}`,
      ),
      ...files.map(({ path, mode }) => `put ${path} 0${mode.toString(8)}`),
      "http://it's:1",
    ]);
    for (const { path, content } of files) {
      expect(await readFile(join(folder, "script", path))).toEqual(content);
    }
  });

  test("has no findings of shellcheck", async () => {
    const path = join(folder, "script.sh");
    await writeFile(path, script);
    const { shellcheck } = await ensureTestPrograms("shellcheck");
    expect(await tryRun(shellcheck, ["--norc", "--shell=sh", path])).toMatchObject({ stdout: "", status: 0 });
  });
});
