import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { downloadModules } from "@sysext-kiln/machine";
import { parseManifests, type Manifest } from "./manifests.ts";
import { deploy, type DeployTree } from "./metal3.ts";

const say = () => undefined;

/** The folder of a module of Go: its archive has all files of its repository, except for those of other modules in it. */
async function folderOf(module: string): Promise<string> {
  const [found] = await downloadModules([module], { say });
  if (found?.folder === undefined) throw new Error(`${module} has no files`);
  return found.folder;
}

/** Replaces the bases of a tree by Metal3's own, of the version that our kustomizations refer to. */
export async function useBaremetalOperator(tree: DeployTree): Promise<void> {
  for (const name of ["operator", "ironic", "operator_irso"]) {
    const text = await readFile(join(deploy, `ironic/metal3/${name}/kustomization.yaml`), "utf8");
    const [url = "", base = "", version = ""] =
      /https:\/\/github\.com\/metal3-io\/baremetal-operator\/\/([\w/-]+)\?ref=(v[\d.]+)\S+/.exec(text) ?? [];
    const module = await folderOf(`github.com/metal3-io/baremetal-operator@${version}`);
    const copy = join(tree.folder, "baremetal-operator");
    await mkdir(copy, { recursive: true });
    for (const part of ["config", "ironic-deployment"])
      await cp(join(module, part), join(copy, part), { recursive: true });
    const own = tree.ironic(`metal3/${name}`);
    await writeFile(join(own, "kustomization.yaml"), text.replace(url, relative(own, join(copy, base))));
  }
}

/** The definitions of kinds that our manifests use and others define, except for those of Metal3. */
export async function readDefinitions(): Promise<Manifest[]> {
  const files = [
    [
      await folderOf("github.com/cert-manager/cert-manager@v1.20.0"),
      "deploy/crds",
      /cert-manager\.io_(certificates|issuers)\.yaml$/,
    ],
    [
      await folderOf("github.com/prometheus-operator/prometheus-operator@v0.85.0"),
      "example/prometheus-operator-crd",
      /_podmonitors\.yaml$/,
    ],
  ] as const;
  const texts = files.map(async ([module, folder, pattern]) => {
    const names = (await readdir(join(module, folder))).filter((name) => pattern.test(name));
    return Promise.all(names.map((name) => readFile(join(module, folder, name), "utf8")));
  });
  return (await Promise.all(texts)).flat().flatMap(parseManifests);
}
