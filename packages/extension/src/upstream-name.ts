// Apart from their schema, which the command line does not load to print its help.

/** The upstreams that an extension may have several of; `--from` chooses one. */
export const choosableUpstreams = ["debian", "go", "github", "http"] as const;
export type ChoosableUpstream = (typeof choosableUpstreams)[number];

/** Every upstream: Debian's package archive, Go modules, repositories on GitHub, other servers, and the extension's own files. */
export const upstreamNames = [...choosableUpstreams, "files"] as const;
export type UpstreamName = (typeof upstreamNames)[number];

/** Where the version of a build comes from: an upstream, or a folder on this machine, which nobody vouches for. */
export const buildOrigins = [...upstreamNames, "folder"] as const;
export type BuildOrigin = (typeof buildOrigins)[number];
