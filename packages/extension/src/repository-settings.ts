import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { z } from "zod";
import { extensionName } from "./definition.ts";
import { baseUrlOfUrl } from "./names.ts";
import { sha256Schema } from "./plan.ts";
import { choosableUpstreams, type ChoosableUpstream } from "./upstream-name.ts";

const url = z
  .url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://", abort: true })
  .refine((text) => {
    const { username, password } = new URL(text);
    return username === "" && password === "";
  }, "a URL without a password, because it is given to hosts")
  .transform((text) => baseUrlOfUrl(new URL(text).href));

/** The schema of `kiln.yaml`. */
export const repositorySettingsSchema = z.strictObject({
  extensions: z
    .array(extensionName)
    .min(1)
    .optional()
    .describe(
      "The extensions that this repository watches, builds and publishes unless a command names others; by default all in extensions/. kiln-host is always among them.",
    ),
  upstream: z
    .enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` })
    .optional()
    .describe(
      "The upstream that the command line (without --from) and the workflow use for extensions that have several; an extension without it uses its first one. The default is the first one on the command line, and github in the workflow.",
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
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new KilnError("settings-invalid", {
      expected: `the settings of the repository in ${shown}`,
      found: String(cause),
      next: "make the file readable, or remove it",
      cause,
    });
  });
  if (text === undefined) return {};
  // Loaded late, as an action sends its first request earlier without a YAML parser.
  const { parseRepositorySettings } = await import("./parse.ts");
  return parseRepositorySettings(text, shown);
}

/**
 * The URL at which hosts find the releases; undefined if it is not set.
 * @param variable the value of the environment variable in which it used to be set
 * @throws KilnError `settings-invalid` if the variable has a value that `kiln.yaml` does not have
 */
export function baseUrlOf({ baseUrl }: RepositorySettings, variable: string | undefined): string | undefined {
  if (variable === undefined || variable === baseUrl) return baseUrl;
  const what = "the URL at which hosts find the releases";
  throw hasMoved(what, { key: "baseUrl", value: baseUrl, name: "KILN_BASE_URL", variable });
}

/**
 * The upstream that versions come from, of extensions that have several; undefined if it is not set.
 * @param variable the value of the environment variable in which it used to be set
 * @throws KilnError `settings-invalid` if the variable has a value that `kiln.yaml` does not have
 */
export function preferredUpstream(
  { upstream }: RepositorySettings,
  variable: string | undefined,
): ChoosableUpstream | undefined {
  if (variable === undefined || variable === upstream) return upstream;
  const what = "the upstream that versions come from";
  throw hasMoved(what, { key: "upstream", value: upstream, name: "KILN_UPSTREAM", variable });
}

interface MovedSetting {
  key: keyof RepositorySettings;
  /** Its value in `kiln.yaml`. */
  value: string | undefined;
  /** The environment variable in which it used to be set. */
  name: string;
  /** The value of that variable. */
  variable: string;
}

function hasMoved(what: string, { key, value, name, variable }: MovedSetting): KilnError {
  return new KilnError("settings-invalid", {
    expected: `${what} under the key "${key}" of kiln.yaml`,
    found: `the environment variable ${name}, ${variable}, and ${value === undefined ? "no such key" : `the key with ${value}`}`,
    next: `write "${key}: ${value ?? variable}" into kiln.yaml, and unset ${name}`,
  });
}
