import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { z } from "zod";
import { extensionName } from "./definition.ts";
import { baseUrlOfUrl } from "./names.ts";
import { sha256Schema } from "./input.ts";
import { choosableUpstreams } from "./upstream-name.ts";
import { retain, rollout } from "./versions.ts";

const url = z
  .url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://", abort: true })
  .refine((text) => {
    const { username, password } = new URL(text);
    return username === "" && password === "";
  }, "a URL without a password, because it is given to hosts")
  .transform((text) => baseUrlOfUrl(new URL(text).href));

const containerRepository = z
  .string()
  .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9][a-z0-9._-]*)+$/, "a repository such as ghcr.io/owner/keepalived");

/** The schema of `kiln.yaml`. */
export const repositorySettingsSchema = z.strictObject({
  extensions: z
    .array(extensionName)
    .min(1)
    .optional()
    .describe(
      "The extensions that this repository watches, builds and publishes unless a command names others; by default all in extensions/ and those that it includes. kiln-host is always among them.",
    ),
  include: z
    .array(extensionName)
    .default([])
    .describe(
      "Extensions of sysext-kiln itself that this repository uses without a copy of their definitions in extensions/; kiln-host comes with them.",
    ),
  upstream: z
    .enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` })
    .optional()
    .describe(
      "The upstream that the command line (without --from) and the workflow use for extensions that have several; an extension without it uses its first one. The default is the first one on the command line, and github in the workflow.",
    ),
  rollout: rollout
    .optional()
    .describe(
      "How long it takes until a new version of an extension has reached all hosts with kiln-host, unless its definition says otherwise; none (the default) if each host takes it at its next check.",
    ),
  retain: retain
    .optional()
    .describe(
      "How many versions of each series the update directory keeps, unless an extension's definition says otherwise; by default 2.",
    ),
  baseUrl: url
    .optional()
    .describe("The URL at which hosts find the releases; on GitHub, the default is the repository's URL."),
  updateDirectory: z
    .enum(["images", "index"])
    .optional()
    .describe(
      "What the update directory contains: images (the default), which hosts with stock systemd-sysupdate need; or index, only the index that hosts with kiln-host follow, and kiln-host's own images.",
    ),
  bestBeforeDays: z
    .int()
    .min(2)
    .max(9999)
    .optional()
    .describe(
      "For how many days hosts accept an update directory; by default, its index has a limit of 90 days, and the manifest has none.",
    ),
  nextKey: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The file with the public key that will sign next, relative to kiln.yaml; hosts with kiln-host install it.",
    ),
  signingKeys: z
    .array(
      z.string().regex(/^[0-9A-F]{40}$/, "a fingerprint of 40 digits 0-9 and A-F, as ./kiln key prints it"),
    )
    .min(1)
    .readonly()
    .optional()
    .describe(
      "The fingerprints of the keys that sign what this repository publishes: the current one, and earlier ones whose signatures still count. Without the key of one of them, nothing is published.",
    ),
  adoptedDirectory: sha256Schema
    .optional()
    .describe(
      "The SHA-256 of the manifest of an update directory that none of the repository's keys has signed, and that the next one continues nevertheless: for the first signature, and after a key was lost or stolen.",
    ),
  container: z
    .union([z.literal(false), containerRepository], {
      error: "false, or a repository such as ghcr.io/owner/keepalived",
    })
    .optional()
    .describe(
      "Where the workflow pushes the container of keepalived; false for nowhere, and by default OWNER/keepalived in GitHub's registry.",
    ),
  attest: z
    .boolean()
    .default(true)
    .describe("Whether the workflow has GitHub attest where images come from (the default)."),
  arm64Runner: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "the label of a runner, such as ubuntu-24.04-arm")
    .optional()
    .describe(
      "The runner on which the workflow builds for arm64; by default, arm64 is cross-compiled, and checked under QEMU.",
    ),
  staleHours: z
    .int()
    .min(1)
    .max(9999)
    .default(24)
    .describe("After how many hours without a successful run the watchdog opens its issue."),
});

/** A repository's settings, which are reviewed like code. */
export type RepositorySettings = z.infer<typeof repositorySettingsSchema>;

/**
 * Reads `kiln.yaml`, which is beside the folder with the extensions. Without the file, everything has its
 * default.
 * @throws KilnError `settings-invalid`
 */
export async function readRepositorySettings(extensions: string): Promise<RepositorySettings> {
  const file = join(dirname(resolve(extensions)), "kiln.yaml");
  const shown = relative(process.cwd(), file);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (systemCode(cause) === "ENOENT") return "";
    throw new KilnError("settings-invalid", {
      expected: `the settings of the repository in ${shown}`,
      found: String(cause),
      next: "make the file readable, or remove it",
      cause,
    });
  });
  if (text === "") return repositorySettingsSchema.parse({});
  // Loaded late, as an action sends its first request earlier without a YAML parser.
  const { parseRepositorySettings } = await import("./parse.ts");
  return parseRepositorySettings(text, shown);
}
