import { ensureKubernetesTool, kustomize, run } from "@sysext-kiln/machine";
import { expect } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const quiet = () => undefined;

/** The path of a kubectl that supports components. */
export function ensureKubectl(): Promise<string> {
  const help = ["kustomize", "--help"];
  const tool = { name: "kubectl", purpose: "check manifests in tests", help, option: "--load-restrictor" };
  return ensureKubernetesTool(tool, quiet);
}

export const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

/** An object of Kubernetes in a manifest. */
export type Manifest = z.infer<typeof objectSchema>;

/** Builds a kustomization with the kustomize that `kiln deploy` uses. */
export async function build(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Manifest[]> {
  return parseManifests(await run(await ensureKubernetesTool(kustomize, quiet), ["build", folder], { env }));
}

/** Builds a kustomization as `kubectl apply -k` does. */
export async function buildWithKubectl(folder: string): Promise<Manifest[]> {
  return parseManifests(await run(await ensureKubectl(), ["kustomize", folder]));
}

/** Parses a stream of manifests. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return objectSchema.parse(document.toJS());
  });
}

/** The only object of a kind, or the one with a name if there are several. */
export function only(manifests: readonly Manifest[], kind: string, name = /^/): Manifest {
  const found = manifests.filter((one) => one.kind === kind && name.test(one.metadata.name));
  expect(found.map((one) => one.metadata.name)).toHaveLength(1);
  return found[0] ?? expect.fail();
}

/** The containers of an object with a pod template. */
const workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(z.looseObject({ name: z.string(), image: z.string() })),
        initContainers: z.array(z.looseObject({ name: z.string(), image: z.string() })).optional(),
      }),
    }),
  }),
});

export function podOf(manifest: Manifest) {
  return workload.parse(manifest).spec.template.spec;
}

/** Validates manifests by Kubernetes' own schemas, and has kubectl read those with pods. */
export async function expectValid(manifests: readonly Manifest[]): Promise<void> {
  expect(manifests.length).toBeGreaterThan(0);
  for (const manifest of manifests) {
    await expectSchema(manifest);
    if (workload.safeParse(manifest).success) await expectThatKubectlKnowsEveryField(manifest);
  }
}

const validated = z.object({ validate: z.function({ input: [], output: z.void() }) });

/** Validates required fields, types and formats by the schema of the kind, from Kubernetes or the Prometheus Operator. */
export async function expectSchema(manifest: Manifest): Promise<void> {
  const { apiVersion, kind } = manifest;
  const models = apiVersion.startsWith("monitoring.coreos.com/")
    ? "@kubernetes-models/prometheus-operator"
    : "kubernetes-models";
  const module: unknown = await import(`${models}/${apiVersion}/${kind}`);
  const Model = z.record(z.string(), z.custom<new (data: unknown) => unknown>()).parse(module)[kind];
  if (Model === undefined) throw new Error(`no schema of ${apiVersion} ${kind}`);
  const model = new Model(manifest);
  validated.parse(model).validate.call(model);
}

/** kubectl drops fields that it does not know, so a misspelt field is missing from its output. */
async function expectThatKubectlKnowsEveryField(manifest: Manifest): Promise<void> {
  const image = "changed-by-kubectl";
  const kubectl = await ensureKubectl();
  const args = ["set", "image", "--local", "--filename=-", "--output=json", `*=${image}`];
  const changed: unknown = JSON.parse(JSON.stringify(manifest), (key, value: unknown) =>
    key === "image" ? image : value,
  );
  const read: unknown = JSON.parse(await run(kubectl, args, { input: JSON.stringify(manifest) }));
  expect(read).toMatchObject(z.looseObject({}).parse(changed));
}
