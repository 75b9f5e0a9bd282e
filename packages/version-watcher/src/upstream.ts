import type { Architecture, Input, UpstreamName } from "@sysext-kiln/extension";

/** A version that an upstream has. */
export interface UpstreamVersion {
  version: string;
  /** The git object of its tag, if that identifies its files as well. */
  id?: string;
}

/** Where an extension's versions come from. */
export interface Upstream {
  name: UpstreamName;
  /** All versions of the extension, each once, in no particular order. */
  versions(): Promise<UpstreamVersion[]>;
  /**
   * Why a version cannot be built, or not yet, to complete the sentence "a version, which ...": a file is
   * missing for one of the architectures, or upstream has marked it as a prerelease. Undefined if it can be
   * built.
   */
  unavailableReason(version: string): Promise<string | undefined>;
  /** The files of an available version. */
  inputs(version: string, architecture: Architecture): Promise<Input[]>;
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
