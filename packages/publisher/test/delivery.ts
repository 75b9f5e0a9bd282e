import { hash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatBuildRecord, type BuildRecord, type Image } from "@sysext-kiln/builder";
import { buildOrderSchema, type FileInput, type Plan } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, putFile } from "@sysext-kiln/testbed";
import { acceptImages, type Delivery } from "../src/accept-images.ts";
import { definitionOf, imagesOf } from "./images.ts";

/** The images of hello as build jobs deliver them, and the plan that they were built from. */
export interface TestDelivery extends AsyncDisposable {
  /** Has the images in its subfolder `images`. */
  folder: string;
  plan: Plan;
  /** The image for arm64, which tests damage. */
  arm: Image;
  /** Replaces the arm64 image by one with this extension-release file, and records it. */
  rebuild(release: string): Promise<void>;
  /** Writes a record that matches the arm64 image's bytes, as a hostile build job would. */
  record(changes?: Partial<BuildRecord>): Promise<void>;
  /** Accepts the images in a folder, by default in the whole delivery. */
  accept(folder?: string): Promise<Delivery & { names: string[] }>;
}

export async function openDelivery(): Promise<TestDelivery> {
  await using stack = new AsyncDisposableStack();
  await ensureTestPrograms("mksquashfs");
  const definition = definitionOf("hello");
  const folder = await mkdtemp(join(tmpdir(), "kiln-images-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const images = await imagesOf(definition, "1.0.0", join(folder, "images"));
  for (const image of images)
    await replaceImage(image, folder, `ID=_any\nARCHITECTURE=${image.record.architecture}\n`);
  const arm = images.find(({ record }) => record.architecture === "arm64");
  if (!arm) throw new Error("no image for arm64");
  const plan = { builds: images.map(({ record }) => buildOrderSchema.strip().parse(record)) };
  const resources = stack.move();
  return {
    folder,
    plan,
    arm,
    rebuild: (release) => replaceImage(arm, folder, release),
    record: (changes) => recordImage(arm, changes),
    async accept(from = folder) {
      const delivery = await acceptImages(from, [{ definition, folder: "/nowhere" }], plan);
      const names = delivery.images.map(({ record }) => record.image.name);
      return { ...delivery, names: names.toSorted() };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Replaces a fake image by a real one, and records it. */
async function replaceImage(image: Image, folder: string, release: string): Promise<void> {
  const tree = await mkdtemp(join(folder, "tree-"));
  const path = join(tree, "usr/lib/extension-release.d/extension-release.hello");
  await putFile(path, release);
  await run("mksquashfs", [tree, image.path, "-noappend", "-quiet", "-no-progress"]);
  await recordImage(image);
}

async function recordImage(image: Image, changes: Partial<BuildRecord> = {}): Promise<void> {
  const bytes = await readFile(image.path);
  const sha256 = hash("sha256", bytes);
  image.record = {
    ...image.record,
    ...changes,
    image: { ...image.record.image, size: bytes.length, sha256 },
  };
  await writeFile(image.recordPath, formatBuildRecord(image.record));
}

/** An input of hello, downloaded from a mirror. */
export function inputFrom(mirror: string): FileInput {
  return {
    name: "hello.deb",
    size: 1,
    sha256: "1".repeat(64),
    origin: { kind: "debian", suite: "trixie", package: "hello", version: "1.0.0-1" },
    url: `https://${mirror}.example.org/hello.deb`,
  };
}
