/**
 * The upstreams that kiln knows: Debian's package archive, and repositories on GitHub. Apart from their schema, which the
 * command line does not load to print its help.
 */
export const upstreamNames = ["debian", "github"] as const;
export type UpstreamName = (typeof upstreamNames)[number];
