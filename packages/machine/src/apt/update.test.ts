import { createHash } from "node:crypto";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureProgramsFrom } from "../ensure-programs.ts";
import { run, tryRun } from "../run.ts";
import { writeAptTree, type SuiteSource } from "./configuration.ts";
import { updateIndex } from "./update.ts";

// A small archive in a folder, signed with its own key and read by the real apt.
let folder: string;
let source: SuiteSource;
let said: string[];

const day = 24 * 60 * 60 * 1000;

beforeAll(async () => {
  const gpgSource = { packages: ["gnupg"], purpose: "sign an archive for tests" } as const;
  await ensureProgramsFrom({ gpg: gpgSource }, ["gpg"], () => undefined);
  folder = await mkdtemp(join(tmpdir(), "kiln-apt-"));
  source = {
    suite: "kilnix",
    mirror: `file://${join(folder, "mirror")}`,
    keyring: join(folder, "keyring.gpg"),
  };
  await mkdir(join(folder, "gnupg"), { mode: 0o700 });
  await gpg("--passphrase", "", "--quick-generate-key", "kiln@example.org", "rsa2048", "sign", "never");
  await gpg("--output", source.keyring, "--export");
});

afterAll(async () => {
  await tryRun("gpgconf", ["--homedir", join(folder, "gnupg"), "--kill", "all"]);
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  said = [];
  await rm(join(folder, "apt"), { recursive: true, force: true });
  await writeAptTree(join(folder, "apt"), source);
  // Whatever the settings of this machine are.
  await appendFile(
    join(folder, "apt/apt.conf"),
    'Acquire::Check-Valid-Until "true"; Acquire::Check-Date "true";\n',
  );
});

function gpg(...args: string[]): Promise<string> {
  return run("gpg", [
    "--homedir",
    join(folder, "gnupg"),
    "--batch",
    "--yes",
    "--pinentry-mode",
    "loopback",
    ...args,
  ]);
}

async function publish({ age, signed = true }: { age: number; signed?: boolean }): Promise<void> {
  const suite = join(folder, "mirror/dists/kilnix");
  const files = ["main/binary-amd64/Packages", "main/binary-arm64/Packages", "main/source/Sources"];
  for (const file of files) {
    await mkdir(join(suite, file, ".."), { recursive: true });
    await writeFile(join(suite, file), "");
  }
  const empty = createHash("sha256").digest("hex");
  const lines = [
    "Origin: Kiln",
    "Suite: kilnix",
    "Codename: kilnix",
    `Date: ${new Date(Date.now() - age).toUTCString().replace("GMT", "UTC")}`,
    `Valid-Until: ${new Date(Date.now() - age + 7 * day).toUTCString().replace("GMT", "UTC")}`,
    "Architectures: amd64 arm64",
    "Components: main",
    "SHA256:",
    ...files.map((file) => ` ${empty} 0 ${file}`),
  ];
  const release = join(suite, "Release");
  await rm(`${suite}/InRelease`, { force: true });
  await writeFile(release, `${lines.join("\n")}\n`);
  if (signed) await gpg("--output", join(suite, "InRelease"), "--clearsign", release);
}

const update = () => updateIndex(join(folder, "apt"), source, (line) => said.push(line));

test("a fresh index with a valid signature is used without a message", async () => {
  await publish({ age: day });
  await update();
  expect(said).toEqual([]);
});

test("an expired index is used, with a message about it", async () => {
  await publish({ age: 30 * day });
  await update();
  expect(said).toEqual([expect.stringMatching(/kilnix .* expired at .*; using it anyway/)]);
});

test("an index of a year ago is rejected as stale", async () => {
  await publish({ age: 365 * day });
  await expect(update()).rejects.toMatchObject({ code: "archive-stale" });
});

test("an index without a signature is rejected", async () => {
  await publish({ age: day, signed: false });
  await expect(update()).rejects.toMatchObject({ code: "archive-invalid" });
});

test("an index that another key signed is rejected", async () => {
  await publish({ age: day });
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeAptTree(join(folder, "apt"), { ...source, keyring });
  await expect(update()).rejects.toMatchObject({ code: "archive-invalid" });
});

test("a mirror that does not respond is a network error", async () => {
  const away = { ...source, mirror: "http://127.0.0.1:9/debian" };
  await writeAptTree(join(folder, "apt"), away);
  await expect(updateIndex(join(folder, "apt"), away, () => undefined)).rejects.toMatchObject({
    code: "network-unreachable",
    next: expect.stringContaining("KILN_DEBIAN_MIRROR"),
  });
});
