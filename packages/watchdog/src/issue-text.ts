import { markdownTable } from "@sysext-kiln/action";
import type { Problem } from "./problems.ts";

/** What an issue is about: the runs of the release workflow, or the releases that exist. Each has its own. */
export type Subject = "runs" | "releases";

export const titles: Readonly<Record<Subject, string>> = {
  runs: "Releases need attention",
  releases: "Published releases need attention",
};

const introductions: Readonly<Record<Subject, readonly string[]>> = {
  runs: [
    "The workflow that releases new versions to hosts needs attention. Hosts keep what they have, and everything that can be",
    "built and published still is.",
  ],
  releases: [
    "The daily check of the published releases has failed. If one was changed, find out who did it before you remove the release;",
    "kiln then builds the next revision of its version. Hosts refuse an image whose digest is not the one in the index.",
  ],
};

/** Finds the issue, together with the mark in its text. */
export const label = "kiln-watchdog";

/** What a run reports. */
export interface Report {
  subject: Subject;
  problems: readonly Problem[];
  /** The URL of the run. */
  run: string;
  now: Date;
}

/** The mark of issues about runs has no subject, as in earlier versions. */
const marks: Readonly<Record<Subject, string>> = {
  runs: "kiln-watchdog",
  releases: "kiln-watchdog releases",
};

/** @param since when the problems began: now, for a new issue */
export function formatIssue({ subject, problems, run, now }: Report, since = now.toISOString()): string {
  return [
    ...introductions[subject],
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
    `<!-- ${marks[subject]} since ${since} -->`,
    "",
  ].join("\n");
}

/** When the problems of an issue began; undefined if the text is not the watchdog's, or about something else. */
export function parseSince(body: string, subject: Subject): string | undefined {
  return new RegExp(`<!-- ${marks[subject]} since (?<since>\\S+) -->`).exec(body)?.groups?.["since"];
}
