import { join } from "node:path";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { putFile } from "@sysext-kiln/testbed";
import type { TestStore } from "./test-store.ts";

// The contents of a release store, as hosts and people see them.

/** The bytes of a file, as hosts download it. */
export async function bytesOf({ source }: TestStore, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The text of a file in the update directory, as hosts download it. */
export async function latestText(storeUnderTest: TestStore, name: string): Promise<string> {
  return (await bytesOf(storeUnderTest, `${updateDirectoryPath}/${name}`)).toString("utf8");
}

/** Downloads a file and returns its local path. */
export async function downloaded(storeUnderTest: TestStore, path: string): Promise<string> {
  const target = join(storeUnderTest.folder, "downloaded", path);
  await putFile(target, await bytesOf(storeUnderTest, path));
  return target;
}

/** Downloads every asset of a release and returns their local folder. */
export async function downloadedRelease(storeUnderTest: TestStore, tag: string): Promise<string> {
  for (const name of await assetNames(storeUnderTest, tag))
    await downloaded(storeUnderTest, `releases/download/${tag}/${name}`);
  return join(storeUnderTest.folder, "downloaded/releases/download", tag);
}

/** The names of a published release's assets, sorted. */
export async function assetNames({ store }: TestStore, tag: string): Promise<string[]> {
  const release = (await store.list()).find((one) => one.tag === tag && !one.draft);
  return (release?.assets ?? []).map(({ name }) => name).toSorted();
}

/** The tags of all releases, sorted; drafts have a question mark. */
export async function tagsOf({ store }: TestStore): Promise<string[]> {
  return (await store.list()).map(({ tag, draft }) => `${tag}${draft ? "?" : ""}`).toSorted();
}

/** The tag of the update directory that hosts are directed to. */
export async function latestTag({ store }: TestStore): Promise<string> {
  return (await store.list()).find(({ latest }) => latest)?.tag ?? "";
}
