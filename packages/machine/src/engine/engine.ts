import type { RunOptions } from "../run.ts";

/** A Docker engine that answers, with the client and the build plugin that talk to it. */
export interface Engine {
  /** Whose engine it is: one that was there, or one that kiln started for itself and that has no network of its own. */
  readonly kind: "machine" | "own";
  /** The `--network` for builds and containers that need to reach a package mirror. */
  readonly network: "host" | "default";
  /** What the two programs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly versions: { readonly client: string; readonly server: string; readonly buildx: string };
  /** Runs `docker ARGS` and gives its standard output. */
  docker(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Runs `docker buildx ARGS` and gives its standard output; progress comes on the error stream. */
  buildx(args: readonly string[], options?: RunOptions): Promise<string>;
}
