import { ensureKubernetesTool, kustomize, run, type Say } from "@sysext-kiln/machine";

/** The manifests of a kustomization, put together by kustomize itself. */
export async function renderKustomization(folder: string, say: Say): Promise<string> {
  return run(await ensureKubernetesTool(kustomize, say), ["build", folder]).then((text) => `${text}\n`);
}
