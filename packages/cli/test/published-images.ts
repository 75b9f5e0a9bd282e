import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatBuildRecord, readBuildRecord, type Image } from "@sysext-kiln/builder";
import {
  buildRecordName,
  imageName,
  kilnHostName,
  loadRepository,
  nativeArchitecture,
  type Definition,
} from "@sysext-kiln/extension";
import { publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { directoryStore } from "@sysext-kiln/release-store";
import { type HostImages, ours } from "./host-images.ts";
import { extensions } from "./paths.ts";

const architecture = nativeArchitecture();

/**
 * Publishes our images as a revision: the same bytes under another name, which hosts take for an update. kiln-host, which
 * every host needs, is published with the first one only.
 */
export async function publishRevision(images: HostImages, revision: number, folder: string): Promise<void> {
  const store = directoryStore(join(folder, "public"));
  const all = (await loadRepository(extensions)).extensions.map(({ definition }) => definition);
  const definitions = all.map((definition) => ({ ...definition, architectures: [architecture] }));
  for (const definition of definitions) {
    if (definition.name === kilnHostName && revision > 1) continue;
    await publishRelease(store, definition, [await revised(definition, images, revision, folder)]);
  }
  await publishUpdateDirectory(store, definitions);
}

async function revised(
  definition: Definition,
  images: HostImages,
  revision: number,
  folder: string,
): Promise<Image> {
  const name = ([...ours, kilnHostName] as const).find((one) => one === definition.name);
  if (name === undefined) throw new Error(`no image of ${definition.name} was built`);
  const built = images.path(name);
  const first = await readBuildRecord(
    built.replace(/raw$/, "build.json"),
    "build the images of the tests again",
  );
  const version = { ...first.version, revision };
  const image = imageName(definition, version, architecture);
  const record = { ...first, version, image: { ...first.image, name: image } };
  const path = join(folder, image);
  const recordPath = join(folder, buildRecordName(definition, version, architecture));
  await cp(built, path);
  await writeFile(recordPath, formatBuildRecord(record));
  return { path, recordPath, record };
}
