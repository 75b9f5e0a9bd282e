import { type Definition, withdrawalOf } from "@sysext-kiln/extension";
import { publishedVersions, type Release, type ReleaseStore } from "@sysext-kiln/release-store";

/**
 * Makes the notes of the permanent releases say which versions are withdrawn, and why; and not of those that
 * are so no longer.
 * @param releases what the store has now
 */
export async function markWithdrawn(
  store: ReleaseStore,
  definitions: readonly Definition[],
  releases: readonly Release[],
): Promise<void> {
  for (const definition of definitions) {
    for (const { version, release } of publishedVersions(definition, releases)) {
      const notes = withMark(release.notes, withdrawalOf(version, definition.versions));
      if (notes !== release.notes) await store.editNotes(release, notes);
    }
  }
}

const mark = /^\*\*Withdrawn: [^\n]*\*\*\n\n/;

/** The notes with a first paragraph about the withdrawal. */
function withMark(notes: string, reason: string | undefined): string {
  const others = notes.replace(mark, "");
  return reason === undefined ? others : `**Withdrawn: ${reason}**\n\n${others}`;
}
