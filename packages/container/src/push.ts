import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import {
  compareImageVersions,
  isPrerelease,
  parseImageVersion,
  type ImageVersion,
} from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { z } from "zod";
import type { Registry } from "./registry.ts";

/** What of a layout's `index.json` says how it is called. */
const layoutSchema = z.object({
  manifests: z.tuple([
    z.object({
      digest: z.string(),
      annotations: z.object({
        "org.opencontainers.image.ref.name": z.string(),
        "org.opencontainers.image.version": z.string(),
      }),
    }),
  ]),
});

export interface PushedContainer {
  readonly repository: string;
  /** The tag whose contents never change. */
  readonly tag: string;
  /** Digest of what the tags name. */
  readonly digest: string;
  /** Tags that follow what is newest. */
  readonly moved: readonly string[];
  /** Whether the same contents were there before. */
  readonly wasThere: boolean;
}

/**
 * Pushes a layout to a repository of a registry such as `ghcr.io/owner/keepalived`: under a tag of its own, which keeps
 * its contents for ever, and then under the tags that follow. Can be killed anywhere and run again.
 */
export async function pushContainer(layout: string, registry: Registry, say: Say): Promise<PushedContainer> {
  const { repository } = registry;
  const { tag, version, digest } = await readLayout(layout);
  const there = await registry.digestOf(tag);
  if (there === undefined) {
    say(`pushing ${repository}:${tag}`);
    await registry.push(layout, tag);
  }
  const moved = [version];
  if (await isNewest(registry, version)) moved.push("latest");
  // The version's tag comes last: it tells the next run that all is done.
  for (const name of moved.toReversed()) {
    say(`${name} is ${tag}`);
    await registry.retag(tag, name);
  }
  const pushed = await registry.digestOf(tag);
  if (pushed === undefined || (there === undefined && pushed !== digest)) {
    throw new KilnError("digest-mismatch", {
      expected: `${repository}:${tag} to be ${digest}, as it was pushed`,
      found: pushed ?? "nothing under that tag",
      next: "run the same command again; if that is no help, look at the registry",
    });
  }
  return { repository, tag, digest: pushed, moved, wasThere: there !== undefined };
}

async function readLayout(layout: string): Promise<{ tag: string; version: string; digest: string }> {
  const invalid = (found: string, cause?: unknown) =>
    new KilnError("document-invalid", {
      expected: `${join(layout, "index.json")} to be what \`kiln container build\` wrote`,
      found,
      next: "build the container again",
      cause,
    });
  const text = await readFile(join(layout, "index.json"), "utf8").catch((cause: unknown) => {
    throw invalid("no such file", cause);
  });
  try {
    const json: unknown = JSON.parse(text);
    const [{ digest, annotations }] = layoutSchema.parse(json).manifests;
    return {
      digest,
      tag: annotations["org.opencontainers.image.ref.name"],
      version: annotations["org.opencontainers.image.version"],
    };
  } catch (cause) {
    throw invalid("another document", cause);
  }
}

/** A line that is kept alive beside a newer one does not get `latest`. */
async function isNewest(registry: Registry, tag: string): Promise<boolean> {
  const version = parseImageVersion(tag);
  if (version === undefined || isPrerelease(version.upstream)) return false;
  const others = (await registry.tags())
    .map(parseImageVersion)
    .filter((other): other is ImageVersion => other !== undefined && !isPrerelease(other.upstream));
  return others.every((other) => compareImageVersions(other, version) <= 0);
}
