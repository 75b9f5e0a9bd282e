import { markdownTable } from "@sysext-kiln/action";
import { KilnError } from "@sysext-kiln/error";
import { formatBytes } from "@sysext-kiln/machine";
import type { Published, VersionImages } from "../publish-all.ts";
import type { BuiltImages } from "./images.ts";

/** Summarizes for people what happened to each image, and whether hosts see something new. */
export function publishSummary(
  run: BuiltImages,
  result: Published,
  { isEarly }: { isEarly: boolean },
): string {
  const { updated, versions } = result;
  const built = versions.flatMap((version) =>
    version.images.map(({ record: { image } }) => [
      image.name,
      formatBytes(image.size),
      outcomeOf(version, result, isEarly ? "the end of the run" : "the next run"),
    ]),
  );
  const published = run.published.flatMap(({ tag, images }) =>
    images.map((name) => [name, "", `already published as ${tag}`]),
  );
  const missing = notDelivered(run).map((name) => [name, "", "not built: see the log of its build job"]);
  const rows = [...published, ...built, ...missing];
  return [
    ...(rows.length > 0 ? [markdownTable(["image", "size", ""], rows), ""] : []),
    updated ? "New update directory." : "Update directory unchanged.",
  ].join("\n");
}

function outcomeOf(
  { tag, isComplete }: VersionImages,
  { tags, waiting, failed }: Published,
  next: string,
): string {
  if (!isComplete) return "not published yet: the image for another architecture is missing";
  if (tags.includes(tag)) return `published as ${tag}`;
  if (waiting.includes(tag)) return `waits for ${next}: see the log`;
  return failed.includes(tag) ? "not published: see the error" : "already published";
}

/** The planned images that no build job delivered, without those that are published already. */
export function notDelivered({ versions, published, images }: BuiltImages): string[] {
  const delivered = images.map(({ record }) => record.image.name);
  const present = new Set([...delivered, ...published.flatMap((version) => version.images)]);
  return versions.flatMap((version) => version.images).filter((name) => !present.has(name));
}

/** The problem that the update directory is out of date. */
export function notOffered(damage: string): KilnError {
  return new KilnError("not-published", {
    expected: "the update directory to be as it was published",
    found: damage,
    next: "run the workflow Release; if this persists, its log says why",
  });
}

/** How many problems the watchdog's issue lists. */
const mostProblems = 20;
/** Names of assets may come from anybody who can write releases, and an issue has a limit. */
const longestText = 500;

/** Problems as the watchdog reads them from the output of a job. */
export function formatProblems(problems: readonly KilnError[]): string {
  if (problems.length === 0) return "";
  const listed = problems
    .slice(0, mostProblems)
    .map(({ expected, found }) => ({ expected: short(expected), found: short(found) }));
  return JSON.stringify(listed);
}

function short(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}
