import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  hmacKeysFor,
  kubernetesDeployment,
  writeOverlay,
  type Hmac,
  type KubernetesRequest,
  type Password,
} from "@sysext-kiln/deployment";
import { readExamples } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startKubeApiServer, type KubeApiServer } from "./kube-apiserver.ts";
import { build, objectSchema, only, podOf, type Manifest } from "./manifests.ts";
import { copyDeployTree, type DeployTree } from "./metal3.ts";
import { readDefinitions, useBaremetalOperator } from "./upstream-modules.ts";

/** The levels of Pod Security, each the name of a namespace that enforces it. */
const levels = ["privileged", "baseline", "restricted"] as const;

const examples = (await readExamples()).filter(({ info }) => info[1] === "kustomization");

const resources = new AsyncDisposableStack();
let server: KubeApiServer;
let tree: DeployTree;
beforeAll(async () => {
  tree = resources.use(await copyDeployTree());
  await useBaremetalOperator(tree);
  server = resources.use(await startKubeApiServer());
  for (const namespace of ["baremetal-operator-system", "ironic-standalone-operator-system", "monitoring"])
    await applied({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (const level of levels) {
    const labels = ["enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]);
    await applied({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: level, labels: Object.fromEntries(labels) },
    });
  }
  for (const definition of await readDefinitions()) await applied(definition);
});
afterAll(() => resources.disposeAsync());

/** Applies an object, and returns the warnings. */
async function applied(manifest: Manifest): Promise<readonly string[]> {
  const { code, message, warnings } = await server.apply(manifest);
  expect({ object: `${manifest.kind} ${manifest.metadata.name}`, message }).toMatchObject({ message: "" });
  expect([200, 201]).toContain(code);
  return warnings;
}

let number = 0;

/** The manifests that `kiln deploy kubernetes` renders, with components of deploy/kubernetes. */
async function deployed(
  changes: Partial<KubernetesRequest> = {},
  password: Password = { value: "secret12" },
  components: readonly string[] = [],
  hmac: Hmac = "none",
): Promise<Manifest[]> {
  const folder = join(tree.folder, `overlay-${(number += 1)}`);
  await mkdir(folder);
  const request = { ip: ["192.0.2.10/24"], image: "ghcr.io/owner/keepalived:2.3.4", ...changes };
  await writeOverlay(join(folder, "keepalived"), kubernetesDeployment(request), password, hmac);
  const paths = components.map((name) => `keepalived/components/${name}`);
  await writeFile(
    join(folder, "kustomization.yaml"),
    JSON.stringify({ resources: ["keepalived"], components: paths }),
  );
  return build(folder);
}

/** What others are in or of. */
const isFirst = ({ kind }: Manifest) => kind === "Namespace" || kind === "CustomResourceDefinition";

/** Applies objects in the order of kubectl, and removes them again; returns what the server refuses. */
async function refusalsOf(manifests: readonly Manifest[]): Promise<string[]> {
  expect(manifests.length).toBeGreaterThan(0);
  const refusals: string[] = [];
  for (const manifest of [...manifests.filter(isFirst), ...manifests.filter((one) => !isFirst(one))]) {
    const { message } = await server.apply(manifest);
    if (message !== "") refusals.push(`${manifest.kind} ${manifest.metadata.name}: ${message}`);
  }
  for (const manifest of manifests) if (manifest.kind !== "Namespace") await server.remove(manifest);
  return refusals;
}

describe("a kube-apiserver accepts", () => {
  test.each<[string, Partial<KubernetesRequest>, Password, string[]]>([
    ["a password", {}, { value: "secret12" }, []],
    ["unicast", { unicastPeers: ["192.0.2.1", "192.0.2.2"] }, "none", []],
    ["addresses of both families", { ip: ["192.0.2.10/24", "2001:db8::10/64"] }, "kept", []],
    ["metrics, and a PodMonitor", {}, "none", ["metrics"]],
  ])("what kiln deploy kubernetes renders with %s", async (_, changes, password, components) => {
    expect(await refusalsOf(await deployed(changes, password, components))).toEqual([]);
  });

  // Not use-irso/ironic: the kind Ironic is defined in a repository that module proxies do not have.
  test.each([
    "namespace",
    "crds",
    "rbac",
    "operator/no_ironic",
    "operator/ironic",
    "operator/ironic_keepalived",
    "default",
    "ironic-keepalived-config",
    "use-irso",
  ])("deploy/ironic/%s with Metal3's own manifests", async (name) => {
    expect(await refusalsOf(await build(tree.ironic(name)))).toEqual([]);
  });

  test("what kiln deploy kubernetes renders with keys of HMAC", async () => {
    const keys = await hmacKeysFor(undefined);
    const changes = { hmac: "enforce", image: "ghcr.io/owner/keepalived:2.4.3" };
    expect(await refusalsOf(await deployed(changes, "none", [], { keys }))).toEqual([]);
  });

  test.each(examples)("the kustomization in the documentation at $where", async ({ text }) => {
    const own = join(tree.folder, `example-${(number += 1)}`);
    await mkdir(own);
    await writeFile(join(own, "kustomization.yaml"), text);
    const request = { ip: ["192.0.2.10/24"], image: "ghcr.io/owner/keepalived:2.3.4" };
    await writeOverlay(join(own, "keepalived"), kubernetesDeployment(request), { value: "secret12" });
    const base = join(tree.folder, "baremetal-operator/ironic-deployment/base");
    await cp(base, join(own, "ironic"), { recursive: true });
    expect(await refusalsOf(await build(own))).toEqual([]);
  });
});

describe("a kube-apiserver refuses", () => {
  test.each([
    ["a misspelt field", '"hostNetwork"', '"hostNetwrk"', /unknown|not declared in schema/],
    ["a number that is text", '"minReadySeconds":10', '"minReadySeconds":"10"', /minReadySeconds/],
    [
      "a label that is not one",
      '"app.kubernetes.io/component":"virtual-ip"',
      '"app.kubernetes.io/component":"a b"',
      /a valid label|Invalid value/,
    ],
  ])("%s", async (_, right, wrong, message) => {
    const manifest = only(await deployed(), "DaemonSet");
    const json = JSON.stringify(manifest);
    expect(json).toContain(right);
    const changed: unknown = JSON.parse(json.replace(right, wrong));
    const answer = await server.apply(objectSchema.parse(changed));
    expect(answer.code).toBeGreaterThanOrEqual(400);
    expect(answer.message).toMatch(message);
  });
});

const network = "host namespaces (hostNetwork=true)";
const capabilities =
  'capabilities (container "keepalived" must not include "NET_ADMIN", "NET_BROADCAST", "NET_RAW" in securityContext.capabilities.add)';
const root =
  'runAsNonRoot != true (pod or container "keepalived" must set securityContext.runAsNonRoot=true), runAsUser=0 (container "keepalived" must not set runAsUser=0)';
const port = 'hostPort (container "keepalived" uses hostPort 9650)';
const ofBoth = capabilities.replace(
  'container "keepalived"',
  'containers "ironic-endpoint-keepalived", "ironic-dnsmasq"',
);

/** Why each level refuses the pods of an object; undefined if it accepts them. docs/kubernetes.md and docs/ironic.md say so. */
interface Refusals {
  baseline: string | undefined;
  restricted: string | undefined;
}

describe("Pod Security", () => {
  test.each<[string, () => Promise<Manifest>, Refusals]>([
    [
      "keepalived",
      async () => only(await deployed(), "DaemonSet"),
      {
        baseline: `non-default ${capabilities}, ${network}`,
        restricted: `${network}, unrestricted ${capabilities}, ${root}`,
      },
    ],
    [
      "keepalived with metrics",
      async () => only(await deployed({}, "none", ["metrics"]), "DaemonSet"),
      {
        baseline: `non-default ${capabilities}, ${network}, ${port}`,
        restricted: `${network}, ${port}, unrestricted ${capabilities}, ${root}`,
      },
    ],
    [
      "Ironic with keepalived",
      async () => only(await build(tree.ironic("ironic-keepalived-config")), "Deployment", /-ironic$/),
      {
        baseline: `non-default ${ofBoth}, ${network}`,
        restricted: `${network}, allowPrivilegeEscalation != false (container "ironic-dnsmasq" must set securityContext.allowPrivilegeEscalation=false), unrestricted ${ofBoth}, runAsNonRoot != true (container "ironic-endpoint-keepalived" must not set securityContext.runAsNonRoot=false), runAsUser=0 (container "ironic-endpoint-keepalived" must not set runAsUser=0)`,
      },
    ],
    [
      "Metal3's operator",
      async () => only(await build(tree.ironic("operator/no_ironic")), "Deployment"),
      { baseline: undefined, restricted: undefined },
    ],
  ])("accepts or refuses the pods of %s as it is documented", async (_, find, refusals) => {
    const object = await find();
    const found = async (level: keyof Refusals) => {
      const { message } = await createPod(object, level);
      return (
        /^pods "[\w-]+" is forbidden: violates PodSecurity "\w+:latest": (.*)$/.exec(message)?.[1] ??
        (message || undefined)
      );
    };
    expect((await createPod(object, "privileged")).code).toBe(201);
    expect({ baseline: await found("baseline"), restricted: await found("restricted") }).toEqual(refusals);
  });

  test("lets the DaemonSet through with a warning, and refuses its pods only", async () => {
    const daemonSet = only(await deployed(), "DaemonSet");
    const elsewhere = { ...daemonSet, metadata: { ...daemonSet.metadata, namespace: "baseline" } };
    expect(await applied(elsewhere)).toEqual([
      `would violate PodSecurity "baseline:latest": non-default ${capabilities}, ${network}`,
    ]);
  });
});

/** Creates a pod from the template of an object. */
async function createPod(object: Manifest, namespace: string) {
  const { serviceAccountName = "default" } = podOf(object);
  const account = z.string().parse(serviceAccountName);
  await applied({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } });
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { generateName: "pod-" }, spec: podOf(object) };
  return server.create(pod, namespace);
}
