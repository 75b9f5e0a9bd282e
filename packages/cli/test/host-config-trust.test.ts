import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

function keyringIn(butane: string): string | undefined {
  return /^ +source: data:;base64,(.*)$/m.exec(butane)?.[1];
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
