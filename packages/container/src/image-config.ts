import { formatImageVersion, type ImageVersion } from "@sysext-kiln/extension";
import type { ContainerInputs } from "./inputs.ts";

/** Where the container's sources are, if that is known. */
export interface Origin {
  /** The URL of the repository; a registry links the container to it. */
  source?: string | undefined;
  /** The commit from which it was built. */
  revision?: string | undefined;
}

/**
 * Labels with the container's inputs; comparing them with the current inputs shows whether it is out of date.
 */
export const inputLabels = {
  recipe: "sysext-kiln.recipe",
  compiler: "sysext-kiln.compiler",
} as const satisfies Record<keyof ContainerInputs, string>;

/** The label, and the layout's annotation, of a container that no upstream vouches for; its value is an `UnverifiedSource`. */
export const sourceLabel = "sysext-kiln.source";

/** Where an image comes from for which no upstream vouches: a folder, or, without a record that fits, nobody knows. */
export const unverifiedSources = ["folder", "unknown"] as const;
export type UnverifiedSource = (typeof unverifiedSources)[number];

/** An image configuration (OCI image specification, "Image Configuration"). */
export interface ImageConfig {
  created: string;
  architecture: string;
  os: "linux";
  config: {
    User: string;
    Entrypoint: readonly string[];
    Env: readonly string[];
    WorkingDir: string;
    StopSignal: string;
    Labels: Readonly<Record<string, string>>;
  };
  rootfs: { type: "layers"; diff_ids: readonly string[] };
  history: readonly { created: string; created_by: string }[];
}

interface Described {
  version: ImageVersion;
  license: string;
  origin: Origin;
  unverified?: UnverifiedSource | undefined;
}

/** Labels that differ between builds of the same bytes. */
export const originLabels: readonly string[] = [
  "org.opencontainers.image.source",
  "org.opencontainers.image.revision",
];

/**
 * The configuration of one architecture's image.
 * @param epoch the date of keepalived, in seconds since 1970
 */
export function imageConfig(
  { version, license, origin, unverified }: Described,
  inputs: ContainerInputs,
  architecture: string,
  diffId: string,
  epoch: number,
): ImageConfig {
  const created = new Date(epoch * 1000).toISOString().replace(".000Z", "Z");
  const { source, revision } = origin;
  return {
    created,
    architecture,
    os: "linux",
    config: {
      User: "0:0",
      Entrypoint: ["/usr/bin/keepalivedctl"],
      Env: ["PATH=/usr/bin"],
      WorkingDir: "/",
      StopSignal: "SIGTERM",
      Labels: {
        ...named("title", "keepalived"),
        ...named("description", "keepalived as one static program: virtual addresses by VRRP"),
        ...named("version", formatImageVersion(version)),
        ...named("licenses", license),
        ...named("created", created),
        ...named("source", source),
        ...named("revision", revision),
        ...(unverified !== undefined && { [sourceLabel]: unverified }),
        [inputLabels.recipe]: inputs.recipe,
        [inputLabels.compiler]: inputs.compiler,
      },
    },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created, created_by: "sysext-kiln" }],
  };
}

function named(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [`org.opencontainers.image.${name}`]: value };
}
