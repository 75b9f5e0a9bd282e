import { KilnError } from "@sysext-kiln/error";
import {
  loadExtensions,
  parseUpstreamVersion,
  requireOne,
  selectExtensions,
  upstreamNames,
  type Extension,
} from "@sysext-kiln/extension";
import type { WatchAllOptions } from "@sysext-kiln/version-watcher";
import { z } from "zod";

/** Options of every command. */
export const commonOptions = z.object({
  /** The folder of the definitions. */
  extensions: z.string(),
  json: z.boolean().default(false),
});
export type CommonOptions = z.infer<typeof commonOptions>;

/** Options of the commands that look at upstream. */
export const watchOptions = commonOptions.extend({
  /** The upstream; without it, each extension's first. */
  from: z.enum(upstreamNames).optional(),
  version: z.string().optional(),
});
export type WatchOptions = z.infer<typeof watchOptions>;

/** Options of the commands that look at what is published. */
export const pipelineOptions = watchOptions.extend({ to: z.string() });

/** The extensions that a command works on. */
export interface Selection {
  /** Every extension of the repository. */
  all: Extension[];
  /** Those that the command is about. */
  selected: Extension[];
  /** Whether a person has named them; all are meant where nobody has. */
  named: boolean;
}

/**
 * Which upstream a command watches. An extension that lacks it is an error where a person has named the extension, and is
 * skipped otherwise.
 */
export function upstreamChoice(
  { named }: Pick<Selection, "named">,
  { from, version }: Pick<WatchOptions, "from" | "version">,
): Pick<WatchAllOptions, "from" | "otherwise" | "version"> {
  return { from, otherwise: named ? "fail" : "skip", version };
}

export async function selectionFor(
  names: readonly string[],
  { extensions, version }: CommonOptions & { version?: string | undefined },
): Promise<Selection> {
  const all = await loadExtensions(extensions);
  const selected = selectExtensions(all, names);
  const selection = { all, selected, named: names.length > 0 };
  if (version === undefined) return selection;
  requireOne(selected);
  if (parseUpstreamVersion(version) === undefined) {
    throw new KilnError("usage", {
      expected: "a version such as 3.5.30 or v3.5.30",
      found: JSON.stringify(version.slice(0, 80)),
      next: "./kiln list shows what upstream has",
    });
  }
  return selection;
}
