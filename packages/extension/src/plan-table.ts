import type { Plan } from "./plan.ts";
import { formatImageVersion } from "./version.ts";

/** What is shown instead of the table of an empty plan. @param failed the extensions that could not be checked */
export function nothingToBuild(failed: readonly string[]): string {
  return failed.length === 0
    ? "Nothing to build: every wanted version is published."
    : `Nothing to build, but these could not be checked: ${failed.join(", ")}.`;
}

/** A plan as a table for people: its heading and its rows. */
export function planTable({ builds }: Plan): { heading: string[]; rows: string[][] } {
  return {
    heading: ["extension", "version", "architecture", "upstream"],
    rows: builds.map(({ extension, version, architecture, upstream }) => [
      extension,
      formatImageVersion(version),
      architecture,
      upstream,
    ]),
  };
}
