import { KilnError } from "@sysext-kiln/error";
import {
  choosableUpstreams,
  upstreamNames,
  type ChoosableUpstream,
  type Definition,
  type Extension,
  type UpstreamName,
} from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { debianArchive, type DebianArchive } from "./debian/archive.ts";
import { debianUpstream } from "./debian/upstream.ts";
import { filesUpstream } from "./files/upstream.ts";
import { configuredGoAccess, type GoAccess } from "./go/proxy.ts";
import { goUpstream } from "./go/upstream.ts";
import { githubUpstream } from "./github/upstream.ts";
import { configuredAccess, type GitHubAccess } from "./github/tag-content.ts";
import { httpUpstream } from "./http/upstream.ts";
import type { OpenedSource } from "../sources.ts";
import { memoize, type Subject, type Upstream } from "./upstream.ts";

type UpstreamsOfExtension = Pick<Definition, "name" | "upstreams">;

/** The upstreams that an extension has. */
function upstreamsOf({ upstreams }: UpstreamsOfExtension): UpstreamName[] {
  return upstreamNames.filter((name) => upstreams[name] !== undefined);
}

/** The upstream of an extension for which none is requested: Debian's archive, if it has that. */
export function firstUpstream(definition: UpstreamsOfExtension): UpstreamName {
  const [first] = upstreamsOf(definition);
  if (first === undefined) throw new Error(`${definition.name} has no upstream`);
  return first;
}

/** The upstream that versions come from, and what happens to an extension without it. */
export interface UpstreamChoice {
  /** Undefined for the first one of each extension. */
  from: ChoosableUpstream | undefined;
  /** An extension without it fails, is skipped, or uses its first upstream. */
  otherwise: "fail" | "skip" | "first";
}

/**
 * The upstream that an extension's versions are taken from: the requested one, or else the extension's first
 * one; always its files, if it consists of files. It depends neither on what an upstream offers nor on
 * whether it responds.
 * @returns undefined if the extension is skipped
 * @throws KilnError `unknown-upstream`
 */
export function chooseUpstream(
  definition: UpstreamsOfExtension,
  { from: requested, otherwise }: UpstreamChoice,
  say: Say,
): UpstreamName | undefined {
  const first = firstUpstream(definition);
  if (requested === undefined || first === "files") return first;
  if (definition.upstreams[requested] !== undefined) return requested;
  if (otherwise === "first") return first;
  if (otherwise === "skip") {
    say(`skipped: it has no upstream ${requested}, only ${upstreamsOf(definition).join(", ")}`);
    return undefined;
  }
  throw new KilnError("unknown-upstream", {
    expected: `an upstream that ${definition.name} has: ${upstreamsOf(definition).join(", ")}`,
    found: requested,
    next: `choose another upstream, or add "upstreams.${requested}" to extensions/${definition.name}/extension.yaml`,
  });
}

/** How upstreams are reached. */
export interface UpstreamAccess {
  /** Takes a line for a person about what is being read. */
  say: Say;
  archive: DebianArchive;
  /** Called only for an upstream on GitHub. */
  github: () => GitHubAccess;
  /** Called only for an upstream with Go modules. */
  go: () => GoAccess;
}

/** Returns a function that makes the access for one extension; all extensions share one GitHub client, and
 * what the module proxy answered. */
export function sharedAccess(): (say: Say, warn?: Say) => UpstreamAccess {
  let shared: GitHubAccess | undefined;
  const github = (say: Say) => ({ ...(shared ??= configuredAccess(say)), say });
  const lists = memoize(
    (module: string, say: Say) => configuredGoAccess(say).list(module),
    (module) => module,
  );
  const go = (say: Say): GoAccess => ({ say, list: (module) => lists(module, say) });
  return (say, warn) => ({
    say,
    archive: debianArchive(say, warn),
    github: () => github(say),
    go: () => go(say),
  });
}

/** Opens one of the upstreams that an extension has. */
export function openUpstream(
  name: UpstreamName,
  { definition, folder }: Extension,
  access: UpstreamAccess,
): Upstream {
  const { name: extension, architectures, upstreams } = definition;
  const subject: Subject = { name: extension, extension, folder, architectures, key: `upstreams.${name}` };
  return open(name, upstreams, subject, access);
}

/** Opens the further sources of an extension. */
export function openSources({ definition, folder }: Extension, access: UpstreamAccess): OpenedSource[] {
  const { name: extension, architectures } = definition;
  return Object.entries(definition.sources ?? {}).map(([name, { version, ...upstreams }]) => {
    const kind = choosableUpstreams.find((one) => upstreams[one] !== undefined);
    if (kind === undefined) throw new Error(`the source ${name} of ${extension} has no upstream`);
    const subject = { name, extension, folder, architectures, key: `sources.${name}.${kind}` };
    return { name, policy: version, upstream: open(kind, upstreams, subject, access) };
  });
}

function open(
  name: UpstreamName,
  { debian, go, github, http, files }: Partial<Definition["upstreams"]>,
  subject: Subject,
  access: UpstreamAccess,
): Upstream {
  if (name === "debian" && debian) return debianUpstream(access.archive, debian, subject);
  if (name === "go" && go) return goUpstream(access.go(), go, subject);
  if (name === "github" && github) return githubUpstream(access.github(), github, subject);
  if (name === "http" && http) return httpUpstream(access, http, subject);
  if (name === "files" && files) return filesUpstream(files);
  throw new Error(`${subject.extension} has no upstream ${name}`);
}
