import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  kubernetesDeployment,
  newPassword,
  renderKustomization,
  writeOverlay,
  type Password,
} from "@sysext-kiln/deployment";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApiServer, type ApiServer } from "./api-server.ts";

let folder: string;
let cluster: ApiServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-apply-"));
  cluster = await startApiServer();
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The output of `kiln deploy kubernetes`. */
async function manifests(password: Password): Promise<string> {
  const overlay = await mkdtemp(join(folder, "overlay-"));
  const request = { ip: ["192.0.2.10/24"], image: "ghcr.io/owner/keepalived:2.3.4" };
  await writeOverlay(overlay, kubernetesDeployment(request), password);
  return renderKustomization(overlay, () => undefined);
}

test("a password in the cluster is kept, whatever is applied afterwards", async () => {
  const first = await manifests({ value: newPassword() });
  const installed = await cluster.apply(first);
  expect(installed).toMatchObject({ status: 0, stderr: "" });
  expect(installed.stdout).toMatch(
    /^configmap\/keepalived-\w+ created\nsecret\/keepalived-password created\ndaemonset.apps\/keepalived created$/,
  );
  const before = structuredClone([...cluster.objects]);

  // The same again, and without the Secret.
  for (const again of [first, await manifests("kept")]) {
    const outcome = await cluster.apply(again);
    expect(outcome.stderr).toBe("");
    expect(outcome.stdout).not.toMatch(/created|configured/);
    expect(outcome.stdout).toContain("daemonset.apps/keepalived unchanged");
  }

  // Another installation in the same cluster, without --keep-password.
  const outcome = await cluster.apply(await manifests({ value: newPassword() }));
  expect(outcome.status).toBe(1);
  expect(outcome.stderr).toMatch(/Secret "keepalived-password" is invalid: .*immutable/);
  expect([...cluster.objects]).toEqual(before);
});
