import { z } from "zod";
import { parseImageVersion, parseUpstreamVersion } from "./version.ts";

const version = z
  .string()
  .refine((text) => parseUpstreamVersion(text) === text, "a version such as 3.5.0, without v");

const imageVersion = z
  .string()
  .refine(
    (text) => parseImageVersion(text) !== undefined,
    "a version such as 3.5.31, or 3.5.31-2 for one revision of it",
  );

/** A text that becomes a part of the index, of release notes, and of a host's journal. */
const reason = z
  .string()
  .regex(/^[!-~]([ -~]{0,198}[!-~])?$/, "a reason on one line of at most 200 ASCII characters");

const series = z
  .string({ error: 'a series in quotes, such as "3.5"' })
  .regex(/^\d+(\.\d+)?$/, 'a series such as "3.5": a major version, or a major and a minor one');

/** For how many versions of a series hosts can find images. */
export const retain = z.int().min(1);

export const rollout = z
  .string()
  .regex(
    /^(none|[1-9]\d{0,3}[mhd])$/,
    "none, or a time such as 48h: a number of minutes (m), hours (h) or days (d)",
  );

/** The schema of `versions` in `extension.yaml`. */
export const versions = z
  .strictObject({
    track: z
      .union(
        [
          z.literal("newest"),
          z
            .string()
            .regex(
              /^newest [2-9] series$/,
              'newest, a number of series such as "newest 3 series", or a list such as ["3.5"]',
            ),
          z.array(series).min(1),
        ],
        { error: 'newest, a number of series such as "newest 3 series", or a list such as ["3.5"]' },
      )
      .default("newest")
      .describe(
        "What hosts follow: newest, the newest version; a list of series, the newest version of each; or newest N series, the newest version of each of the N newest series.",
      ),
    endOfLife: z
      .record(series, z.iso.date('a date such as "2027-06-30"'))
      .optional()
      .describe("For each series, the date from which nothing of it is built."),
    minimum: version.optional().describe("Versions below this one are not built."),
    retain: retain
      .default(2)
      .describe(
        "How many versions of each series the update directory keeps; by default as many as kiln.yaml says, or 2.",
      ),
    exclude: z
      .array(version)
      .default([])
      .describe("Versions that are not built, because they are known to be bad."),
    rollout: rollout
      .optional()
      .describe(
        "How long it takes until a new version has reached all hosts with kiln-host, one after the other; none if each takes it at its next check. By default what kiln.yaml says, or none.",
      ),
    paused: z
      .record(imageVersion, reason)
      .default({})
      .describe(
        "Versions that no further host takes, each with the reason; hosts that have one keep it. A version without a revision number means all its revisions.",
      ),
    withdrawn: z
      .record(imageVersion, reason)
      .default({})
      .describe(
        "Versions that hosts leave for the newest allowed one, each with the reason. A version without a revision number means all its revisions.",
      ),
  })
  .describe("Which of upstream's versions are built; prereleases never are.");

/** What applies to each extension whose definition says nothing else: `kiln.yaml` contains it. */
export interface VersionDefaults {
  retain?: number | undefined;
  rollout?: string | undefined;
}

/** Fills in what a definition, as it was written, does not say about its versions. */
export function withDefaults(definition: unknown, { retain: kept, rollout: time }: VersionDefaults): unknown {
  if (!isMap(definition)) return definition;
  const { versions: given = {} } = definition;
  return isMap(given) ? { ...definition, versions: { retain: kept, rollout: time, ...given } } : definition;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
