import type { NodePlace, VrrpOptions } from "./options.ts";

/** A command to be run inside a node. */
export type NodeCommand = readonly [string, ...string[]];

/** One way to run keepalived on a node. */
export interface Runtime {
  readonly name: string;
  /** Puts what is needed into a node; gives the command that is keepalived until it ends. */
  prepare(node: NodePlace, options: VrrpOptions): Promise<NodeCommand>;
  /** The command that asks keepalived to end. */
  readonly stop: NodeCommand;
  /** The command that ends every process of keepalived at once, so that nothing can be tidied up. */
  readonly kill: NodeCommand;
}
