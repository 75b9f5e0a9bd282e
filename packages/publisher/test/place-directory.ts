import { readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { directorySource } from "@sysext-kiln/publisher";
import { directoryStore } from "@sysext-kiln/release-store";
import type { Place } from "./place.ts";

export function openDirectory(folder: string): Promise<Place> {
  const root = join(folder, "public");
  const path = (tag: string, name: string) => join(root, "releases/download", tag, name);
  return Promise.resolve({
    folder,
    store: directoryStore(root),
    another: () => directoryStore(root),
    source: directorySource(root),
    async damage(tag, name, bytes) {
      // Not through it: the file may be the same as another release's.
      await rm(path(tag, name));
      if (bytes !== undefined) await writeFile(path(tag, name), bytes);
    },
    editNotes: async (tag, edit) =>
      writeFile(path(tag, ".notes.md"), edit(await readFile(path(tag, ".notes.md"), "utf8"))),
    notes: (tag) => readFile(path(tag, ".notes.md"), "utf8"),
    async leaveDraftsSince(date) {
      const drafts = join(root, ".drafts");
      for (const tag of await readdir(drafts)) await utimes(join(drafts, tag, ".notes.md"), date, date);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
