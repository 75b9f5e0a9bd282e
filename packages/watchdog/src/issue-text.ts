import { markdownTable } from "@sysext-kiln/action";
import type { Problem } from "./problems.ts";

export const title = "Releases need attention";

/** Finds the issue, together with the mark in its text. */
export const label = "kiln-watchdog";

/** What a run reports. */
export interface Report {
  problems: readonly Problem[];
  /** The URL of the run. */
  run: string;
  now: Date;
}

const mark = /<!-- kiln-watchdog since (?<since>\S+) -->/;

/** @param since when the problems began: now, for a new issue */
export function formatIssue({ problems, run, now }: Report, since = now.toISOString()): string {
  return [
    "The workflow that releases new versions to hosts needs attention. Hosts keep what they have, and everything that can be",
    "built and published still is.",
    "",
    markdownTable(
      ["expected", "found"],
      problems.map(({ expected, found }) => [expected, found]),
    ),
    "",
    `First seen at ${since}, last seen at ${now.toISOString()} by ${run}. Each failed job says what to do next.`,
    "",
    "Every run updates this text, and the first successful run closes the issue.",
    "",
    `<!-- kiln-watchdog since ${since} -->`,
    "",
  ].join("\n");
}

/** When the problems of an issue began; undefined if the text is not from the watchdog. */
export function parseSince(body: string): string | undefined {
  return mark.exec(body)?.groups?.["since"];
}
