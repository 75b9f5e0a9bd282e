import { markdownTable } from "@sysext-kiln/action";
import { type Definition, imageName, type Plan } from "@sysext-kiln/extension";
import { formatBytes } from "@sysext-kiln/machine";
import type { Published } from "../publish-all.ts";

/** Summarizes for people what happened to each image, and whether hosts see something new. */
export function publishSummary(
  { builds }: Plan,
  definitions: readonly Definition[],
  { updated, tags, versions }: Published,
): string {
  const built = versions.flatMap(({ tag, images, isComplete }) =>
    images.map(({ record: { image } }) => [
      image.name,
      formatBytes(image.size),
      tags.includes(tag)
        ? `published as ${tag}`
        : isComplete
          ? "not published in this run"
          : "not published yet: the image for another architecture is missing",
    ]),
  );
  const planned = builds.flatMap(({ extension, version, architecture }) => {
    const definition = definitions.find(({ name }) => name === extension);
    return definition ? [imageName(definition, version, architecture)] : [];
  });
  const missing = planned
    .filter((name) => built.every(([image]) => image !== name))
    .map((name) => [name, "", "not built: see the log of its build job"]);
  const rows = [...built, ...missing];
  return [
    ...(rows.length > 0 ? [markdownTable(["image", "size", ""], rows), ""] : []),
    updated ? "New update directory." : "Update directory unchanged.",
  ].join("\n");
}
