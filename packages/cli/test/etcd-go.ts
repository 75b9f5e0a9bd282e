import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { extensions, main } from "./paths.ts";

const definitionSchema = z.looseObject({ upstreams: z.looseObject({ go: z.unknown() }) });

/**
 * Compiles a version of etcd from upstream's modules, and unpacks it into a folder; returns its tree. It is built by etcd's
 * definition without files, hooks or other upstreams, so that a change of these does not compile it again: it takes
 * minutes, and stays in kiln's cache.
 */
export async function compileEtcd(folder: string, version: string): Promise<string> {
  const work = await mkdtemp(join(folder, "go-"));
  const extension = join(work, "extensions/etcd");
  await mkdir(extension, { recursive: true });
  const definition = definitionSchema.parse(
    parse(await readFile(join(extensions, "etcd/extension.yaml"), "utf8")),
  );
  const { go } = definition.upstreams;
  const { hostPrograms: _, ...rest } = definition;
  const quick = { ...rest, upstreams: { go }, hosts: { usrLocal: true } };
  await writeFile(join(extension, "extension.yaml"), stringify(quick));
  const command = ["--extensions", join(work, "extensions"), "build", "etcd", version, "--from", "go"];
  await run(process.execPath, [
    main,
    ...command,
    "--arch",
    nativeArchitecture(),
    "--output",
    join(work, "out"),
  ]);
  const image = (await readdir(join(work, "out"))).find((name) => name.endsWith(".raw")) ?? "";
  const tree = join(work, "tree");
  await run("unsquashfs", ["-quiet", "-no-progress", "-dest", tree, join(work, "out", image)]);
  return tree;
}

const planSchema = z.object({
  builds: z.array(z.object({ extension: z.string(), version: z.object({ upstream: z.string() }) })),
});

/** The newest version of each series that etcd's definition follows, the oldest series first. */
export async function newestSeries(folder: string): Promise<string[]> {
  const text = await run(process.execPath, [main, "plan", "etcd", "--from", "go", "--json"], { cwd: folder });
  const json: unknown = JSON.parse(text);
  const builds = planSchema.parse(json).builds.filter(({ extension }) => extension === "etcd");
  return [...new Set(builds.map(({ version }) => version.upstream))].toSorted((left, right) =>
    left.localeCompare(right, "en", { numeric: true }),
  );
}
