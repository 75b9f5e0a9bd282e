import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { KubernetesDeployment } from "./kubernetes.ts";
import { readPassword } from "./password.ts";
import { usage } from "./usage.ts";

const sources = fileURLToPath(new URL("../../../deploy/kubernetes", import.meta.url));

/** Where the password of VRRP comes from: nowhere, the Secret that the cluster has, or a Secret of its own. */
export type Password = "none" | "kept" | { readonly value: string };

const mark = "# Written by `kiln deploy kubernetes`";
const heading = `${mark}, which writes it anew when it runs again. What its options cannot say belongs into a
# kustomization of your own that has this folder among its resources.
`;

/** Writes a kustomization that needs nothing outside its folder. Whatever else is in the folder stays. */
export async function writeOverlay(
  folder: string,
  deployment: KubernetesDeployment,
  password: Password,
): Promise<void> {
  await requireOwnFolder(folder);
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    await replaceFile(join(folder, path.slice(sources.length)), await readFile(path, "utf8"));
  }
  if (typeof password === "object") {
    await replaceFile(join(folder, ".gitignore"), "/password\n");
    await replaceFile(join(folder, "password"), password.value, 0o600);
  }
  const variables = Object.entries(deployment.variables).map(([name, value]) => `${name}=${value}\n`);
  await replaceFile(join(folder, "keepalived.env"), variables.join(""));
  await replaceFile(
    join(folder, "kustomization.yaml"),
    `${heading}${stringify(kustomization(deployment, password))}`,
  );
}

/** The password of an overlay that was written before, if it has one. */
export async function passwordOf(folder: string): Promise<string | undefined> {
  const path = join(folder, "password");
  return existsSync(path) ? await readPassword(path) : undefined;
}

function kustomization({ image, isUnicast }: KubernetesDeployment, password: Password): object {
  const components = [
    ...(password === "none" ? [] : ["components/password"]),
    ...(isUnicast ? ["components/unicast"] : []),
  ];
  const namespace = "kube-system";
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: ["base"],
    ...(components.length === 0 ? {} : { components }),
    images: [{ name: "keepalived", ...image }],
    configMapGenerator: [{ name: "keepalived", namespace, behavior: "merge", envs: ["keepalived.env"] }],
    ...(typeof password === "object"
      ? {
          secretGenerator: [
            {
              name: "keepalived-password",
              namespace,
              files: ["password"],
              // Nodes with different passwords would all take the addresses: so a Secret that is there never changes.
              options: {
                immutable: true,
                disableNameSuffixHash: true,
                labels: { "app.kubernetes.io/name": "keepalived" },
              },
            },
          ],
        }
      : {}),
  };
}

async function requireOwnFolder(folder: string): Promise<void> {
  if (!existsSync(folder) || (await readdir(folder)).length === 0) return;
  const path = join(folder, "kustomization.yaml");
  if (existsSync(path) && (await readFile(path, "utf8")).startsWith(mark)) return;
  throw usage(
    `${folder} to be new, empty, or written by kiln deploy before`,
    "other files",
    "choose another folder",
  );
}

/** Replaces a file by one whose every byte is there. */
async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}`;
  try {
    await writeFile(part, text, { mode, flag: "wx" });
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
