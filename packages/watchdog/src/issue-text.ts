import { markdownTable } from "@sysext-kiln/action";
import type { Trouble } from "./troubles.ts";

export const title = "Releases need attention";

/** What finds the issue again, with the mark in its text. */
export const label = "kiln-watchdog";

/** What a run has to say. */
export interface Report {
  troubles: readonly Trouble[];
  /** The address of the run. */
  run: string;
  now: Date;
}

const mark = /<!-- kiln-watchdog since (?<since>\S+) -->/;

/** @param since when the trouble began; now, where it is new */
export function formatIssue({ troubles, run, now }: Report, since = now.toISOString()): string {
  return [
    "The workflow that keeps hosts supplied with new versions is not well. Hosts keep what they have; what could be built",
    "and published is, all the same.",
    "",
    markdownTable(
      ["expected", "found"],
      troubles.map(({ what, found }) => [what, found]),
    ),
    "",
    `Seen first at ${since}, and last at ${now.toISOString()} by ${run}. Each job that failed says there what to do next.`,
    "",
    "This text is brought up to date by every run, and the issue is closed by the first one that succeeds.",
    "",
    `<!-- kiln-watchdog since ${since} -->`,
    "",
  ].join("\n");
}

/** When the trouble began that an issue tells of; undefined where the text is not ours. */
export function parseSince(body: string): string | undefined {
  return mark.exec(body)?.groups?.["since"];
}
