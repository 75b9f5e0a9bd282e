import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openTestRepository, type TestRepository } from "./test-repository.ts";

let helloRepository: TestRepository;
beforeAll(async () => {
  helloRepository = await openTestRepository();
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

describe("a host's configuration", () => {
  test("installs the newest image and follows its updates", async () => {
    const manifest = await readFile(
      join(helloRepository.public, "releases/latest/download/SHA256SUMS"),
      "utf8",
    );
    const digest = manifest
      .split("\n")
      .find((line) => line.endsWith("hello-1.2.0-x86-64.raw"))
      ?.slice(0, 64);
    expect(parse(await hostConfig())).toMatchObject({
      variant: "flatcar",
      storage: {
        directories: [{ path: "/opt/extensions/hello" }, { path: "/etc/extensions", mode: 0o755 }],
        files: [
          {
            path: "/opt/extensions/hello/hello-1.2.0-x86-64.raw",
            mode: 0o644,
            contents: {
              source: "https://example.org/x/releases/download/hello-v1.2.0/hello-1.2.0-x86-64.raw",
              verification: { hash: `sha256-${digest}` },
            },
          },
          {
            path: "/etc/sysupdate.hello.d/hello.conf",
            contents: {
              inline: expect.stringContaining(
                "\nPath=https://example.org/x/releases/latest/download/\nMatchPattern=hello-@v-%a.raw\n",
              ),
            },
          },
          { path: "/etc/sysupdate.hello.component", contents: { inline: "[Component]\nEnabled=no\n" } },
          { path: "/etc/sysext-kiln/hello-update", mode: 0o755 },
        ],
        links: [
          { path: "/etc/extensions/hello.raw", target: "/opt/extensions/hello/hello-1.2.0-x86-64.raw" },
        ],
      },
      systemd: { units: [{ name: "hello-update.service" }, { name: "hello-update.timer", enabled: true }] },
    });
  });

  test("is for the requested architecture and series", async () => {
    const butane = await hostConfig("--arch", "arm64", "--pin", "1.2");
    expect(butane).toContain("MatchPattern=hello-1.2.@v-%a.raw");
    expect(butane).toContain("hello-1.2.0-arm64.raw");
  });

  test("can defer updates to the next reboot", async () => {
    const butane = await hostConfig("--reboot");
    expect(butane).toContain("touch /run/reboot-required");
    expect(butane).not.toContain("hello-update");
  });

  test.each([["--live"], ["--reboot"]])("is valid Ignition with %s", async (mode) => {
    const { "ignition-validate": validate } = await ensureTestPrograms("ignition-validate");
    const file = join(helloRepository.folder, "config.ign");
    await writeFile(file, await hostConfig("--format", "ignition", mode));
    expect(await run(validate, [file])).toBe("");
  });

  test("in the form of files has units that systemd accepts and a script that sh accepts", async () => {
    await hostConfig("--format", "files", "--output", "host");
    const host = join(helloRepository.folder, "host");
    const script = join(host, "etc/sysext-kiln/hello-update");
    expect((await stat(script)).mode & 0o777).toBe(0o755);
    await run("sh", ["-n", script]);
    const { "systemd-analyze": analyzer } = await ensureTestPrograms("systemd-analyze");
    // It looks for the program where the unit will find it.
    await mkdir(join(host, "bin"), { recursive: true });
    const units = ["hello-update.service", "hello-update.timer"];
    const analyze = [
      analyzer,
      "verify",
      "--recursive-errors=no",
      ...units.map((unit) => join(host, "etc/systemd/system", unit)),
    ];
    const outcome = await run("sh", ["-c", '"$@" 2>&1 || true', "sh", ...analyze]);
    expect(
      outcome
        .split("\n")
        .filter((line) => line !== "" && !/Command .*hello-update is not executable/.test(line)),
    ).toEqual([]);
  });
});

function keyringIn(butane: string): string | undefined {
  return /^ +source: data:application\/octet-stream;base64,(.*)$/m.exec(butane)?.[1];
}

describe("the keys that hosts trust", () => {
  let ours: { key: string; keyring: string };
  let foreign: { key: string; keyring: string };

  beforeAll(async () => {
    ours = await helloRepository.makeKey("ours");
    foreign = await helloRepository.makeKey("foreign");
    helloRepository.environment["KILN_SIGNING_KEY_FILE"] = ours.key;
    await helloRepository.kiln("release", "--to", "signed");
  });

  const signed = ["host-config", "hello", "--base-url", "https://example.org/x/", "--to", "signed"];

  test("come from the folder in which the key was made", async () => {
    const { stdout, stderr } = await helloRepository.kiln(...signed, "--key", ours.key);
    expect(stderr).toBe("");
    expect(stdout).toContain("Verify=true");
    const keyring = await readFile(ours.keyring);
    expect(keyringIn(stdout)).toBe(keyring.toString("base64"));
  });

  test("come from the releases, with a note, if no key is given", async () => {
    const { stdout, stderr } = await helloRepository.kiln(...signed);
    expect(stderr).toMatch(/^note: hosts will trust [0-9A-F]{40}, which signed publishes; --key FILE .*\n?$/);
    const keyring = await readFile(ours.keyring);
    expect(keyringIn(stdout)).toBe(keyring.toString("base64"));
  });

  test("are not silently left out if only their file is missing", async () => {
    const keyring = join(helloRepository.folder, "signed/releases/latest/download/import-pubring.gpg");
    await rename(keyring, `${keyring}.away`);
    const { stdout, stderr, status } = await helloRepository.kiln(...signed);
    const named = await helloRepository.kiln(...signed, "--key", ours.key);
    await rename(`${keyring}.away`, keyring);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    expect(stderr).toMatch(/^error \(key-missing\): expected import-pubring\.gpg beside SHA256SUMS\.gpg /);
    expect(named).toMatchObject({ status: 0, stdout: expect.stringContaining("Verify=true") });
  });

  test("must have signed the update directory", async () => {
    for (const args of [signed, base]) {
      const { stdout, stderr, status } = await helloRepository.kiln(...args, "--key", foreign.keyring);
      expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
      expect(stderr).toMatch(/^error \(signature-invalid\): expected /);
    }
  });
});

const configFor = (baseUrl: string) =>
  helloRepository.kiln("host-config", "hello", "--base-url", baseUrl, "--to", "public");

describe("hosts that update without TLS", () => {
  test("are warned about", async () => {
    const { stderr } = await configFor("http://example.org/x");
    expect(stderr).toMatch(
      /^warning: http:\/\/example\.org\/x is not encrypted, so .* block or replace updates; use https:/m,
    );
  });

  test.each(["https://example.org/x", "http://localhost:8080", "http://127.0.0.1:8080"])(
    "are not warned about with %s",
    async (baseUrl) => {
      expect((await configFor(baseUrl)).stderr).not.toContain("not encrypted");
    },
  );
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
