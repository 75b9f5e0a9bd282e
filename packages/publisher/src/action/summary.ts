import { markdownTable } from "@sysext-kiln/action";
import { type Definition, imageName, type Plan } from "@sysext-kiln/extension";
import { formatBytes } from "@sysext-kiln/machine";
import type { Published } from "../publish-all.ts";

/** What a person wants to know: what came of each image, and whether hosts see something new. */
export function publishSummary(
  { builds }: Plan,
  definitions: readonly Definition[],
  { updated, tags, versions }: Published,
): string {
  const built = versions.flatMap(({ tag, images, isWhole }) =>
    images.map(({ record: { image } }) => [
      image.name,
      formatBytes(image.size),
      tags.includes(tag)
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
    updated ? "New update directory." : "Update directory unchanged.",
  ].join("\n");
}
