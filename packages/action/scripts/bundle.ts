/** `pnpm bundle` writes the actions' bundles; `pnpm bundle --check` reports whether they are up to date. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { actionPackages, root } from "./action-packages.ts";
import { inlineTexts } from "./inline-texts.ts";
import { licensesOf } from "./licenses.ts";

/** The size of a bundle's largest file, in bytes: a runner reads it at the start of every action. */
const largestBundle = 1_500_000;

const isCheck = process.argv.includes("--check");
let stale = false;

for (const folder of await actionPackages()) {
  const bundle = await bundleOf(folder);
  const dist = join(root, folder, "dist");
  const size = [...bundle.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const largest = Math.max(...[...bundle.values()].map((text) => Buffer.byteLength(text)));
  process.stdout.write(`${folder}/dist: ${bundle.size} files, ${(size / 1e6).toFixed(2)} MB\n`);
  if (largest > largestBundle)
    throw new Error(`${folder} has a file of ${largest} bytes, over ${largestBundle}`);
  if (isCheck) {
    const different = await differences(dist, bundle);
    for (const name of different) process.stderr.write(`${folder}/dist/${name} does not match its sources\n`);
    stale ||= different.length > 0;
  } else {
    await rm(dist, { recursive: true, force: true });
    await mkdir(dist);
    for (const [name, text] of bundle) await writeFile(join(dist, name), text);
  }
}
if (stale) {
  process.stderr.write("run: pnpm bundle\n");
  process.exitCode = 1;
}

/** The files of an action's bundle, by name. They do not depend on the folder that the repository is in. */
async function bundleOf(folder: string): Promise<Map<string, string>> {
  const bundle = await rolldown({
    cwd: root,
    input: { index: "./packages/action/src/start.ts", main: `./${folder}/src/action/main.ts` },
    platform: "node",
    plugins: [inlineTexts],
    treeshake: {
      // Our own modules and those of the Actions toolkit only define things. Without this, the bundle
      // contains what an unused one imports: an HTTP client, a YAML parser.
      moduleSideEffects: [
        { test: /\/node_modules\/@actions\/|\/packages\/[^/]+\/src\/(?!action\/)/, sideEffects: false },
      ],
    },
    // An import that cannot be resolved would fail on the runner.
    onLog: (_, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await bundle.generate({
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
  });
  const files = new Map<string, string>();
  const moduleIds: string[] = [];
  for (const chunk of output) {
    if (chunk.type !== "chunk") throw new Error(`${folder} bundles ${chunk.fileName}, which is not code`);
    files.set(chunk.fileName, chunk.code);
    moduleIds.push(...chunk.moduleIds);
  }
  return files.set("licenses.txt", await licensesOf(moduleIds));
}

/** The names of files that are missing, different or superfluous. */
async function differences(dist: string, bundle: ReadonlyMap<string, string>): Promise<string[]> {
  const present = await readdir(dist).catch(() => []);
  const names = [...new Set([...present, ...bundle.keys()])].toSorted();
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      text: await readFile(join(dist, name), "utf8").catch(() => undefined),
    })),
  );
  return found
    .filter(({ name, text }) => text === undefined || text !== bundle.get(name))
    .map(({ name }) => name);
}
