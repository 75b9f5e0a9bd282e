import type { Architecture, Definition } from "@sysext-kiln/extension";
import type { BuildOrder, Input } from "./plan.ts";

/** Where an extension's versions come from. */
export interface Upstream {
  readonly name: BuildOrder["upstream"];
  /** Every version whose files are there for all of the extension's architectures, in no particular order. */
  versions(definition: Definition): Promise<string[]>;
  /** The files of one of these versions. */
  inputs(definition: Definition, version: string, architecture: Architecture): Promise<Input[]>;
}
