import type { Architecture, Input, UpstreamName } from "@sysext-kiln/extension";

/** A version that an upstream has. */
export interface UpstreamVersion {
  version: string;
  /** While this is the same, so are its files: what a tag is in git. Undefined where only the files tell. */
  id?: string;
}

/** Where an extension's versions come from. */
export interface Upstream {
  readonly name: UpstreamName;
  /** Every version that it has of the extension, in no particular order, each once. */
  versions(): Promise<UpstreamVersion[]>;
  /**
   * Why a version can't be built, or not yet, as the end of "a version, which ...": a file that is missing for one of
   * the architectures, or upstream's own word that it is a prerelease. Undefined where it can.
   */
  withheld(version: string): Promise<string | undefined>;
  /** The files of a version that is not withheld. */
  inputs(version: string, architecture: Architecture): Promise<Input[]>;
}
