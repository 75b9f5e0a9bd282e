import { textFor, type Architecture, type FileInput, type Template } from "@sysext-kiln/extension";

// Files that upstream has built, whatever server they are on: what the kinds github and http have in common.

type ByArchitecture = Partial<Record<Architecture, string>>;

/** What a definition says about upstream's files. */
export interface ReleasedFiles {
  arch?: ByArchitecture | undefined;
  rewrite?: Readonly<Record<string, string>> | undefined;
  checksums: string | readonly string[];
  digests?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  signature?: Signature | undefined;
  files: readonly {
    /** The name of an asset, or a URL. */
    name: Template;
    arch?: ByArchitecture | undefined;
    checksums?: string | readonly string[] | undefined;
    take?: FileInput["take"];
    to?: string | undefined;
  }[];
}

export interface Signature {
  /** The name of the asset, or the URL; `{file}` is what is signed. */
  file: string;
  /** Paths in the extension's folder. */
  keys: readonly string[];
}

/** A file of a version for an architecture, with every name filled in. */
export interface WantedFile {
  /** The name of its asset, or its URL. */
  name: string;
  /** Its name in a list of checksums. */
  fileName: string;
  /** What its digest is verified with. */
  evidence: { kind: "lists"; lists: readonly List[] } | { kind: "github" | "definition" | "signature" };
  /** The digest that somebody has reviewed. */
  pinned: string | undefined;
  /** The signatures of the lists, or of the file itself. */
  signature: { keys: readonly string[]; of: (name: string) => string } | undefined;
  /** Its name in the build, and what goes into the image. */
  input: Pick<FileInput, "name" | "take" | "to">;
}

/** A list of checksums: an asset, or a URL. */
export interface List {
  name: string;
  /** Whether it is about this one file, and so may contain only the digest. */
  isOfOneFile: boolean;
}

/** The files of a version for an architecture. @param inputName what their names in the build begin with */
export function wantedFiles(
  config: ReleasedFiles,
  inputName: string,
  version: string,
  architecture: Architecture,
): WantedFile[] {
  const rewritten = Object.entries(config.rewrite ?? {}).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    version,
  );
  return config.files.map(({ name: template, arch = config.arch, take, to, ...file }, index) => {
    const fill = (text: string, of = "") =>
      fillIn(text, { version: rewritten, arch: arch?.[architecture] ?? "", file: of });
    const name = fill(textFor(template, architecture) ?? "");
    const checksums = file.checksums ?? config.checksums;
    const { signature } = config;
    return {
      name,
      fileName: fileNameOf(name),
      evidence: isOther(checksums)
        ? { kind: checksums }
        : {
            kind: "lists",
            lists: [checksums].flat().map((list) => ({
              name: fill(list, name),
              isOfOneFile: list.includes("{file}"),
            })),
          },
      pinned: pinnedDigest(config, version, name),
      signature: signature && { keys: signature.keys, of: (signed) => fill(signature.file, signed) },
      input: {
        name: `${inputName}${index === 0 ? "" : `.${index + 1}`}${endingOf(name)}`,
        ...(take && { take: membersOf(take, fill) }),
        ...(to !== undefined && { to }),
      },
    };
  });
}

function isOther(checksums: string | readonly string[]): checksums is "github" | "definition" | "signature" {
  return checksums === "github" || checksums === "definition" || checksums === "signature";
}

/** Fills in a template. In a URL, the version is encoded: a `+` means a space to some servers. */
function fillIn(text: string, values: { version: string; arch: string; file: string }): string {
  const isUrl = /^https?:/.test(text);
  return text
    .replaceAll("{version}", isUrl ? encodeURIComponent(values.version) : values.version)
    .replaceAll("{arch}", values.arch)
    .replaceAll("{file}", values.file);
}

function membersOf(take: NonNullable<FileInput["take"]>, fill: (text: string) => string) {
  return Object.fromEntries(Object.entries(take).map(([member, place]) => [fill(member), place]));
}

/**
 * The digest that somebody has reviewed for a file of a version; undefined if nobody has.
 * @param name its asset, or its URL: the definition has either the URL or the file name in it
 */
export function pinnedDigest(
  { digests }: Pick<ReleasedFiles, "digests">,
  version: string,
  name: string,
): string | undefined {
  const files = digests?.[version];
  return files?.[name] ?? files?.[fileNameOf(name)];
}

/** The name of a file without folders and without the query of a URL. */
function fileNameOf(name: string): string {
  if (!/^https?:/.test(name)) return name;
  return decodeURIComponent(new URL(name).pathname.split("/").at(-1) ?? "");
}

/** How the name of an archive ends; empty for other files. */
function endingOf(name: string): string {
  const ending = /\.(tar\.[a-z0-9]+|tgz|txz|tzst|tbz2?|tar|zip)$/.exec(fileNameOf(name))?.[0] ?? "";
  return ending === ".tgz" ? ".tar.gz" : ending;
}
