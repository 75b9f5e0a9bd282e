import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { kubernetesDeployment } from "./kubernetes.ts";
import { passwordOf, writeOverlay } from "./overlay.ts";

beforeAll(() => ensureTestPrograms("git"));

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "kiln-overlay-")), "cluster", "keepalived");
});
afterEach(() => rm(join(folder, "../.."), { recursive: true }));

const deployment = kubernetesDeployment({ ip: ["192.0.2.10"], image: "ghcr.io/owner/keepalived:2.3.4" });

test("only the owner can read an overlay's password, and git ignores it", async () => {
  await writeOverlay(folder, deployment, { value: "secret12" });
  expect((await stat(join(folder, "password"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, ".gitignore"), "utf8")).toContain("/password\n");
  expect(await passwordOf(folder)).toBe("secret12");
});

test("git ignores the secrets of an overlay that changes to another kind of authentication, or to none", async () => {
  await writeOverlay(folder, deployment, { value: "secret12" });
  await writeOverlay(folder, deployment, "none", { keys: ["a".repeat(32), "b".repeat(32)] });
  await writeOverlay(folder, deployment, "kept");
  await writeOverlay(folder, deployment, "none");
  await run("git", ["-C", folder, "init", "--quiet"]);
  const untracked = await run("git", ["-C", folder, "ls-files", "--others", "--exclude-standard"]);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(["password", "hmac-key-1", "hmac-key-2"]));
  expect(untracked.split("\n").filter((path) => /^password|^hmac-key/.test(path))).toEqual([]);
});

test("writing an overlay again adds no files, and keeps the files of others", async () => {
  await writeOverlay(folder, deployment, { value: "secret12" });
  await writeFile(join(folder, "README.md"), "ours\n");
  const before = await readdir(folder, { recursive: true });
  await writeOverlay(folder, deployment, { value: "secret12" });
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});

test("a folder with other files is not changed", async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "kustomization.yaml"), "resources: []\n");
  await expect(writeOverlay(folder, deployment, "none")).rejects.toThrow(
    /new, empty, or a folder that kiln deploy has written/,
  );
  expect(await readdir(folder)).toEqual(["kustomization.yaml"]);
});
