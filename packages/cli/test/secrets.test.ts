import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cacheDirectory, tryRun } from "@sysext-kiln/machine";
import { startGitHub, startProcess } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestRepository } from "./test-repository.ts";
import { errorsOf, openHostedTestRepository } from "./hosted-repository.ts";
import { openSecretSpy, type SecretSpy } from "./secret-spy.ts";
import { root } from "./paths.ts";

const passphrase = crypto.randomUUID();

/** The programs of this machine that a release runs in these tests. */
const programs = ["apt-get", "apt-cache", "apt-config", "flock", "mksquashfs", "unsquashfs", "sync"];

let folder: string;
let spy: SecretSpy;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-spy-"));
  spy = await openSecretSpy(folder, programs);
});
afterEach(() => rm(folder, { recursive: true }));

/** Secrets that a spy watches for; the key is larger than a pipe. */
function plant(key: string): Record<string, string> {
  const planted = {
    KILN_SIGNING_KEY: `${"a comment before the key\n".repeat(3000)}${key}`,
    KILN_SIGNING_PASSPHRASE: passphrase,
    KILN_UPSTREAM_TOKEN: crypto.randomUUID(),
    ACTIONS_RUNTIME_TOKEN: crypto.randomUUID(),
  };
  for (const secret of [key, ...Object.values(planted).slice(1)]) spy.watchFor(secret);
  return planted;
}

async function expectNothingSeen(started: readonly string[]): Promise<void> {
  const reports = await spy.reports();
  expect(reports.filter(({ sighting }) => sighting !== "")).toEqual([]);
  expect(reports.map(({ program }) => program)).toEqual(expect.arrayContaining([...started]));
}

/** The installed tools, with a spy instead of pnpm. */
async function replacePnpm(cache: string): Promise<void> {
  const installed = cacheDirectory("tools");
  for (const name of await readdir(installed)) {
    if (!name.startsWith("pnpm-")) continue;
    const [platform = ""] = await readdir(join(installed, name, "node_modules/@pnpm"));
    const target = join(cache, "tools", name, "node_modules/@pnpm", platform);
    await mkdir(target, { recursive: true });
    await spy.write(join(target, "pnpm"), "exit 1");
  }
}

describe("the launcher", { timeout: 120_000 }, () => {
  test("passes secrets to a release without exposing them in /proc, files or output", async () => {
    await using helloRepository = await openTestRepository();
    await using github = await startGitHub();
    github.repository("acme/extensions");
    await helloRepository.offer("1.0.0-1");
    const keyFile = join(folder, "key.asc");
    Object.assign(helloRepository.environment, github.environment, { KILN_SIGNING_PASSPHRASE: passphrase });
    await helloRepository.kiln("key", "new", "--output", keyFile);
    const secrets = plant(await readFile(keyFile, "utf8"));
    spy.watchFor(github.environment.GITHUB_TOKEN);
    const cache = join(helloRepository.folder, "cache");
    await mkdir(cache, { recursive: true });
    await symlink(cacheDirectory("tools"), join(cache, "tools"));

    const args = ["--verbose", "--extensions", join(helloRepository.folder, "extensions"), "release"];
    const released = await tryRun(join(root, "kiln"), [...args, "--to", "github:acme/extensions"], {
      cwd: helloRepository.folder,
      env: { ...helloRepository.environment, ...secrets, PATH: spy.path },
    });
    expect(released).toMatchObject({ status: 0 });
    await expectNothingSeen(["apt-get", "mksquashfs"]);
    expect(spy.secretsIn(released.stdout + released.stderr)).toEqual([]);
    expect(await spy.filesWithSecrets(helloRepository.folder)).toEqual([]);
    const keyring = join(folder, "import-pubring.gpg");
    const verified = await helloRepository.kiln("verify", "github:acme/extensions", "--key", keyring);
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringMatching(/signed by [0-9A-F]{40}\.$/) });
  });

  test("starts a kiln that does not react to the signal that starts Node's debugger", async () => {
    const directory = join(folder, "public");
    await mkdir(directory);
    const child = startProcess(join(root, "kiln"), ["serve", directory, "--port", "0"], {
      reject: false,
      env: { GITHUB_TOKEN: "token" },
    });
    for await (const line of createInterface(child.stdout)) if (line.startsWith("Listening")) break;
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    const caught = BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1]}`);
    expect(caught & (1n << BigInt(constants.signals.SIGUSR1 - 1))).toBe(0n);
    child.kill();
    await child;
  });

  test.each(["npm", "pnpm"])("hides secrets from %s while it prepares a machine", async (installer) => {
    const clone = join(folder, "clone");
    const cache = join(folder, "cache");
    await mkdir(clone);
    for (const file of ["kiln", "package.json", "pnpm-lock.yaml"])
      await copyFile(join(root, file), join(clone, file));
    if (installer === "npm") await spy.write(join(folder, "bin/npm"), "exit 1");
    else await replacePnpm(cache);
    const { status, stdout, stderr } = await tryRun(join(clone, "kiln"), ["--help"], {
      env: {
        ...plant(crypto.randomUUID()),
        KILN_CACHE_DIR: cache,
        PATH: spy.path,
        // Exported, they must not become variables that the launcher exports.
        secrets: "x",
        value: "x",
      },
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("kiln: cannot get") });
    await expectNothingSeen([installer]);
    expect(spy.secretsIn(stdout + stderr)).toEqual([]);
    expect(await spy.filesWithSecrets(cache)).toEqual([]);
  });
});

test("no program of a workflow finds the secrets of an action in /proc", { timeout: 120_000 }, async () => {
  const runtimeToken = crypto.randomUUID();
  spy.watchFor(runtimeToken);
  await using hosted = await openHostedTestRepository({
    machine: { PATH: spy.path, ACTIONS_RUNTIME_TOKEN: runtimeToken },
    onToken: (token) => spy.watchFor(token),
  });
  await hosted.local.offer("1.0.0-1");
  const key = join(hosted.local.folder, "key.asc");
  await hosted.local.kiln("key", "new", "--output", key);
  Object.assign(hosted.release.secrets, plant(await readFile(key, "utf8")), { KILN_SIGNING_PASSPHRASE: "" });
  const run = await hosted.release.schedule();
  expect(errorsOf(run)).toEqual([]);
  expect(run.conclusion).toBe("success");
  await expectNothingSeen(["apt-get", "mksquashfs"]);
});
