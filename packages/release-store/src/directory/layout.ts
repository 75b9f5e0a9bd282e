import { join } from "node:path";
import { updateDirectoryPath } from "@sysext-kiln/extension";

/** Where a directory store keeps what. A web server's root is the directory itself. */
export interface Layout {
  /** `TAG/ASSET` of everything published. */
  published: string;
  /** The symlink to the latest release's folder. */
  latest: string;
  /** `TAG/ASSET` of what is being prepared, on the same file system so that a rename publishes it. */
  drafts: string;
  /** What is being removed. */
  trash: string;
  lock: string;
}

/** The notes of a release, beside its assets but not one of them. */
export const notesFile = ".notes.md";

/** What an unfinished upload is called: its asset's name in between. */
export const partial = { prefix: ".", suffix: ".partial" } as const;

export function layoutOf(root: string): Layout {
  return {
    published: join(root, "releases/download"),
    latest: join(root, updateDirectoryPath),
    drafts: join(root, ".drafts"),
    trash: join(root, ".trash"),
    lock: join(root, ".lock"),
  };
}
