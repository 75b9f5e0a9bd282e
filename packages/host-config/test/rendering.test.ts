import { gunzipSync } from "node:zlib";
import { definitionSchema, kilnHostName } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { filesData } from "@sysext-kiln/testbed";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  formatButane,
  formatIgnition,
  formatScript,
  type HostConfig,
  hostConfigFor,
  hostFiles,
  transferFile,
} from "@sysext-kiln/host-config";

const sha256 = "0123456789abcdef".repeat(4);
const url = "https://example.org/hello.raw";
const empty: HostConfig = { files: [], links: [], units: [] };
const units = [
  { name: "hello.timer", wantedBy: "timers.target", content: "[Timer]\n" },
  { name: "hello.service", content: "[Service]\n", dropIns: [{ name: "10-a.conf", content: "[Unit]\n" }] },
  { name: "systemd-sysext.service", wantedBy: "sysinit.target" },
];

function definitionOf(name: string) {
  return definitionSchema.parse({ ...filesData(), name, asset: `${name}-{version}-{arch}.raw` });
}

/** What a configuration with one file has for it as Ignition. */
function ignitionOf(content: string | Buffer): unknown {
  const text = formatIgnition({ ...empty, files: [{ path: "/etc/a", mode: 0o644, content }] });
  return JSON.parse(text);
}

describe("units", () => {
  test("become files, drop-ins, and the links that enable them", () => {
    const { files, links } = hostFiles({ ...empty, units });
    expect(files.map(({ path, mode, content }) => [path, mode, content.toString()])).toEqual([
      ["/etc/systemd/system/hello.timer", 0o644, "[Timer]\n"],
      ["/etc/systemd/system/hello.service", 0o644, "[Service]\n"],
      ["/etc/systemd/system/hello.service.d/10-a.conf", 0o644, "[Unit]\n"],
    ]);
    expect(links).toEqual([
      {
        path: "/etc/systemd/system/timers.target.wants/hello.timer",
        target: "/etc/systemd/system/hello.timer",
      },
      {
        path: "/etc/systemd/system/sysinit.target.wants/systemd-sysext.service",
        target: "/usr/lib/systemd/system/systemd-sysext.service",
      },
    ]);
  });

  test("are enabled in Butane and Ignition only if a target wants them", () => {
    const expected = [
      { name: "hello.timer", enabled: true, contents: "[Timer]\n" },
      {
        ...{ name: "hello.service", contents: "[Service]\n" },
        dropins: [{ name: "10-a.conf", contents: "[Unit]\n" }],
      },
      { name: "systemd-sysext.service", enabled: true },
    ];
    expect(JSON.parse(formatIgnition({ ...empty, units }))).toMatchObject({ systemd: { units: expected } });
    expect(parse(formatButane({ ...empty, units }))).toMatchObject({ systemd: { units: expected } });
  });
});

describe("a file in Ignition", () => {
  test("is the shortest of plain, base64 and compressed", () => {
    expect(ignitionOf("a b\n")).toMatchObject({
      storage: { files: [{ contents: { source: "data:,a%20b%0A" } }] },
    });
    const bytes = Buffer.from([0, 1, 2, 255]);
    expect(ignitionOf(bytes)).toMatchObject({
      storage: { files: [{ contents: { source: `data:;base64,${bytes.toString("base64")}` } }] },
    });
    const long = "the same line\n".repeat(100);
    const source = /"compression":"gzip","source":"data:;base64,([^"]+)"/.exec(
      JSON.stringify(ignitionOf(long)),
    );
    expect(gunzipSync(Buffer.from(source?.[1] ?? "", "base64")).toString()).toBe(long);
  });

  test("that is fetched is verified by its digest", () => {
    const config = { ...empty, files: [{ path: "/opt/a.raw", mode: 0o644, content: { url, sha256 } }] };
    const contents = { source: url, verification: { hash: `sha256-${sha256}` } };
    expect(JSON.parse(formatIgnition(config))).toMatchObject({ storage: { files: [{ contents }] } });
    expect(hostFiles(config).files).toEqual([]);
  });

  test("has its mode if it is not 0644, and replaces what is there, as do links", () => {
    const links = [{ path: "/etc/l", target: "/etc/a" }];
    const files = [0o755, 0o644].map((mode) => ({ path: "/etc/a", mode, content: "" }));
    expect(JSON.parse(formatIgnition({ ...empty, files, links }))).toMatchObject({
      storage: {
        files: [
          { overwrite: true, mode: 0o755 },
          { overwrite: true, path: "/etc/a" },
        ],
        links: [{ overwrite: true, path: "/etc/l", target: "/etc/a" }],
      },
    });
    expect(formatIgnition({ ...empty, files: files.slice(1) })).not.toContain("mode");
    expect(formatButane({ ...empty, files })).toContain("mode: 0o755");
  });
});

test("a transfer has the series, whether manifests are signed, and a URL without systemd's specifiers", () => {
  const text = transferFile(definitionOf("hello"), {
    ...{ baseUrl: "https://example.org/a%20b", series: "3.6", signed: true },
  });
  expect(text).toContain("\nVerify=true\n");
  expect(text).toContain("\nPath=https://example.org/a%%20b/releases/latest/download/\n");
  expect(text).toContain("\nMatchPattern=hello-3.6.@v-%a.raw\n");
});

describe("the configuration for extensions", () => {
  const extensions = ["hello", kilnHostName].map((name) => ({
    ...{ definition: definitionOf(name), series: undefined },
    image: {
      ...{ name: `${name}-1.0.0-2-arm64.raw`, version: { upstream: "1.0.0", revision: 2 }, sha256 },
      architecture: "arm64" as const,
    },
  }));
  const config = hostConfigFor(extensions, {
    ...{ baseUrl: "https://example.org", keyring: undefined, reboot: false },
    repository: "urn:uuid:1",
  });

  const textOf = (path: string) => config.files.find((file) => file.path === path)?.content;

  test("fetches each image from its permanent release, and links it", () => {
    const base = "https://example.org/releases/download";
    expect(config.files.filter(({ path }) => path.endsWith(".raw"))).toEqual([
      {
        ...{ path: "/opt/extensions/hello/hello-1.0.0-2-arm64.raw", mode: 0o644 },
        content: { url: `${base}/hello-v1.0.0-2/hello-1.0.0-2-arm64.raw`, sha256 },
      },
      {
        ...{ path: "/opt/extensions/kiln-host/kiln-host-1.0.0-2-arm64.raw", mode: 0o644 },
        content: { url: `${base}/kiln-host-v1.0.0-2/kiln-host-1.0.0-2-arm64.raw`, sha256 },
      },
    ]);
    expect(config.links).toEqual([
      { path: "/etc/extensions/hello.raw", target: "/opt/extensions/hello/hello-1.0.0-2-arm64.raw" },
      {
        path: "/etc/extensions/kiln-host.raw",
        target: "/opt/extensions/kiln-host/kiln-host-1.0.0-2-arm64.raw",
      },
    ]);
  });

  test("keeps systemd's own updates away from them, and has no keyring if nothing is signed", () => {
    expect(textOf("/etc/sysupdate.hello.component")).toBe("[Component]\nEnabled=no\n");
    expect(textOf("/etc/systemd/import-pubring.gpg")).toBeUndefined();
    expect(textOf("/etc/sysupdate.hello.d/hello.conf")).toContain("\nVerify=false\n");
    expect(textOf("/etc/sysext-kiln/host.conf")).toMatch(/\nUNSIGNED=allowed\nREPOSITORY=urn:uuid:1\n$/);
  });
});

test.each([
  ["a text", Buffer.from("a\n$b\n")],
  ["a line that could end it", Buffer.from("a\nEND\nb\n")],
  ["no line end", Buffer.from("a")],
  ["a NUL", Buffer.from("a\0b\n")],
  ["bytes that are not a text", Buffer.from([0xff, 0x0a])],
])("the script for a running host writes a file with %s", async (_, content) => {
  const image = { path: "/opt/extensions/a/a.raw", mode: 0o644, content: { url, sha256 } };
  const config = {
    ...{ files: [image, { path: "/etc/it's", mode: 0o600, content }], units: [] },
    links: [{ path: "/etc/extensions/a.raw", target: image.path }],
  };
  const script = formatScript(config, { architecture: "arm64", reboot: true });
  const [values = ""] = script.split("\nunits=");
  const put = 'put() { echo "$architecture $mode $proxy" "$@"; base64 --wrap=0; }';
  const output = await run("sh", ["-c", `${values}\n${put}\nfiles`]);
  expect(output).toBe(`arm64 reboot  /etc/it's 0600\n${content.toString("base64")}`);
});
