import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import {
  compareImageVersions,
  isPrerelease,
  parseImageVersion,
  readDocument,
  type ImageVersion,
} from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { z } from "zod";
import { sourceLabel, unverifiedSources, type UnverifiedSource } from "./image-config.ts";
import type { Registry } from "./registry.ts";

/** The part of a layout's `index.json` that names the container. */
const layoutSchema = z.object({
  manifests: z.tuple([
    z.object({
      digest: z.string(),
      annotations: z.object({
        "org.opencontainers.image.ref.name": z.string(),
        "org.opencontainers.image.version": z.string(),
        [sourceLabel]: z.enum(unverifiedSources).optional(),
      }),
    }),
  ]),
});

export interface PushedContainer {
  repository: string;
  /** The tag that always points to these contents. */
  tag: string;
  /** The digest that the tags point to. */
  digest: string;
  /** The tags that now point to it as well: the version, and `latest` for the newest version. */
  moved: readonly string[];
  /** Whether the registry already had these contents. */
  wasThere: boolean;
}

/**
 * Pushes a layout to a repository such as `ghcr.io/owner/keepalived`: first with the tag that is derived from
 * its contents, then with the tags that move. Can be killed at any point and run again.
 * @throws KilnError `document-invalid`, `digest-mismatch`, and those of the registry; `extension-image-invalid`
 * for a container that no upstream vouches for
 */
export async function pushContainer(layout: string, registry: Registry, say: Say): Promise<PushedContainer> {
  const { repository } = registry;
  const { tag, version, digest } = await readLayout(layout);
  const before = await registry.digestOf(tag);
  if (before === undefined) {
    say(`pushing ${repository}:${tag}`);
    await registry.push(layout, tag);
  }
  const moved = [version];
  if (await isNewest(registry, version)) moved.push("latest");
  // The version's tag comes last: it shows the next run that everything is done.
  for (const name of moved.toReversed()) {
    say(`tagging ${tag} as ${name}`);
    await registry.retag(tag, name);
  }
  const pushed = await registry.digestOf(tag);
  if (pushed === undefined || (before === undefined && pushed !== digest)) {
    throw new KilnError("digest-mismatch", {
      expected: `${repository}:${tag} to be ${digest}, the digest that was pushed`,
      found: pushed ?? "no such tag",
      next: "run the same command again; if the problem persists, check the registry",
    });
  }
  return { repository, tag, digest: pushed, moved, wasThere: before !== undefined };
}

const foundSources: Readonly<Record<UnverifiedSource, string>> = {
  folder: "one that was built from a folder (kiln build --source)",
  unknown: "one whose image had no build record, or the record of another image",
};

async function readLayout(layout: string): Promise<{ tag: string; version: string; digest: string }> {
  const index = join(layout, "index.json");
  const { manifests } = await readDocument(index, layoutSchema, {
    what: `${index} to be the index that \`kiln container build\` writes`,
    next: "build the container again",
  });
  const [{ digest, annotations }] = manifests;
  const unverified = annotations[sourceLabel];
  if (unverified !== undefined) {
    throw new KilnError("extension-image-invalid", {
      expected: `${layout} to contain a keepalived that was built from an upstream, because only that is pushed`,
      found: foundSources[unverified],
      next: "build it from an upstream; for nodes of your own, other programs copy the layout, such as skopeo",
    });
  }
  return {
    digest,
    tag: annotations["org.opencontainers.image.ref.name"],
    version: annotations["org.opencontainers.image.version"],
  };
}

/**
 * Whether `latest` should move: not for an older series that is still maintained, and not for a prerelease.
 */
async function isNewest(registry: Registry, tag: string): Promise<boolean> {
  const version = parseImageVersion(tag);
  if (version === undefined || isPrerelease(version.upstream)) return false;
  const others = (await registry.tags())
    .map(parseImageVersion)
    .filter((other): other is ImageVersion => other !== undefined && !isPrerelease(other.upstream));
  return others.every((other) => compareImageVersions(other, version) <= 0);
}
