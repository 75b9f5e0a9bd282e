import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureKubernetesTool, kustomize, replaceFile, run, type Say } from "@sysext-kiln/machine";
import { stringify } from "yaml";
import { hmacKeyFiles, type HmacKeys } from "./hmac-keys.ts";
import type { KubernetesDeployment } from "./kubernetes.ts";
import { readPassword } from "./password.ts";
import { usage } from "./usage.ts";

const sources = fileURLToPath(new URL("../../../deploy/kubernetes", import.meta.url));

/** The password of VRRP: none, the existing Secret in the cluster, or a new Secret. */
export type Password = "none" | "kept" | { value: string };

/** The keys of `auth_hmac`: none, the existing Secret in the cluster, or a new Secret. */
export type Hmac = "none" | "kept" | { keys: HmacKeys };

const mark = "# Written by `kiln deploy kubernetes`";
const heading = `${mark}, which overwrites it when it runs again. For anything that its options do not
# cover, write a kustomization of your own with this folder among its resources.
`;

/** Writes a kustomization that needs nothing outside its folder. Other files in the folder are kept. */
export async function writeOverlay(
  folder: string,
  deployment: KubernetesDeployment,
  password: Password,
  hmac: Hmac = "none",
): Promise<void> {
  await requireOwnFolder(folder);
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    await replaceFile(join(folder, path.slice(sources.length)), await readFile(path, "utf8"));
  }
  const secrets = {
    ...(typeof password === "object" && { password: password.value }),
    ...(typeof hmac === "object" &&
      Object.fromEntries(hmacKeyFiles.map((file, slot) => [file, hmac.keys[slot] ?? ""]))),
  };
  // All of them: the files of the other kind of authentication stay in the folder when the options change.
  const ignored = ["password", ...hmacKeyFiles].map((name) => `/${name}\n`);
  await replaceFile(join(folder, ".gitignore"), ignored.join(""));
  for (const [name, value] of Object.entries(secrets)) await replaceFile(join(folder, name), value, 0o600);
  const variables = Object.entries(deployment.variables).map(([name, value]) => `${name}=${value}\n`);
  await replaceFile(join(folder, "keepalived.env"), variables.join(""));
  await replaceFile(
    join(folder, "kustomization.yaml"),
    `${heading}${stringify(kustomization(deployment, password, hmac))}`,
  );
}

/** The password of an existing overlay, if it has one. */
export async function passwordOf(folder: string): Promise<string | undefined> {
  const path = join(folder, "password");
  return existsSync(path) ? await readPassword(path) : undefined;
}

/** The manifests of a kustomization, rendered by kustomize itself. */
export async function renderKustomization(folder: string, say: Say): Promise<string> {
  return `${await run(await ensureKubernetesTool(kustomize, say), ["build", folder])}\n`;
}

const namespace = "kube-system";

function kustomization({ image, isUnicast }: KubernetesDeployment, password: Password, hmac: Hmac): object {
  const components = [
    ...(password === "none" ? [] : ["components/password"]),
    ...(hmac === "none" ? [] : ["components/hmac"]),
    ...(isUnicast ? ["components/unicast"] : []),
  ];
  const secrets = [
    ...(typeof password === "object" ? [secret("keepalived-password", ["password"])] : []),
    ...(typeof hmac === "object"
      ? [
          secret(
            "keepalived-hmac",
            hmacKeyFiles.map((file) => `${file.replace("hmac-", "")}=${file}`),
          ),
        ]
      : []),
  ];
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: ["base"],
    ...(components.length === 0 ? {} : { components }),
    images: [{ name: "keepalived", ...image }],
    configMapGenerator: [{ name: "keepalived", namespace, behavior: "merge", envs: ["keepalived.env"] }],
    ...(secrets.length === 0 ? {} : { secretGenerator: secrets }),
  };
}

/**
 * A Secret of files. Nodes with different passwords or keys would all take the addresses, so an existing Secret
 * must never change.
 */
function secret(name: string, files: readonly string[]): object {
  const labels = { "app.kubernetes.io/name": "keepalived" };
  return { name, namespace, files, options: { immutable: true, disableNameSuffixHash: true, labels } };
}

async function requireOwnFolder(folder: string): Promise<void> {
  if (!existsSync(folder) || (await readdir(folder)).length === 0) return;
  const path = join(folder, "kustomization.yaml");
  if (existsSync(path) && (await readFile(path, "utf8")).startsWith(mark)) return;
  throw usage(
    `${folder} to be new, empty, or a folder that kiln deploy has written`,
    "other files",
    "choose another folder",
  );
}
