import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubernetesDeployment, writeOverlay } from "@sysext-kiln/deployment";
import { readExamples } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, expectValid } from "./manifests.ts";
import { copyDeployTree, type DeployTree } from "./metal3.ts";

const examples = (await readExamples()).filter(({ info }) => info[1] === "kustomization");

let tree: DeployTree;
beforeAll(async () => {
  tree = await copyDeployTree();
});
afterAll(() => tree[Symbol.asyncDispose]());

describe("the kustomizations in the documentation are valid for Kubernetes", () => {
  test("and there are at least three", () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
  });

  test.each(examples)("$where", async ({ text }) => {
    const own = join(tree.folder, "own");
    await mkdir(own, { recursive: true });
    await writeFile(join(own, "kustomization.yaml"), text);
    // The folders that the pages refer to: an overlay that kiln has written, and Ironic.
    const request = { ip: ["192.0.2.10/24"], image: "ghcr.io/owner/keepalived:2.3.4" };
    await writeOverlay(join(own, "keepalived"), kubernetesDeployment(request), { value: "secret12" });
    await cp(tree.ironic("metal3/ironic/base"), join(own, "ironic"), { recursive: true });
    const manifests = await build(own);
    await expectValid(manifests);
    expect(manifests.map(({ kind }) => kind)).toContain("ConfigMap");
  });
});
