import { z } from "zod";
import { repository, tags } from "./github.ts";
import { arch, content, contentError, digests, hasContent, keys, rewrite } from "./released-files.ts";
import { template, textWith, versionPattern } from "./template.ts";

/** Printable characters without braces, which are for placeholders. */
const urlCharacters = "!-z|~";

/** Whether a text with placeholders is a URL that may be shown: it gets into plans and build records. */
function isPlainUrl(text: string): boolean {
  const filledIn = text.replaceAll(/\{\w+\}/g, "x");
  if (!/^https?:\/\/[^/@]+(\/|$)/.test(filledIn) || !URL.canParse(filledIn)) return false;
  const { username, password, hash } = new URL(filledIn);
  return username === "" && password === "" && hash === "";
}

const urlError = "a URL such as https://example.org/index.json, without a password";

const plainUrl = z
  .string()
  .max(500)
  .regex(/^[!-z|~]+$/, urlError)
  .refine(isPlainUrl, urlError);

const urlExample = "https://example.org/{version}/NAME_{version}_{arch}.zip";

const fileUrl = template(["version", "arch"], urlCharacters, urlExample)
  .refine(
    (given) => (typeof given === "string" ? [given] : Object.values(given)).every((text) => isPlainUrl(text)),
    `a URL such as ${urlExample}, without a password`,
  )
  .refine(
    (given) =>
      (typeof given === "string" ? [given] : Object.values(given)).every((text) =>
        text.includes("{version}"),
      ),
    `a URL with {version} in it, because the files of a version must never change, such as ${urlExample}`,
  )
  .describe("The file for an architecture: an archive, or a program.");

const besideExample = "{file}.sha256 or https://example.org/{version}/SHA256SUMS";

/** A file that says something about another: its URL begins with that of the other, or is one of its own. */
const beside = textWith(["version", "arch", "file"], urlCharacters, besideExample).refine(
  (text) => text.startsWith("{file}") || isPlainUrl(text),
  `a URL such as ${besideExample}`,
);

const checksums = z
  .union([z.enum(["definition", "signature"]), beside, z.array(beside).min(1)], {
    error: `definition, signature, or the URL of a list of checksums such as ${besideExample}`,
  })
  .describe(
    "The URL of the list with the SHA-256 of the files, or several URLs; {file} is the URL of the file that is verified. Or one of these words: definition, only the digests in digests; signature, a signature of each file.",
  );

const fieldPath = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, "the names of keys, separated by dots");

const json = z
  .strictObject({
    url: plainUrl.describe("The document."),
    items: fieldPath
      .optional()
      .describe(
        "Where in the document the list is: an array, an object whose keys are versions, or a single version.",
      ),
    version: fieldPath
      .optional()
      .describe("Where in an item its version is; without it, the item itself is the version."),
    pattern: versionPattern
      .optional()
      .describe("The form of the text that contains the version, such as release-{version}."),
    where: z
      .record(fieldPath, z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe(
        "The values that an item must have, such as { is_prerelease: false }; other items are ignored.",
      ),
    next: z
      .strictObject({
        parameter: z
          .string()
          .regex(/^[A-Za-z0-9_-]+$/, "the name of a parameter")
          .describe("The URL parameter that requests the next page."),
        from: fieldPath.describe("Where the value of the parameter is in the last item of a page."),
        pages: z.int().min(1).max(50).default(10).describe("The most pages that are read."),
      })
      .optional()
      .describe("How further pages of the document are requested."),
  })
  .describe("A JSON document.");

const html = z
  .strictObject({
    url: plainUrl.describe("The page."),
    pattern: versionPattern
      .regex(/^[^{]/, "a text before {version}, such as docker-{version}.tgz")
      .describe("The form of a file's name; it is matched literally."),
  })
  .describe("An HTML page that lists files, and the form of the names that contain a version.");

const gitlab = z
  .strictObject({
    url: plainUrl.default("https://gitlab.com/").describe("The URL of the GitLab server."),
    project: z
      .string({ error: "the number of a project in quotes, or its path" })
      .regex(
        /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
        "the number of a project, or its path such as GROUP/NAME",
      )
      .describe("The project, by its number or its path."),
    tags: tags.optional(),
  })
  .describe("The tags of a project on a GitLab server.");

const versions = z
  .strictObject({
    json: json.optional(),
    html: html.optional(),
    github: z
      .strictObject({ repository, tags: tags.optional() })
      .optional()
      .describe("The tags of a repository on GitHub."),
    gitlab: gitlab.optional(),
  })
  .refine(
    (given) => Object.values(given).filter((one) => one !== undefined).length === 1,
    "exactly one of json, html, github, gitlab",
  )
  .describe("Where the list of versions is.");

const file = z
  .strictObject({ url: fileUrl, arch: arch.optional(), checksums: checksums.optional(), ...content })
  .refine(hasContent, contentError)
  .describe("A file and what goes from it into the image; it may have an arch and checksums of its own.");

/** The keys of `upstreams.http`. */
export const http = z
  .strictObject({
    versions,
    url: fileUrl.optional(),
    arch: arch.optional(),
    rewrite: rewrite.optional(),
    checksums,
    digests: digests.optional(),
    signature: z
      .strictObject({
        file: beside.describe("The URL of the signature; {file} is the URL of what is signed."),
        keys,
      })
      .optional()
      .describe("An OpenPGP signature of each list of checksums, or of each file with checksums: signature."),
    ...content,
    files: z.array(file).min(1).optional().describe("The files, if there are several for an architecture."),
  })
  .refine(({ url, files }) => (url === undefined) !== (files === undefined), {
    path: ["url"],
    error: "the URL of a file, or files if there are several for an architecture",
  })
  .refine(({ files, ...one }) => files !== undefined || hasContent(one), {
    path: ["take"],
    error: contentError,
  })
  .refine(({ files, take, to }) => files === undefined || (take ?? to) === undefined, {
    path: ["files"],
    error: "the only key that says what goes into the image, without take and to beside it",
  })
  .describe("Files on any web server.");

export type HttpUpstream = z.infer<typeof http>;
export type HttpVersions = HttpUpstream["versions"];
