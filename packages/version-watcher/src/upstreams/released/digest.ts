import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import type { DigestEvidence } from "@sysext-kiln/extension";
import { cacheDirectory, withWorkFolder } from "@sysext-kiln/machine";
import type { Subject } from "../upstream.ts";
import { digestIn, notListed } from "./checksum-list.ts";
import { signatureInvalid, verifySignature } from "./signature.ts";
import type { List, WantedFile } from "./wanted-files.ts";

/** What a kind of upstream can do with the files of a version, by their names. */
export interface FileServer {
  /** What messages call a file: its URL. */
  urlOf(name: string): string;
  /** The contents of a small file beside others; undefined if there is none. */
  read(name: string): Promise<Buffer | undefined>;
  /** Downloads a file into the cache. */
  fetch(name: string): Promise<{ path: string; sha256: string }>;
  /** The digest that the server itself computed, in lower-case hex, if it does that. */
  storedDigest(name: string): string | undefined;
}

/** The digest of a file, and how it was established. */
export interface Established {
  sha256: string;
  evidence: DigestEvidence;
}

/**
 * Establishes the digest of a file by what the definition says; never from the file alone.
 * @throws KilnError `manifest-invalid`, `signature-invalid`, `digest-mismatch`, `key-invalid`
 */
export async function establishDigest(
  file: WantedFile,
  server: FileServer,
  subject: Pick<Subject, "folder" | "extension">,
): Promise<Established> {
  const established = await byEvidence(file, server, subject);
  const { sha256 } = established;
  const others = [
    { digest: server.storedDigest(file.name), says: "as GitHub says" },
    { digest: file.pinned, says: `as "digests" in extensions/${subject.extension}/extension.yaml says` },
  ];
  const other = others.find(({ digest }) => digest !== undefined && digest !== sha256);
  if (!other) return established;
  throw disagree(
    `${server.urlOf(file.name)} to have the SHA-256 ${sha256}, ${describe(established, server)}`,
    `${other.digest}, ${other.says}`,
  );
}

async function byEvidence(
  file: WantedFile,
  server: FileServer,
  { folder }: Pick<Subject, "folder">,
): Promise<Established> {
  switch (file.evidence.kind) {
    case "lists":
      return fromLists(file, file.evidence.lists, server, folder);
    case "github":
      return { sha256: required(server.storedDigest(file.name)), evidence: { vouchedBy: "github" } };
    case "definition":
      return { sha256: required(file.pinned), evidence: { vouchedBy: "definition" } };
    case "signature":
      return fromSignedFile(file, server, folder);
    default:
      return file.evidence satisfies never;
  }
}

/** That a file without this digest is unavailable is checked before. */
function required(digest: string | undefined): string {
  if (digest === undefined) throw new Error("a version without a digest is not available");
  return digest;
}

async function fromLists(
  file: WantedFile,
  lists: readonly List[],
  server: FileServer,
  folder: string,
): Promise<Established> {
  const found: { list: string; sha256: string; evidence: DigestEvidence }[] = [];
  for (const { name, isOfOneFile } of lists) {
    const where = server.urlOf(name);
    const bytes = await server.read(name);
    if (!bytes) throw new Error(`a version without ${where} is not available`);
    const signature = await signatureOf(bytes, name, file, server, folder);
    const sha256 = digestIn(bytes.toString(), file.fileName, where, isOfOneFile);
    if (sha256 === undefined) continue;
    found.push({ list: name, sha256, evidence: { checksums: name, ...signature } });
  }
  const [first, ...others] = found;
  if (!first) throw notListed(file.fileName, lists.map(({ name }) => server.urlOf(name)).join(" or "));
  const other = others.find(({ sha256 }) => sha256 !== first.sha256);
  if (!other) return { sha256: first.sha256, evidence: first.evidence };
  throw disagree(
    `all lists of checksums to have the SHA-256 ${first.sha256} for ${file.fileName}, as ${server.urlOf(first.list)} does`,
    `${other.sha256} in ${server.urlOf(other.list)}`,
  );
}

/** Verifies the signature of a list, if the definition demands one. */
async function signatureOf(
  list: Buffer,
  name: string,
  { signature }: WantedFile,
  server: FileServer,
  folder: string,
): Promise<Pick<DigestEvidence, "signature">> {
  if (!signature) return {};
  return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const path = join(work, "list");
    await writeFile(path, list);
    return verified(path, name, signature, server, folder);
  });
}

async function fromSignedFile(file: WantedFile, server: FileServer, folder: string): Promise<Established> {
  const { signature } = file;
  if (!signature) throw new Error(`nothing says what ${file.name} is signed with`);
  const { path, sha256 } = await server.fetch(file.name);
  const evidence = await verified(path, file.name, signature, server, folder);
  return { sha256, evidence: { vouchedBy: "signature", ...evidence } };
}

async function verified(
  path: string,
  name: string,
  { keys, of }: NonNullable<WantedFile["signature"]>,
  server: FileServer,
  folder: string,
): Promise<Required<Pick<DigestEvidence, "signature">>> {
  const file = of(name);
  const names = { signed: server.urlOf(name), signature: server.urlOf(file) };
  const signature = await server.read(file);
  if (!signature) throw signatureInvalid(names, keys, "no such file");
  const key = await verifySignature({ path, signature, names }, folder, keys);
  return { signature: { file, key } };
}

function describe({ evidence: { checksums, vouchedBy } }: Established, server: FileServer): string {
  if (checksums !== undefined) return `as ${server.urlOf(checksums)} says`;
  return vouchedBy === "signature" ? "of which upstream has signed the contents" : `as ${vouchedBy} says`;
}

function disagree(expected: string, found: string): KilnError {
  return new KilnError("digest-mismatch", {
    expected,
    found,
    next: `do not use this file; report it to upstream, and until it is fixed add the version to "versions.exclude" in extension.yaml`,
  });
}

/**
 * Why a version cannot be verified, to complete the sentence "a version, which ..."; undefined if nothing is
 * known to be missing. Whether lists and signatures exist is for the kind to find out.
 */
export function unverifiable(files: readonly WantedFile[], server: FileServer): string | undefined {
  for (const { evidence, pinned, name, fileName } of files) {
    if (evidence.kind === "definition" && pinned === undefined)
      return `has no SHA-256 of ${fileName} in "digests"`;
    if (evidence.kind === "github" && server.storedDigest(name) === undefined)
      return `has no digest from GitHub for ${fileName}`;
  }
  return undefined;
}
