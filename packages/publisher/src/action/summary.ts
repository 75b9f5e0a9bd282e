import { markdownTable } from "@sysext-kiln/action";
import { type Definition, imageName, type Plan } from "@sysext-kiln/extension";
import { formatBytes } from "@sysext-kiln/machine";
import type { VersionImages } from "../whole-versions.ts";
import type { Published } from "./publish-everything.ts";

/** What a person wants to know: what came of each image, and whether hosts see something new. */
export function publishSummary(
  { builds }: Plan,
  definitions: readonly Definition[],
  versions: readonly VersionImages[],
  { changed, published }: Published,
): string {
  const built = versions.flatMap(({ tag, images, isWhole }) =>
    images.map(({ record: { image } }) => [
      image.name,
      formatBytes(image.size),
      published.includes(tag)
        ? `published as ${tag}`
        : isWhole
          ? "not published now"
          : "waits: an architecture was not built",
    ]),
  );
  const planned = builds.flatMap(({ extension, version, architecture }) => {
    const definition = definitions.find(({ name }) => name === extension);
    return definition ? [imageName(definition, version, architecture)] : [];
  });
  const lost = planned
    .filter((name) => built.every(([image]) => image !== name))
    .map((name) => [name, "", "not built: the job of its build says why"]);
  const rows = [...built, ...lost];
  return [
    ...(rows.length > 0 ? [markdownTable(["image", "size", ""], rows), ""] : []),
    changed ? "The update directory is new." : "The update directory is as it was.",
  ].join("\n");
}
