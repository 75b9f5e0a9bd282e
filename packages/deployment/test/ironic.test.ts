import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, buildWithKubectl, expectValid, only, podOf, type Manifest } from "./manifests.ts";
import { copyDeployTree, type DeployTree } from "./metal3.ts";

let tree: DeployTree;
beforeAll(async () => {
  tree = await copyDeployTree();
});
afterAll(() => tree[Symbol.asyncDispose]());

const rbac = ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
const operator = ["Deployment", "Service", "ValidatingWebhookConfiguration", "Issuer", "Certificate"];
const everything = ["Namespace", "CustomResourceDefinition", ...rbac, ...operator, "ConfigMap"];

/** The kinds in manifests, each once. */
const kindsOf = (manifests: readonly Manifest[]) =>
  [...new Set(manifests.map(({ kind }) => kind))].toSorted();

/** The manifests of Kubernetes' own kinds. */
const ofKubernetes = ({ apiVersion }: Manifest) => !/^(cert-manager|ironic\.metal3)\.io\//.test(apiVersion);

const ironicOf = (manifests: readonly Manifest[]) => only(manifests, "Deployment", /-ironic$/);
const keepalivedOf = (manifests: readonly Manifest[]) =>
  podOf(ironicOf(manifests)).containers.filter(({ name }) => name === "ironic-endpoint-keepalived");

describe("each folder contains what its name says", () => {
  test.each([
    ["namespace", ["Namespace"]],
    ["crds", ["CustomResourceDefinition"]],
    ["rbac", rbac],
    ["operator/no_ironic", operator],
    ["operator/ironic", operator],
    ["operator/ironic_keepalived", [...operator, "ConfigMap"]],
    ["default", everything],
    ["ironic-keepalived-config", everything],
    ["use-irso", everything],
  ])("%s", async (name, kinds) => {
    const manifests = await build(tree.ironic(name));
    expect(kindsOf(manifests)).toEqual(kinds.toSorted());
    await expectValid(manifests.filter(ofKubernetes));
  });

  test.each([
    ["operator/no_ironic", ["manager"]],
    ["operator/ironic", ["ironic", "manager"]],
    ["operator/ironic_keepalived", ["ironic", "ironic-endpoint-keepalived", "manager"]],
    ["default", ["ironic", "manager"]],
    ["ironic-keepalived-config", ["ironic", "ironic-endpoint-keepalived", "manager"]],
  ])("%s has the containers %s", async (name, containers) => {
    const deployments = (await build(tree.ironic(name))).filter(({ kind }) => kind === "Deployment");
    const names = deployments.flatMap((deployment) => podOf(deployment).containers.map((one) => one.name));
    expect(names.toSorted()).toEqual(containers);
  });
});

describe("ironic-keepalived-config", () => {
  let manifests: Manifest[];
  beforeAll(async () => {
    manifests = await build(tree.ironic("ironic-keepalived-config"));
  });

  test("is the same with kubectl's own kustomize", async () => {
    expect(await buildWithKubectl(tree.ironic("ironic-keepalived-config"))).toEqual(manifests);
  });

  const dataOf = (name: RegExp) => only(manifests, "ConfigMap", name)["data"];

  test("gives keepalived Ironic's address, and Ironic's variables precede the defaults", () => {
    expect(dataOf(/^ironic-bmo-configmap-/)).toMatchObject({
      PROVISIONING_IP: "172.22.0.2",
      PROVISIONING_CIDR: "24",
      PROVISIONING_INTERFACE: "eth2",
    });
    const nameOf = (name: RegExp) => ({
      configMapRef: { name: only(manifests, "ConfigMap", name).metadata.name },
    });
    expect(keepalivedOf(manifests)).toMatchObject([
      { envFrom: [nameOf(/^ironic-endpoint-keepalived-/), nameOf(/^ironic-bmo-configmap-/)] },
    ]);
  });

  test("interoperates with Metal3's own container, and checks Ironic on this node", () => {
    expect(dataOf(/^ironic-endpoint-keepalived-/)).toEqual({
      KEEPALIVED_ROUTER_ID: "1",
      KEEPALIVED_PRIORITY: "100",
      KEEPALIVED_CHECK_URL: "http://127.0.0.1:6385/",
      KEEPALIVED_CHECK_WEIGHT: "-50",
    });
  });

  test("uses the image in image_patch.yaml", () => {
    expect(keepalivedOf(manifests)).toMatchObject([{ image: "ghcr.io/owner/keepalived:2.3.4" }]);
  });

  test("runs only keepalived as root, with three capabilities", () => {
    const pod = podOf(ironicOf(manifests));
    expect(pod["securityContext"]).toMatchObject({ runAsNonRoot: true });
    expect(keepalivedOf(manifests)).toMatchObject([
      {
        securityContext: {
          runAsNonRoot: false,
          runAsUser: 0,
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BROADCAST", "NET_RAW"] },
        },
      },
    ]);
    expect(pod["volumes"]).toContainEqual({
      name: "run-keepalived",
      emptyDir: { medium: "Memory", sizeLimit: "1Mi" },
    });
  });

  test("has one service account and role binding of the operator, in Metal3's namespace", () => {
    expect(only(manifests, "ClusterRoleBinding")["subjects"]).toEqual([
      {
        kind: "ServiceAccount",
        name: only(manifests, "ServiceAccount").metadata.name,
        namespace: only(manifests, "Namespace").metadata.name,
      },
    ]);
    const manager = podOf(only(manifests, "Deployment", /controller-manager$/));
    expect(manager.containers).toMatchObject([
      {
        image: expect.stringMatching(/:v\d+\.\d+\.\d+$/),
        envFrom: [
          { configMapRef: { name: only(manifests, "ConfigMap", /^ironic-[a-z0-9]{10}$/).metadata.name } },
        ],
      },
    ]);
  });
});

/** Runs export.sh in a shell with only these variables exported, and those of a file if one is given. */
function exportAll(variables: Readonly<Record<string, string>>, file = "/dev/null"): Promise<Outcome> {
  const named = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const script = 'set -a; . "$1"; set +a; exec "$2"';
  const command = ["sh", "-euc", script, "sh", file, tree.ironic("local/export.sh")];
  return tryRun("env", ["-i", "PATH=/usr/bin:/bin", ...named, ...command]);
}

describe("local", () => {
  const network = {
    PROVISIONING_IP: "fd2e::2",
    PROVISIONING_CIDR: "64",
    PROVISIONING_INTERFACE: "eno1",
    DHCP_RANGE: "fd2e::10,fd2e::100",
  };

  test("uses exported variables, and derives the URLs from the address", async () => {
    expect(await exportAll(network)).toMatchObject({ status: 0, stderr: "" });
    const manifests = await build(tree.ironic("local"));
    await expectValid(manifests.filter(ofKubernetes));
    for (const name of [/^ironic-bmo-configmap-/, /^ironic-[a-z0-9]{10}$/]) {
      expect(only(manifests, "ConfigMap", name)["data"]).toMatchObject({
        ...network,
        IRONIC_ENDPOINT: "http://[fd2e::2]:6385/v1/",
        DEPLOY_KERNEL_URL: "http://[fd2e::2]:6180/images/ironic-python-agent.kernel",
        // Not exported: the value in the file.
        HTTP_PORT: "6180",
        CACHEURL: "http://172.22.0.1/images",
      });
    }
  });

  test("with the variables of ironic_ci.env has the same variables as the file", async () => {
    expect(await exportAll({}, tree.ironic("ironic_ci.env"))).toMatchObject({ status: 0 });
    const [ours, local] = await Promise.all(
      ["ironic-keepalived-config", "local"].map((name) => build(tree.ironic(name))),
    );
    expect(local).toEqual(ours);
  });

  test.each(Object.keys(network))(
    "writes nothing without %s, as another network's would not fit",
    async (name) => {
      await rm(tree.ironic("local/exported.env"), { force: true });
      const others = Object.entries(network).filter(([other]) => other !== name);
      const { status, stderr } = await exportAll(Object.fromEntries(others));
      expect(status).not.toBe(0);
      expect(stderr).toContain(`${name}: expected it to be exported`);
      await expect(readFile(tree.ironic("local/exported.env"))).rejects.toThrow("ENOENT");
    },
  );
});

describe("use-irso", () => {
  test("has both operators; the one for machines uses the Ironic that the other one runs", async () => {
    const manifests = await build(tree.ironic("use-irso"));
    const namespaces = manifests
      .filter(({ kind }) => kind === "Deployment")
      .map((one) => one.metadata.namespace ?? "");
    expect(namespaces.toSorted()).toEqual(["baremetal-operator-system", "ironic-standalone-operator-system"]);
    const [ironic] = await build(tree.ironic("use-irso/ironic"));
    expect(only(manifests, "ConfigMap", /^ironic$/)["data"]).toEqual({ IRONIC_NAME: ironic?.metadata.name });
    expect(ironic?.metadata.namespace).toBe("baremetal-operator-system");
    expect(ironic).toMatchObject({
      spec: {
        images: { keepalived: "ghcr.io/owner/keepalived:2.3.4" },
        networking: { keepalived: { enabled: true } },
      },
    });
  });
});

test("the component adds keepalived to the Ironic of another kustomization", async () => {
  await mkdir(tree.ironic("own"));
  await writeFile(
    tree.ironic("own/kustomization.yaml"),
    `namespace: baremetal-operator-system
resources: [../metal3/ironic/base]
components: [../components/keepalived]
configMapGenerator:
  - name: ironic-bmo-configmap
    literals: ["KEEPALIVED_VIRTUAL_IPS=172.22.0.2,eth2,24 fd2e::2,eth2,64", KEEPALIVED_ROUTER_ID=7]
`,
  );
  const manifests = await build(tree.ironic("own"));
  await expectValid(manifests);
  expect(
    podOf(only(manifests, "Deployment"))
      .containers.map(({ name }) => name)
      .toSorted(),
  ).toEqual(["ironic", "ironic-endpoint-keepalived"]);
});
