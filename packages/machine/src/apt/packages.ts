import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { parseDeb822 } from "./deb822.ts";

/** A file of the archive, as the signed index describes it. */
export interface ArchiveFile {
  name: string;
  url: string;
  size: number;
  sha256: string;
}

/** A version of a package: a source package with all its files, or a binary package with its `.deb`. */
export interface ArchivePackage {
  package: string;
  version: string;
  suite: string;
  files: readonly ArchiveFile[];
}

/** The index that packages are from. */
export interface Origin {
  suite: string;
  mirror: string;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** As Debian's policy allows them (sections 5.6.1 and 5.6.12). */
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/);
const version = z.string().regex(/^[A-Za-z0-9.+:~-]+$/);

/** A path below the mirror, of which no part leads elsewhere or means something else in a URL. */
const path = z.string().regex(/^(?:(?!\.\.?(?:\/|$))[A-Za-z0-9.+:~_-]+(?:\/|$))+(?<!\/)$/);
const fileName = path.regex(/^[^/]+$/);

const source = z.object({
  Package: packageName,
  Version: version,
  Directory: path,
  "Checksums-Sha256": z
    .string()
    .transform((text) => text.trim().split("\n"))
    .pipe(
      z.array(
        z
          .string()
          .transform((line) => line.split(/\s+/))
          .pipe(z.tuple([sha256, size, fileName])),
      ),
    ),
});

const binary = z.object({
  Package: packageName,
  Version: version,
  Filename: path,
  Size: size,
  SHA256: sha256,
});

/**
 * Parses the output of `apt-cache showsrc`.
 * @throws KilnError `archive-invalid`
 */
export function parseSources(text: string, { suite, mirror }: Origin): ArchivePackage[] {
  return paragraphs(source, text, suite).map((record) => ({
    package: record.Package,
    version: record.Version,
    suite,
    files: record["Checksums-Sha256"].map(([digest, length, name]) => ({
      name,
      url: `${mirror}/${record.Directory}/${name}`,
      size: length,
      sha256: digest,
    })),
  }));
}

/**
 * Parses the output of `apt-cache show`.
 * @throws KilnError `archive-invalid`
 */
export function parseBinaries(text: string, { suite, mirror }: Origin): ArchivePackage[] {
  return paragraphs(binary, text, suite).map((record) => ({
    package: record.Package,
    version: record.Version,
    suite,
    files: [
      {
        name: record.Filename.slice(record.Filename.lastIndexOf("/") + 1),
        url: `${mirror}/${record.Filename}`,
        size: record.Size,
        sha256: record.SHA256,
      },
    ],
  }));
}

function paragraphs<T>(schema: z.ZodType<T>, text: string, suite: string): T[] {
  const parsed = z.array(schema).safeParse(parseDeb822(text));
  if (parsed.success) return parsed.data;
  throw new KilnError("archive-invalid", {
    expected: `each package of the suite ${suite} to have a version, and files with their SHA-256`,
    found: z.prettifyError(parsed.error),
    next: "check that KILN_DEBIAN_MIRROR is a Debian mirror",
  });
}
