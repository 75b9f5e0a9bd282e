import { hash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadRepository, type Definition } from "@sysext-kiln/extension";
import {
  formatReleaseRecord,
  openReleaseStore,
  type ReleaseStore,
  releaseRecordOf,
} from "@sysext-kiln/release-store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fetchImages, newestPublished } from "./published.ts";

const extensions = fileURLToPath(new URL("../../../extensions", import.meta.url));

let root: string;
let release: string;
let store: ReleaseStore;
let definition: Definition;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kiln-published-"));
  release = join(root, "releases/download/keepalived-v2.3.4");
  await mkdir(release, { recursive: true });
  store = openReleaseStore(root);
  const { extensions: loaded } = await loadRepository(extensions);
  definition = loaded.map((one) => one.definition).find(({ name }) => name === "keepalived")!;
});
afterEach(() => rm(root, { recursive: true }));

/** Publishes an image with a record of it. */
async function publish(architecture: string, record: object | string): Promise<void> {
  const image = `keepalived-v2.3.4-${architecture}.raw`;
  await writeFile(join(release, image), `an image for ${architecture}`);
  const text = typeof record === "string" ? record : JSON.stringify(record);
  await writeFile(join(release, image.replace(/raw$/, "build.json")), text);
}

async function fetchAll() {
  const published = newestPublished(definition, await store.list());
  return fetchImages(store, definition, published!);
}

test("images are fetched by the digests in their records, even if another version of kiln wrote these", async () => {
  for (const architecture of ["x86-64", "arm64"]) {
    const sha256 = hash("sha256", `an image for ${architecture}`);
    await publish(architecture, { format: "of another version", image: { sha256, more: true } });
  }
  expect(await fetchAll()).toEqual({
    "x86-64": join(release, "keepalived-v2.3.4-x86-64.raw"),
    arm64: join(release, "keepalived-v2.3.4-arm64.raw"),
  });
});

test.each([
  ["a record that is not JSON", "x"],
  ["a record without a digest", { image: {} }],
])("a release with %s is reported with the name of the record", async (_, record) => {
  await publish("x86-64", record);
  await expect(fetchAll()).rejects.toMatchObject({
    code: "document-invalid",
    message: expect.stringContaining("keepalived-v2.3.4-x86-64.build.json"),
  });
});

test("the container is not built from a version that was only requested, which hosts are not offered", async () => {
  const notes = formatReleaseRecord({ ...releaseRecordOf([]), outsidePolicy: true });
  const requested = await store.draft("keepalived-v2.4.0", notes);
  await store.publish(requested, { latest: false });
  const releases = await store.list();
  expect(releases.map(({ tag }) => tag)).toContain("keepalived-v2.4.0");
  expect(newestPublished(definition, releases)?.version.upstream).toBe("2.3.4");
});
