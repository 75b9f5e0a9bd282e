import { formatSize, markdownTable } from "@sysext-kiln/action";
import type { Plan } from "@sysext-kiln/version-watcher";
import type { VersionImages } from "../whole-versions.ts";
import type { Published } from "./publish-everything.ts";

/** What a person wants to know: what came of each version, and whether hosts see something new. */
export function publishSummary(
  { builds }: Plan,
  versions: readonly VersionImages[],
  { changed, published }: Published,
): string {
  const rows = versions.flatMap(({ tag, images, isWhole }) =>
    images.map(({ record: { image } }) => [
      image.name,
      formatSize(image.size),
      published.includes(tag)
        ? `published as ${tag}`
        : isWhole
          ? "not published now"
          : "waits: an architecture was not built",
    ]),
  );
  const lost = builds.length - rows.length;
  return [
    ...(rows.length > 0 ? [markdownTable(["image", "size", ""], rows), ""] : []),
    ...(lost > 0 ? [`${lost} of ${builds.length} planned images were not built.`, ""] : []),
    changed ? "The update directory is new." : "The update directory is as it was.",
  ].join("\n");
}
