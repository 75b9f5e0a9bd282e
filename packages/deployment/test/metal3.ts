import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { putFile } from "@sysext-kiln/testbed";
import { expect } from "vitest";

/** The folder deploy of this repository. */
export const deploy = fileURLToPath(new URL("../../../deploy", import.meta.url));

/** A copy of the folder deploy with small bases instead of Metal3's. */
export interface DeployTree extends AsyncDisposable {
  /** The folder that contains deploy. */
  folder: string;
  /** The path of a kustomization of deploy/ironic. */
  ironic(name: string): string;
}

/**
 * Copies deploy, and replaces Metal3's repository with bases of the same structure: the kinds of objects,
 * their names, and what our kustomizations refer to.
 */
export async function copyDeployTree(): Promise<DeployTree> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-deploy-tree-"));
  const ironic = (name: string) => join(folder, "deploy/ironic", name);
  for (const name of ["kubernetes", "ironic"])
    await cp(join(deploy, name), join(folder, "deploy", name), { recursive: true });
  for (const [name, files] of Object.entries(bases)) {
    await refer(ironic(`metal3/${name}/kustomization.yaml`), "base");
    for (const [file, text] of Object.entries<string>(files)) {
      await putFile(ironic(`metal3/${name}/base/${file}`), text);
    }
  }
  return { folder, ironic, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** Replaces a kustomization's only remote resource with a local folder; checks the form of its URL. */
async function refer(file: string, local: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const remote =
    /^ {2}- https:\/\/github\.com\/metal3-io\/(?:baremetal-operator|ironic-standalone-operator)\/\/[\w/-]+\?ref=v\d+\.\d+\.\d+&timeout=120s$/gm;
  expect(text.match(remote)).toHaveLength(1);
  await writeFile(file, text.replace(remote, `  - ${local}`));
}

const account = "kind: ServiceAccount, name: controller-manager, namespace: system";

const bases = {
  operator: {
    "kustomization.yaml": `namespace: baremetal-operator-system
namePrefix: baremetal-operator-
resources: [crds.yaml, rbac.yaml, manager.yaml, webhook.yaml, certmanager.yaml]
`,
    "crds.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: baremetalhosts.metal3.io }
spec:
  group: metal3.io
  scope: Namespaced
  names: { kind: BareMetalHost, plural: baremetalhosts }
  versions:
    - name: v1alpha1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object } }
`,
    "rbac.yaml": `apiVersion: v1
kind: ServiceAccount
metadata: { name: controller-manager, namespace: system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: manager-role }
rules: [{ apiGroups: [metal3.io], resources: [baremetalhosts], verbs: [get, list, watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: manager-rolebinding }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: manager-role }
subjects: [{ ${account} }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: leader-election-role, namespace: system }
rules: [{ apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: leader-election-rolebinding, namespace: system }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: leader-election-role }
subjects: [{ ${account} }]
`,
    "manager.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: { name: controller-manager, namespace: system }
spec:
  selector: { matchLabels: { control-plane: controller-manager } }
  template:
    metadata: { labels: { control-plane: controller-manager } }
    spec:
      serviceAccountName: controller-manager
      containers:
        - name: manager
          image: quay.io/metal3-io/baremetal-operator
          envFrom: [{ configMapRef: { name: ironic } }]
`,
    "webhook.yaml": `apiVersion: v1
kind: Service
metadata: { name: webhook-service, namespace: system }
spec:
  ports: [{ port: 443, targetPort: 9443 }]
  selector: { control-plane: controller-manager }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: validating-webhook-configuration }
webhooks:
  - name: baremetalhost.metal3.io
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: { service: { name: webhook-service, namespace: system, path: /validate } }
`,
    "certmanager.yaml": `apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: selfsigned-issuer, namespace: system }
spec: { selfSigned: {} }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: serving-cert, namespace: system }
spec:
  dnsNames: [webhook]
  issuerRef: { kind: Issuer, name: selfsigned-issuer }
  secretName: bmo-webhook-server-cert
`,
  },
  ironic: {
    "kustomization.yaml": "resources: [ironic.yaml]\n",
    "ironic.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: { name: ironic }
spec:
  replicas: 1
  strategy: { type: Recreate }
  selector: { matchLabels: { name: ironic } }
  template:
    metadata: { labels: { name: ironic } }
    spec:
      hostNetwork: true
      securityContext: { runAsNonRoot: true, fsGroup: 994 }
      containers:
        - name: ironic
          image: quay.io/metal3-io/ironic
          envFrom: [{ configMapRef: { name: ironic-bmo-configmap } }]
`,
  },
  operator_irso: {
    "kustomization.yaml": `namespace: baremetal-operator-system
resources: [../../operator/base]
generatorOptions: { disableNameSuffixHash: true }
configMapGenerator:
  - { name: ironic, behavior: create, literals: [IRONIC_NAME=ironic] }
`,
  },
  irso: {
    "kustomization.yaml": `namespace: ironic-standalone-operator-system
namePrefix: ironic-standalone-operator-
resources: [manager.yaml]
`,
    "manager.yaml": `apiVersion: v1
kind: Namespace
metadata: { name: system }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller-manager, namespace: system }
spec:
  selector: { matchLabels: { control-plane: controller-manager } }
  template:
    metadata: { labels: { control-plane: controller-manager } }
    spec:
      containers:
        - { name: manager, image: quay.io/metal3-io/ironic-standalone-operator }
`,
  },
} as const;
