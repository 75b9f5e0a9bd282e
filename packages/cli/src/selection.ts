import { KilnError } from "@sysext-kiln/error";
import {
  extensionsToPublish,
  loadRepository,
  parseUpstreamVersion,
  requireOne,
  selectExtensions,
  choosableUpstreams,
  type Extension,
  type LoadedExtensions,
  type Repository,
  type RepositorySettings,
} from "@sysext-kiln/extension";
import type { UpstreamChoice } from "@sysext-kiln/version-watcher";
import { z } from "zod";

/** Options of every command. */
export const commonOptions = z.object({
  /** The folder with the definitions. */
  extensions: z.string(),
  json: z.boolean().default(false),
});
export type CommonOptions = z.infer<typeof commonOptions>;

/** Options of the commands that watch upstream. */
export const watchOptions = commonOptions.extend({
  /** The upstream; by default each extension's first. */
  from: z.enum(choosableUpstreams).optional(),
  version: z.string().optional(),
});
export type WatchOptions = z.infer<typeof watchOptions>;

/** Options of the commands that read what is published. */
export const pipelineOptions = watchOptions.extend({ to: z.string() });

/** The extensions that a command is about. */
export interface Selection {
  /** All extensions of the repository. */
  all: readonly Extension[];
  /** The names of those whose definitions are invalid: what is published of them stays published. */
  invalid: readonly string[];
  /** The extensions that the command is about. */
  selected: readonly Extension[];
  /** Why others that the command is about are invalid. */
  errors: readonly unknown[];
  /** Whether the user has named them; otherwise they are all extensions. */
  named: boolean;
  /** What `kiln.yaml` says. */
  settings: RepositorySettings;
}

/**
 * The upstream that a command watches: the requested one, or else the one in `kiln.yaml`. An extension that
 * lacks the requested one is an error if the user has named the extension, and is skipped otherwise; one that
 * lacks the one in `kiln.yaml` uses its first upstream.
 */
export function upstreamChoice(
  { named, settings }: { named: boolean; settings: RepositorySettings },
  from: WatchOptions["from"],
): UpstreamChoice {
  if (from === undefined) return { from: settings.upstream, otherwise: "first" };
  return { from, otherwise: named ? "fail" : "skip" };
}

/**
 * Loads the definitions, and selects extensions by name.
 * @param names all extensions are selected if it is empty
 * @throws KilnError `settings-invalid`, `unknown-extension`, `usage`
 */
export async function selectionFor(
  names: readonly string[],
  options: CommonOptions & { version?: string | undefined },
): Promise<Selection> {
  const repository = await loadRepository(options.extensions);
  return select(repository, selectExtensions(repository, names), { ...options, names });
}

/**
 * Loads the definitions, and selects the extensions that a run publishes: by name, or those in `kiln.yaml`.
 * @throws KilnError `settings-invalid`, `unknown-extension`, `usage`
 */
export async function selectionToPublish(
  names: readonly string[],
  options: CommonOptions & { version?: string | undefined },
): Promise<Selection> {
  const repository = await loadRepository(options.extensions);
  return select(repository, extensionsToPublish(repository, names), { ...options, names });
}

interface SelectOptions {
  names: readonly string[];
  version?: string | undefined;
}

/** @throws KilnError `usage` if a version is given for more than one extension, or is none */
function select(
  repository: Repository,
  { extensions, invalid }: LoadedExtensions,
  { names, version }: SelectOptions,
): Selection {
  const errors = invalid.map(({ error }) => error);
  const selection: Selection = {
    all: repository.extensions,
    invalid: repository.invalid.map(({ name }) => name),
    selected: extensions,
    errors,
    named: names.length > 0,
    settings: repository.settings,
  };
  if (version === undefined) return selection;
  if (errors.length > 0) throw new AggregateError(errors);
  requireOne(selection.selected);
  if (parseUpstreamVersion(version) === undefined) {
    throw new KilnError("usage", {
      expected: "a version: numbers with dots between them, with or without v",
      found: JSON.stringify(version.slice(0, 80)),
      next: "./kiln list shows the versions that upstream has",
    });
  }
  return selection;
}
