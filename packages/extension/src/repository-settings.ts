import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { z } from "zod";
import { extensionName } from "./definition.ts";
import { baseUrlOfUrl } from "./names.ts";

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
  baseUrl: url
    .optional()
    .describe("The URL at which hosts find the releases; on GitHub, the repository's by default."),
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
  throw new KilnError("settings-invalid", {
    expected: 'the URL at which hosts find the releases under the key "baseUrl" of kiln.yaml',
    found: `the environment variable KILN_BASE_URL, ${variable}, and ${baseUrl === undefined ? "no such key" : `the key with ${baseUrl}`}`,
    next: `write "baseUrl: ${baseUrl ?? variable}" into kiln.yaml, and unset KILN_BASE_URL`,
  });
}
