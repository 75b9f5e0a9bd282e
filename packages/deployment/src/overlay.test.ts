import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kubernetesDeployment } from "./kubernetes.ts";
import { passwordOf, writeOverlay } from "./overlay.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "kiln-overlay-")), "cluster", "keepalived");
});
afterEach(() => rm(join(folder, "../.."), { recursive: true }));

const deployment = kubernetesDeployment({ ip: ["192.0.2.10"], image: "ghcr.io/owner/keepalived:2.3.4" });

test("an overlay keeps its password to its owner, and out of repositories", async () => {
  await writeOverlay(folder, deployment, { value: "secret12" });
  expect((await stat(join(folder, "password"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, ".gitignore"), "utf8")).toBe("/password\n");
  expect(await passwordOf(folder)).toBe("secret12");
});

test("an overlay that is written again has no more files than before, and keeps those of others", async () => {
  await writeOverlay(folder, deployment, { value: "secret12" });
  await writeFile(join(folder, "README.md"), "ours\n");
  const before = await readdir(folder, { recursive: true });
  await writeOverlay(folder, deployment, { value: "secret12" });
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});

test("a folder with something else in it is left as it is", async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "kustomization.yaml"), "resources: []\n");
  await expect(writeOverlay(folder, deployment, "none")).rejects.toThrow(/new, empty, or written by kiln/);
  expect(await readdir(folder)).toEqual(["kustomization.yaml"]);
});
