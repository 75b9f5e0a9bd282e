import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Architecture,
  type BuildOrder,
  buildRecordName,
  type Extension,
  imageName,
  nativeArchitecture,
  spellings,
} from "@sysext-kiln/extension";
import {
  cacheDirectory,
  digestOf,
  ensurePrograms,
  withLock,
  withWorkFolder,
  type Program,
  type Say,
} from "@sysext-kiln/machine";
import { formatBuildRecord, type BuildRecord, type Image } from "./build-record.ts";
import { compileModules, modulesAmong } from "./go/compile-modules.ts";
import { compile } from "./compile/compile.ts";
import { cachedImageFolder, findCachedImage, keepImage } from "./image-cache.ts";
import { smokeImage } from "./image/smoke.ts";
import { packSquashfs, squashfsVersion } from "./image/squashfs.ts";
import { fetchInputs, type FetchedInput } from "./inputs.ts";
import { assembleTree } from "./tree/assemble.ts";
import { checkTree } from "./tree/check.ts";
import { extract } from "./tree/extract.ts";
import { addTree } from "./tree/add.ts";

export interface BuildOptions {
  /** Receives a line about what is being done. */
  say: Say;
  /** Receives every line that a compiler prints. */
  log?: Say;
  /** Ignores images and layers that were built before. */
  uncached?: boolean;
}

/**
 * Builds one image: fetches and verifies its inputs, compiles or unpacks them, checks the tree, packs it, and
 * runs it. An image that was built before from the same inputs, recipe and tools is taken from the cache.
 * @throws KilnError with what went wrong; nothing is kept in this case
 */
export async function buildImage(
  extension: Extension,
  order: BuildOrder,
  options: BuildOptions,
): Promise<Image> {
  const { definition } = extension;
  await ensurePrograms(requiredPrograms(order), options.say);
  const tools = { mksquashfs: await squashfsVersion() };
  const names: Names = {
    image: imageName(definition, order.version, order.architecture),
    record: buildRecordName(definition, order.version, order.architecture),
  };
  const folder = cachedImageFolder(order, definition.smoke, tools);
  const findOrBuild = async () => {
    const cached = options.uncached ? undefined : await findCachedImage(folder, names.image, names.record);
    return cached ?? (await buildInto(folder, names, extension, order, tools, options));
  };
  // Another kiln may be building the same image.
  return withLock(`${folder}.lock`, findOrBuild, {
    what: `the cached image ${names.image}`,
    say: options.say,
  });
}

/**
 * The architecture of the processor, and of the host's libraries, that an image's smoke run uses: the
 * image's, or this machine's for an extension of files, which suits every processor.
 */
function smokeArchitecture({ upstream, architecture }: BuildOrder): Architecture {
  return upstream === "files" ? nativeArchitecture() : architecture;
}

/** The programs of this machine that a build starts, apart from a container engine. */
function requiredPrograms(order: BuildOrder): Program[] {
  const { inputs, hostLibraries } = order;
  const architecture = smokeArchitecture(order);
  const emulator = architecture === nativeArchitecture() ? [] : [spellings[architecture].emulator];
  const hasPackages = [...inputs, ...hostLibraries].some(({ name }) => name.endsWith(".deb"));
  const unpacking = hasPackages ? (["dpkg-deb"] as const) : [];
  return ["mksquashfs", "unsquashfs", "bwrap", "file", ...unpacking, ...emulator];
}

/** The names of an image's two files. */
interface Names {
  image: string;
  record: string;
}

async function buildInto(
  folder: string,
  names: Names,
  extension: Extension,
  order: BuildOrder,
  tools: BuildRecord["tools"],
  options: BuildOptions,
): Promise<Image> {
  const { definition } = extension;
  await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const finished = join(work, "finished");
    await mkdir(finished);
    const built = await buildTree(extension, order, options, work);

    options.say("packing");
    const path = join(finished, names.image);
    await packSquashfs(built.tree, path, built.epoch, options.say);
    await smokeImage(path, definition, {
      upstreamVersion: order.version.upstream,
      architecture: smokeArchitecture(order),
      addHostLibraries: built.addHostLibraries,
      say: options.say,
    });

    const { size } = await stat(path);
    const record: BuildRecord = {
      ...order,
      image: { name: names.image, size, sha256: await digestOf(path), epoch: built.epoch },
      tools: { ...tools, ...built.tools },
      packages: built.packages,
      ...(built.modules.length > 0 && { modules: built.modules }),
    };
    await writeFile(join(finished, names.record), formatBuildRecord(record));
    await keepImage(finished, folder);
  });
  const image = await findCachedImage(folder, names.image, names.record);
  if (!image) throw new Error(`the image ${names.image} was written to ${folder} and cannot be read back`);
  return image;
}

interface BuiltTree {
  tree: string;
  epoch: number;
  packages: BuildRecord["packages"];
  modules: NonNullable<BuildRecord["modules"]>;
  tools: BuildRecord["tools"];
  addHostLibraries: (root: string) => Promise<void>;
}

async function buildTree(
  extension: Extension,
  order: BuildOrder,
  { say, log, uncached = false }: BuildOptions,
  work: string,
): Promise<BuiltTree> {
  const standIns = order.hostLibraries.filter(
    ({ architecture }) => architecture === smokeArchitecture(order),
  );
  const fetched = await fetchInputs([...order.inputs, ...standIns], say);
  const inputs = fetched.slice(0, order.inputs.length);
  const libraries = fetched.slice(order.inputs.length);

  const compiled = extension.definition.compile
    ? await compile(extension, order, inputs, work, { say, log, uncached })
    : { tree: undefined, packages: [], tools: {} };
  const modules = modulesAmong(inputs);
  const go =
    modules.length > 0
      ? await compileModules(modules, order.architecture, work, say)
      : { tree: undefined, modules: [], tools: {} };
  say("assembling");
  const tree = join(work, "tree");
  const epoch = await assembleTree(extension, order, inputs, [compiled.tree, go.tree], tree, work);
  say("checking what was assembled");
  await checkTree(extension.definition, order.architecture, tree);
  return {
    tree,
    epoch,
    packages: compiled.packages,
    modules: go.modules,
    tools: { ...compiled.tools, ...go.tools },
    addHostLibraries: (root) => addPackages(libraries, work, root),
  };
}

/** Each package is unpacked by itself, so that none of its files can go through a link in the image. */
async function addPackages(packages: readonly FetchedInput[], work: string, root: string): Promise<void> {
  for (const { path, name } of packages) {
    const unpacked = join(work, `library-${name}`);
    await extract(path, name, unpacked);
    await addTree(unpacked, root);
  }
}
