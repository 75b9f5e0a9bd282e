import { join } from "node:path";
import { updateDirectoryPath } from "@sysext-kiln/extension";

/** The paths of a directory store. A web server's root is the directory itself. */
export interface Layout {
  /** `TAG/ASSET` of everything published. */
  published: string;
  /** The symbolic link to the folder of the latest release. */
  latest: string;
  /** `TAG/ASSET` of drafts, on the same file system so that a rename publishes them. */
  drafts: string;
  /** Releases that are being removed. */
  trash: string;
  lock: string;
}

/** The notes of a release, beside its assets but not one of them. */
export const notesFile = ".notes.md";

/** The name of an unfinished upload has its asset's name in between. */
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
