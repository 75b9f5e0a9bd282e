import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  kubernetesDeployment,
  writeOverlay,
  type Hmac,
  type KubernetesRequest,
  type Password,
} from "@sysext-kiln/deployment";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  build,
  buildWithKubectl,
  expectValid,
  only,
  parseManifests,
  podOf,
  type Manifest,
} from "./manifests.ts";

let folder: string;
/** The deployment for most of the tests. */
let usual: Manifest[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-kubernetes-"));
  usual = await manifestsOf();
});
afterAll(() => rm(folder, { recursive: true }));

const image = "registry.example.org:5000/team/keepalived:2.3.4";
const request: KubernetesRequest = { ip: ["192.0.2.10/24"], interface: "eth0", image };

let nextNumber = 0;

async function overlayOf(
  changes: Partial<KubernetesRequest> = {},
  password: Password = { value: "secret12" },
  hmac?: Hmac,
) {
  const overlay = join(folder, String(nextNumber++));
  await writeOverlay(overlay, kubernetesDeployment({ ...request, ...changes }), password, hmac);
  return overlay;
}

async function manifestsOf(
  changes: Partial<KubernetesRequest> = {},
  password?: Password,
  hmac?: Hmac,
): Promise<Manifest[]> {
  return build(await overlayOf(changes, password, hmac));
}

const variablesOf = (manifests: readonly Manifest[]) => only(manifests, "ConfigMap")["data"];

const sourcesOf = (manifests: readonly Manifest[]) =>
  podOf(only(manifests, "DaemonSet")).containers[0]?.["envFrom"];

describe("keepalived on control-plane nodes", () => {
  test.each<[string, Partial<KubernetesRequest>, Password]>([
    ["with a password", {}, { value: "secret12" }],
    ["with the password in the cluster", {}, "kept"],
    ["without a password", {}, "none"],
    ["with unicast", { unicastPeers: ["192.0.2.1", "192.0.2.2"] }, { value: "secret12" }],
    ["with addresses of both families", { ip: ["192.0.2.10/24", "2001:db8::10/64"] }, { value: "secret12" }],
    ["with IPv6 alone", { ip: ["2001:db8::10/64"] }, "none"],
  ])("%s is valid for Kubernetes", async (_, changes, password) => {
    const manifests = await manifestsOf(changes, password);
    await expectValid(manifests);
    expect(manifests.filter(({ kind }) => kind === "Secret")).toHaveLength(
      typeof password === "object" ? 1 : 0,
    );
  });

  test.each<[string, Hmac, number]>([
    ["with new keys", { keys: ["a".repeat(32), "b".repeat(32)] }, 1],
    ["with the keys in the cluster", "kept", 0],
  ])("with HMAC, %s, is valid, and has the keys as files that only root can read", async (_, hmac, count) => {
    const changes = { image: "ghcr.io/owner/keepalived:2.4.3", hmac: "enforce", hmacActiveKey: "2" };
    const manifests = await manifestsOf(changes, "none", hmac);
    await expectValid(manifests);
    const secrets = manifests.filter(({ kind }) => kind === "Secret");
    expect(secrets).toHaveLength(count);
    for (const secret of secrets) {
      expect(secret).toMatchObject({
        metadata: { name: "keepalived-hmac" },
        immutable: true,
        data: { "key-1": btoa("a".repeat(32)), "key-2": btoa("b".repeat(32)) },
      });
    }
    expect(variablesOf(manifests)).toMatchObject({
      KEEPALIVED_HMAC_MODE: "enforce",
      KEEPALIVED_HMAC_ACTIVE_KEY: "2",
    });
    const { containers, volumes } = podOf(only(manifests, "DaemonSet"));
    expect(containers[0]?.["env"]).toEqual([
      { name: "KEEPALIVED_HMAC_KEY_FILE", value: "/run/secrets/keepalived-hmac/key-1" },
      { name: "KEEPALIVED_HMAC_KEY_FILE_2", value: "/run/secrets/keepalived-hmac/key-2" },
    ]);
    expect(volumes).toContainEqual({
      name: "hmac",
      secret: { secretName: "keepalived-hmac", defaultMode: 0o400 },
    });
  });

  test("is the same with kubectl's own kustomize", async () => {
    expect(await buildWithKubectl(await overlayOf())).toEqual(usual);
  });

  test("has only the permissions that VRRP needs", async () => {
    const pod = podOf(only(usual, "DaemonSet"));
    expect(pod).toMatchObject({
      hostNetwork: true,
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          image,
          securityContext: {
            privileged: false,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BROADCAST", "NET_RAW"] },
          },
        },
      ],
    });
    expect(pod.containers).toHaveLength(1);
    expect(JSON.stringify(pod)).not.toContain("hostPath");
  });

  test("runs on every control-plane node, whatever its taints", async () => {
    const terms = {
      matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
    };
    expect(podOf(only(usual, "DaemonSet"))).toMatchObject({
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [terms] } },
      },
      tolerations: [{ operator: "Exists" }],
      priorityClassName: "system-node-critical",
    });
  });

  test("checks each node's own API server, and verifies its certificate", async () => {
    expect(variablesOf(usual)).toMatchObject({
      KEEPALIVED_CHECK_URL: "https://127.0.0.1:6443/readyz",
      KEEPALIVED_CHECK_SERVER_NAME: "kubernetes",
      KEEPALIVED_CHECK_CA_FILE: "/run/secrets/kubernetes/ca.crt",
    });
    expect(podOf(only(usual, "DaemonSet"))).toMatchObject({
      containers: [
        {
          volumeMounts: expect.arrayContaining([
            expect.objectContaining({ mountPath: "/run/secrets/kubernetes" }),
          ]),
        },
      ],
      volumes: expect.arrayContaining([{ name: "kubernetes-ca", configMap: { name: "kube-root-ca.crt" } }]),
    });
  });

  test("serves metrics at each node's own address, for a PodMonitor that selects its pods, if that is wanted", async () => {
    expect(JSON.stringify(usual)).not.toContain("KEEPALIVED_METRICS");
    const overlay = join(folder, String(nextNumber++));
    await mkdir(overlay);
    const own = { resources: ["keepalived"], components: ["keepalived/components/metrics"] };
    await writeFile(join(overlay, "kustomization.yaml"), JSON.stringify(own));
    await writeOverlay(join(overlay, "keepalived"), kubernetesDeployment(request), { value: "secret12" });
    const manifests = await build(overlay);
    await expectValid(manifests);
    const daemonSet = only(manifests, "DaemonSet");
    expect(podOf(daemonSet)).toMatchObject({
      hostNetwork: true,
      containers: [
        {
          env: expect.arrayContaining([
            { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
            { name: "KEEPALIVED_METRICS", value: "[$(POD_IP)]:9650" },
          ]),
          ports: [{ name: "metrics", containerPort: 9650, protocol: "TCP" }],
        },
      ],
    });
    const monitor = only(manifests, "PodMonitor");
    expect(monitor.metadata.namespace).toBe(daemonSet.metadata.namespace);
    expect(monitor["spec"]).toMatchObject({
      selector: z.looseObject({ selector: z.looseObject({}) }).parse(daemonSet["spec"]).selector,
      podMetricsEndpoints: [{ port: "metrics" }],
    });
  });

  test("has every option in its variables", async () => {
    const manifests = await manifestsOf({
      ip: ["192.0.2.10", "2001:0DB8::0010/64"],
      prefix: "24",
      vrid: "7",
      priority: "120",
      unicastPeers: ["192.0.2.1", "192.0.2.2"],
    });
    expect(variablesOf(manifests)).toMatchObject({
      KEEPALIVED_VIRTUAL_IPS: "192.0.2.10,,24 2001:db8::10,,64",
      KEEPALIVED_INTERFACE: "eth0",
      KEEPALIVED_ROUTER_ID: "7",
      KEEPALIVED_PRIORITY: "120",
      KEEPALIVED_UNICAST_PEERS: "192.0.2.1 192.0.2.2",
    });
  });

  test("leaves the interface to be derived from the address", async () => {
    expect(variablesOf(await manifestsOf({ interface: undefined }))).not.toHaveProperty(
      "KEEPALIVED_INTERFACE",
    );
  });

  test("is ready unless an instance is in FAULT, and live while keepalived runs", async () => {
    expect(podOf(only(usual, "DaemonSet")).containers[0]).toMatchObject({
      readinessProbe: { exec: { command: ["keepalivedctl", "ready"] } },
      livenessProbe: { exec: { command: ["keepalivedctl", "live"] } },
    });
  });

  test("restarts if a variable changes, and not otherwise", async () => {
    const [same, other] = await Promise.all([manifestsOf(), manifestsOf({ vrid: "52" })]);
    expect(sourcesOf(usual)).toEqual([{ configMapRef: { name: only(usual, "ConfigMap").metadata.name } }]);
    expect(sourcesOf(same)).toEqual(sourcesOf(usual));
    expect(sourcesOf(other)).not.toEqual(sourcesOf(usual));
  });

  test("reads the password from a file, from an immutable Secret", async () => {
    expect(only(usual, "Secret")).toMatchObject({
      metadata: { name: "keepalived-password" },
      immutable: true,
      data: { password: Buffer.from("secret12").toString("base64") },
    });
    expect(podOf(only(usual, "DaemonSet"))).toMatchObject({
      containers: [
        { env: [{ name: "KEEPALIVED_PASSWORD_FILE", value: "/run/secrets/keepalived/password" }] },
      ],
      volumes: expect.arrayContaining([
        { name: "password", secret: { secretName: "keepalived-password", defaultMode: 0o400 } },
      ]),
    });
  });

  test("does not start with multicast if its peers are missing", async () => {
    const manifests = await manifestsOf({ unicastPeers: ["192.0.2.1", "192.0.2.2"] }, "none");
    const key = { name: only(manifests, "ConfigMap").metadata.name, key: "KEEPALIVED_UNICAST_PEERS" };
    // Not optional: the kubelet does not start a container without the key.
    expect(podOf(only(manifests, "DaemonSet")).containers[0]?.["env"]).toEqual([
      { name: "KEEPALIVED_UNICAST_PEERS", valueFrom: { configMapKeyRef: key } },
    ]);
  });

  test("uses further variables from a kustomization above it", async () => {
    await overlayOf();
    const above = join(folder, "above");
    await mkdir(above);
    await writeFile(
      join(above, "kustomization.yaml"),
      `resources: [../${nextNumber - 1}]
configMapGenerator:
  - name: keepalived
    namespace: kube-system
    behavior: merge
    literals: [KEEPALIVED_CHECK_INTERVAL=5, KEEPALIVED_PRIORITY=90]
`,
    );
    const manifests = await build(above);
    await expectValid(manifests);
    expect(variablesOf(manifests)).toMatchObject({
      KEEPALIVED_VIRTUAL_IPS: "192.0.2.10,,24",
      KEEPALIVED_CHECK_INTERVAL: "5",
      KEEPALIVED_PRIORITY: "90",
    });
  });
});

describe("a mistake in a manifest is detected", () => {
  test.each([
    ["a misspelt field", '"hostNetwork"', '"hostNetwrk"', /to match object/],
    ["a number that is text", '"minReadySeconds":10', '"minReadySeconds":"10"', /minReadySeconds|integer/],
    ["text that is a number", '"value":"/run/secrets/keepalived/password"', '"value":1', /string/],
    ["a missing field", '"selector":', '"selectors":', /selector/],
  ])("%s", async (_, right, wrong, message) => {
    const text = JSON.stringify(only(usual, "DaemonSet"));
    expect(text).toContain(right);
    await expect(expectValid(parseManifests(text.replace(right, wrong)))).rejects.toThrow(message);
  });
});
