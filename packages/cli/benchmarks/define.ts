import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes the definition of an extension for a benchmark; its source is a repository of `acme`. */
export async function defineExtension(folder: string, name: string, change: object = {}): Promise<void> {
  const definition = {
    name,
    summary: "measures a watch",
    homepage: "https://example.org",
    license: "MIT",
    asset: `${name}-{version}-{arch}.raw`,
    upstreams: { github: { kind: "tags", repository: `acme/${name}` } },
    hosts: { service: "main.service" },
    smoke: [{ run: ["/usr/bin/main"], expect: ["main"] }],
    ...change,
  };
  await mkdir(join(folder, "extensions", name), { recursive: true });
  // JSON is YAML.
  await writeFile(join(folder, "extensions", name, "extension.yaml"), JSON.stringify(definition));
}
