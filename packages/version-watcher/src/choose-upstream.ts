import { KilnError } from "@sysext-kiln/error";
import { upstreamNames, type Definition, type UpstreamName } from "@sysext-kiln/extension";

type Has = Pick<Definition, "name" | "upstreams">;

/**
 * The upstream that an extension's versions are taken from: the one that is asked for; where none is, Debian's archive
 * if the extension has it, and its other upstream if not. What an upstream offers, or whether it answers, plays no part.
 * @throws KilnError `unknown-upstream`
 */
export function chooseUpstream(definition: Has, asked?: UpstreamName): UpstreamName {
  const [first, ...others] = upstreamsOf(definition);
  if (first === undefined) throw new Error(`${definition.name} has no upstream`);
  if (asked === undefined || asked === first || others.includes(asked)) return asked ?? first;
  throw new KilnError("unknown-upstream", {
    expected: `an upstream that ${definition.name} has: ${[first, ...others].join(", ")}`,
    found: asked,
    next: `ask for another upstream, or add "upstreams.${asked}" to extensions/${definition.name}/extension.yaml`,
  });
}

/** The upstreams that an extension has. */
export function upstreamsOf({ upstreams }: Has): UpstreamName[] {
  return upstreamNames.filter((name) => upstreams[name] !== undefined);
}
