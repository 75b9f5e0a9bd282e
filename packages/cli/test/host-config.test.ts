import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

let helloRepository: TestRepository;
beforeAll(async () => {
  helloRepository = await openTestRepository();
  await helloRepository.addKilnHost();
  await helloRepository.offer("1.2.0-1");
  await helloRepository.kiln("release", "--to", "public");
});
afterAll(() => helloRepository[Symbol.asyncDispose]());

const base = ["host-config", "hello", "--base-url", "https://example.org/x/", "--to", "public"];

async function hostConfig(...args: string[]): Promise<string> {
  const { stdout, stderr, status } = await helloRepository.kiln(...base, ...args);
  expect(stderr).toMatch(/^warning: public is not signed, so hosts will not verify updates; .*\n?$/);
  expect(status).toBe(0);
  return stdout;
}

/** The files with which an extension is updated. */
const updateFiles = (name: string) => [
  {
    path: `/etc/sysupdate.${name}.d/${name}.conf`,
    contents: {
      inline: expect.stringContaining(
        `\nPath=https://example.org/x/releases/latest/download/\nMatchPattern=${name}-@v-%a.raw\n`,
      ),
    },
  },
  { path: `/etc/sysupdate.${name}.component`, contents: { inline: "[Component]\nEnabled=no\n" } },
];

describe("a host's configuration", () => {
  test("installs the newest image and follows its updates", async () => {
    const manifest = await readFile(
      join(helloRepository.public, "releases/latest/download/SHA256SUMS"),
      "utf8",
    );
    const imageFile = (name: string, version: string) => {
      const image = `${name}-${version}-x86-64.raw`;
      const digest = manifest
        .split("\n")
        .find((line) => line.endsWith(image))
        ?.slice(0, 64);
      return {
        path: `/opt/extensions/${name}/${image}`,
        contents: {
          source: `https://example.org/x/releases/download/${name}-v${version}/${image}`,
          verification: { hash: `sha256-${digest}` },
        },
      };
    };
    expect(parse(await hostConfig())).toMatchObject({
      variant: "flatcar",
      storage: {
        files: [
          imageFile("kiln-host", "1.0.0"),
          ...updateFiles("kiln-host"),
          { path: "/etc/sysext-kiln/recovery/kiln-host.conf" },
          imageFile("hello", "1.2.0"),
          ...updateFiles("hello"),
          { path: "/etc/sysext-kiln/host.conf" },
          { path: "/etc/sysext-kiln/bootstrap", mode: 0o755 },
        ],
        links: [
          {
            path: "/etc/extensions/kiln-host.raw",
            target: "/opt/extensions/kiln-host/kiln-host-1.0.0-x86-64.raw",
          },
          { path: "/etc/extensions/hello.raw", target: "/opt/extensions/hello/hello-1.2.0-x86-64.raw" },
        ],
      },
      systemd: {
        units: [
          { name: "kiln-host.service" },
          { name: "kiln-host.timer", enabled: true },
          { name: "kiln-host-boot.service", enabled: true },
          { name: "kiln-host-recovery.service" },
          { name: "kiln-host-recovery.timer", enabled: true },
        ],
      },
    });
  });

  test("is for the requested architecture and series", async () => {
    const butane = await hostConfig("--arch", "arm64", "--pin", "1.2");
    expect(butane).toContain("MatchPattern=hello-1.2.@v-%a.raw");
    expect(butane).toContain("hello-1.2.0-arm64.raw");
  });

  test("can defer updates to the next reboot", async () => {
    expect(await hostConfig()).toMatch(/^ +MODE=live$/m);
    expect(await hostConfig("--reboot")).toMatch(/^ +MODE=reboot$/m);
  });

  test("can send hosts through a proxy", async () => {
    expect(await hostConfig("--proxy", "http://proxy.example:3128/")).toMatch(
      /^ +PROXY=http:\/\/proxy\.example:3128$/m,
    );
  });

  test.each([["--live"], ["--reboot"]])("is valid Ignition with %s", async (mode) => {
    const { "ignition-validate": validate } = await ensureTestPrograms("ignition-validate");
    const file = join(helloRepository.folder, "config.ign");
    await writeFile(file, await hostConfig("--format", "ignition", mode));
    expect(await run(validate, [file])).toBe("");
  });

  test("can be files, or a script for a running host", async () => {
    await hostConfig("--format", "files", "--output", "host");
    const bootstrap = join(helloRepository.folder, "host/etc/sysext-kiln/bootstrap");
    expect((await stat(bootstrap)).mode & 0o777).toBe(0o755);
    await run("sh", ["-n", bootstrap]);
    const script = await hostConfig("--format", "script");
    await run("sh", ["-nc", script]);
    expect(script).toMatch(
      /^image hello hello-1\.2\.0-x86-64\.raw https:\/\/example\.org\/x\/.*\.raw [0-9a-f]{64}$/m,
    );
  });

  test("can be for several extensions, each with its own series", async () => {
    const repository = helloRepository;
    await repository.addExtension("greeter", "hello");
    await repository.kiln("release", "--to", "public");
    const two = ["host-config", "hello", "greeter", ...base.slice(2)];
    const { stdout } = await repository.kiln(...two, "--pin", "greeter=1.2", "--pin", "hello=1");
    expect(stdout).toContain("MatchPattern=greeter-1.2.@v-%a.raw");
    expect(stdout).toContain("MatchPattern=hello-1.@v-%a.raw");
    expect(stdout).toContain("MatchPattern=kiln-host-@v-%a.raw");
    expect((await repository.kiln(...two, "--pin", "1.2")).stderr).toMatch(/--pin to name its extension/);
    await rm(join(repository.folder, "extensions/greeter"), { recursive: true });
  });
});

const configFor = (baseUrl: string) =>
  helloRepository.kiln("host-config", "hello", "--base-url", baseUrl, "--to", "public");

test("the URL of the update directory stands for the base URL that it is below", async () => {
  const url = "https://example.org/x";
  expect(await configFor(`${url}/releases/latest/download`)).toEqual(await configFor(url));
});

describe("a configuration is refused", () => {
  test.each([
    ["for a series that is not offered", ["--pin", "9.9"], 1, /not-published.*hello 9\.9 for x86-64/s],
    [
      "with a password in its URL",
      ["--base-url", "https://me:hunter2@example.org"],
      2,
      /^(?!.*hunter2).*without a password/s,
    ],
    ["for something that is not a series", ["--pin", "newest"], 2, /--pin to be a series/],
    ["for the series of another extension", ["--pin", "etcd=3.5"], 2, /--pin for hello/],
    ["with a password of its proxy", ["--proxy", "http://me:hunter2@proxy"], 2, /^(?!.*hunter2).*--proxy/s],
    [
      "as files without an output folder",
      ["--format", "files"],
      2,
      /--output, which --format files requires/,
    ],
  ])("%s", async (_, args, status, message) => {
    const outcome = await helloRepository.kiln(...base, ...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
  });
});

describe("without kiln-host", () => {
  test("a configuration is refused, and says what is missing", async () => {
    await using repository = await openTestRepository();
    await repository.offer("1.2.0-1");
    expect((await repository.kiln("release", "--to", "public")).status).toBe(0);
    expect((await repository.kiln(...base)).stderr).toMatch(
      /unknown-extension\): expected the extension kiln-host, .*copy extensions\/kiln-host/s,
    );
    await repository.addKilnHost();
    expect((await repository.kiln(...base)).stderr).toMatch(
      /not-published\): expected an image of kiln-host .*\.\/kiln release kiln-host/s,
    );
  });
});
