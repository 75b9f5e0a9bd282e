import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTestRepository, type TestRepository } from "./test-repository.ts";
import { main } from "./paths.ts";

const passphrase = "correct horse battery staple";

let helloRepository: TestRepository;
/** Everything that kiln has printed in a test. */
let printed: string;
beforeEach(async () => {
  helloRepository = await openTestRepository();
  printed = "";
  await helloRepository.offer("1.0.0-1");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await helloRepository[Symbol.asyncDispose]();
});

/** Runs kiln with variables that are set only for this run. */
async function kiln(variables: Record<string, string>, ...args: string[]): Promise<Outcome> {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const outcome = await helloRepository.kiln("--verbose", ...args);
  vi.unstubAllEnvs();
  printed += outcome.stdout + outcome.stderr;
  return outcome;
}

/** Makes a key in its own folder; returns its path and that of its keyring. */
async function makeKey(name: string, variables: Record<string, string> = {}) {
  await mkdir(join(helloRepository.folder, name));
  const key = join(helloRepository.folder, name, "key.asc");
  expect(await kiln(variables, "key", "new", "--output", key, "--name", name)).toMatchObject({ status: 0 });
  return { key, keyring: join(helloRepository.folder, name, "import-pubring.gpg") };
}

const latest = (name: string) => join(helloRepository.public, "releases/latest/download", name);

async function isAcceptedByHosts(keyring: string): Promise<boolean> {
  await ensureTestPrograms("gpgv");
  const args = ["--keyring", keyring, latest("SHA256SUMS.gpg"), latest("SHA256SUMS")];
  return (await tryRun("gpgv", args)).status === 0;
}

describe("a release with a key", { timeout: 120_000 }, () => {
  test("is signed for hosts, passes verification, and is completed by the next run", async () => {
    const { key, keyring } = await makeKey("ours", { KILN_SIGNING_PASSPHRASE: passphrase });
    const signing = {
      KILN_SIGNING_KEY: await readFile(key, "utf8"),
      KILN_SIGNING_PASSPHRASE: passphrase,
    };
    await writeFile(join(helloRepository.folder, "kiln.yaml"), "bestBeforeDays: 30\n");
    expect((await kiln(signing, "release", "--to", "public")).status).toBe(0);
    expect(await isAcceptedByHosts(keyring)).toBe(true);
    expect(await readFile(latest("SHA256SUMS"), "utf8")).toMatch(/ {2}BEST-BEFORE-\d{4}-\d\d-\d\d\n/);
    expect((await kiln(signing, "release", "--to", "public")).stdout).toMatch(/Nothing to do/);

    const checked = await kiln({}, "verify", "public", "--key", keyring);
    expect(checked.stdout).toMatch(/Signatures were verified: .* signed by [0-9A-F]{40}\.$/);
    expect((await kiln({}, "verify", "public")).stdout).toMatch(/Signatures were not verified/);

    const secret = (await readFile(key, "utf8")).split("\n").filter((line) => /^\S{20,}$/.test(line));
    expect(secret.length).toBeGreaterThan(2);
    for (const line of [passphrase, "PRIVATE KEY BLOCK", ...secret]) expect(printed).not.toContain(line);
  });

  test("that is replaced is published again, and the old key is no longer trusted", async () => {
    const old = await makeKey("old");
    const next = await makeKey("next");
    await kiln({ KILN_SIGNING_KEY_FILE: old.key }, "release", "--to", "public");
    const refused = await kiln({ KILN_SIGNING_KEY_FILE: next.key }, "release", "--to", "public");
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/signature-invalid.*"signingKeys"/s),
    });
    await kiln({}, "key", "trust", old.keyring);
    const unnamed = await kiln({ KILN_SIGNING_KEY_FILE: next.key }, "release", "--to", "public");
    expect(unnamed.stderr).toMatch(/key-invalid.*write "signingKeys: \[[0-9A-F]{40}, [0-9A-F]{40}\]"/s);
    await kiln({}, "key", "trust", next.keyring);
    const again = await kiln({ KILN_SIGNING_KEY_FILE: next.key }, "release", "--to", "public");
    expect(again.stdout).toMatch(/Published the update directory of public again\.$/);
    expect(await isAcceptedByHosts(old.keyring)).toBe(false);
    expect(await isAcceptedByHosts(next.keyring)).toBe(true);

    const stranger = await kiln({}, "verify", "public", "--key", old.keyring);
    expect(stranger).toMatchObject({ status: 1, stderr: expect.stringContaining("signature-invalid") });
    const both = join(helloRepository.folder, "both.asc");
    await writeFile(both, (await readFile(old.key, "utf8")) + (await readFile(next.key, "utf8")));
    expect((await kiln({}, "verify", "public", "--key", both)).status).toBe(0);
  });

  test("that is missing is refused before anything is built, as hosts would refuse the result", async () => {
    const { key } = await makeKey("ours");
    await kiln({ KILN_SIGNING_KEY_FILE: key }, "release", "--to", "public");
    await helloRepository.offer("1.1.0-1");
    const unsigned = await kiln({ KILN_SIGNING_KEY: "" }, "release", "--to", "public");
    expect(unsigned).toMatchObject({ status: 1, stderr: expect.stringContaining("key-missing") });
    expect(unsigned.stdout).not.toMatch(/build hello/);
    expect(await readdir(join(helloRepository.public, "releases/download"))).not.toContain("hello-v1.1.0");
  });
});

test("a release without a key is not signed", { timeout: 120_000 }, async () => {
  const { keyring } = await makeKey("unused");
  await kiln({}, "release", "--to", "public");
  const names = await readdir(helloRepository.public, { recursive: true });
  expect(names.filter((name) => name.endsWith(".gpg"))).toEqual([]);
  const checked = await kiln({}, "verify", "public", "--key", keyring);
  expect(checked).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/signature-invalid.*found: none/s),
  });
});

test(
  "an unusable key stops a release before any work, and is not printed",
  { timeout: 120_000 },
  async () => {
    const { key } = await makeKey("locked", { KILN_SIGNING_PASSPHRASE: passphrase });
    const text = await readFile(key, "utf8");
    const attempts: Record<string, string>[] = [
      { KILN_SIGNING_KEY: text },
      { KILN_SIGNING_KEY: text, KILN_SIGNING_PASSPHRASE: "wrong horse" },
      { KILN_SIGNING_KEY: text, KILN_SIGNING_KEY_FILE: key, KILN_SIGNING_PASSPHRASE: passphrase },
      { KILN_SIGNING_KEY: text.slice(0, 300) },
      { KILN_SIGNING_KEY_FILE: text },
      { KILN_SIGNING_KEY_FILE: join(helloRepository.folder, "nothing") },
    ];
    for (const variables of attempts) {
      const { status, stdout, stderr } = await kiln(variables, "release", "--to", "public");
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(/^error \(key-invalid\): expected /);
    }
    await expect(stat(helloRepository.public)).rejects.toThrow("ENOENT");
    const secret = text.split("\n").filter((line) => /^\S{20,}$/.test(line));
    for (const line of ["horse", "BEGIN PGP", ...secret]) expect(printed).not.toContain(line);
  },
);

describe("kiln key", { timeout: 120_000 }, () => {
  test("reports in words why it cannot read or write a file", async () => {
    const attempts = [
      ["import", "nothing.asc"],
      ["new", "--output", "nowhere/key.asc"],
    ];
    for (const attempt of attempts) {
      const { stderr } = await kiln({}, "key", ...attempt);
      expect(stderr).toContain("\n  found: it does not exist\n");
    }
  });

  test("prints the keyring of any key, which equals the one written with a new key", async () => {
    const { key, keyring } = await makeKey("ours");
    await rename(keyring, `${keyring}.first`);
    expect((await kiln({}, "key", "import", key)).status).toBe(0);
    expect((await readFile(keyring)).equals(await readFile(`${keyring}.first`))).toBe(true);
    const shell = `"$0" "$@" > ${join(helloRepository.folder, "printed.gpg")}`;
    expect((await tryRun("sh", ["-c", shell, process.execPath, main, "key", "public", key])).status).toBe(0);
    expect(
      (await readFile(join(helloRepository.folder, "printed.gpg"))).equals(await readFile(keyring)),
    ).toBe(true);
  });

  test("never overwrites a file", async () => {
    const { key } = await makeKey("ours");
    const again = await kiln({}, "key", "new", "--output", key);
    expect(again).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("error (usage): expected no file"),
    });
  });
});
