import type { Architecture, BuildOrigin, Input, UpstreamName } from "@sysext-kiln/extension";

/** A version that an upstream has. */
export interface UpstreamVersion {
  version: string;
  /** The git object of its tag, for an upstream with tags. */
  id?: string;
}

/**
 * What tells that the files of a published version are the same as before, without a request for them:
 * its number alone; its number and the git object of its tag; or nothing, so that they are always requested.
 */
export type FilesIdentity = "version" | "tag" | "none";

/** Whether what was published before was built from an input. */
export type IsKnown = (input: Input) => boolean;

/** Where versions come from. Each kind has a folder of its own, whose `upstream.ts` implements this. */
export interface Upstream<Name extends BuildOrigin = UpstreamName> {
  name: Name;
  filesIdentity: FilesIdentity;
  /** All versions, each once, in no particular order. */
  versions(): Promise<UpstreamVersion[]>;
  /**
   * Why a version cannot be built, or not yet, to complete the sentence "a version, which ...": a file is
   * missing for one of the architectures, or upstream has marked it as a prerelease. Undefined if it can be
   * built.
   */
  unavailableReason(version: string): Promise<string | undefined>;
  /**
   * The contents of a file in the repository of an available version, as the version has it; undefined if
   * there is no such file. Absent if the upstream has no repository.
   */
  fileInRepository?: ((version: string, path: string) => Promise<string | undefined>) | undefined;
  /**
   * Whether what upstream renews under the same version, such as a compiler, is still the newest. Undefined for
   * an upstream that renews nothing.
   * @param pins of the inputs that a published image was built from, by their names
   */
  isCurrent?(pins: Readonly<Record<string, string>>): Promise<boolean>;
  /**
   * The files of an available version, each pinned by a digest that upstream vouches for.
   * @param isKnown for which inputs an upstream without identity of its files need not ask whether they are
   * still there, because the caller only compares them with what was published
   */
  inputs(version: string, architecture: Architecture, isKnown?: IsKnown): Promise<Input[]>;
}

/** What an upstream is opened for. */
export interface Subject {
  /** The name that its inputs get. */
  name: string;
  /** The extension, for messages. */
  extension: string;
  /** The extension's folder, which has the public keys of signatures. */
  folder: string;
  architectures: readonly Architecture[];
  /** The key of `extension.yaml` that configures the upstream, for messages: `upstreams.github`. */
  key: string;
}

/** Returns a function that does its work once for each key, and returns the same promise to every caller. */
export function memoize<A extends unknown[], T>(
  work: (...args: A) => Promise<T>,
  keyOf: (...args: A) => string,
): (...args: A) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (...args) => {
    const key = keyOf(...args);
    const found = known.get(key) ?? work(...args);
    known.set(key, found);
    return found;
  };
}
