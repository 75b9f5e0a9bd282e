import { createHash } from "node:crypto";
import { KilnError } from "@sysext-kiln/error";
import { manifestName, parseManifest, type ManifestEntry } from "../manifest.ts";
import type { Source } from "./source.ts";

/** A file that is what its manifest says. */
export interface VerifiedFile extends ManifestEntry {
  folder: string;
  size: number;
}

/** The first bytes of a squashfs image. */
const squashfsMagic = "hsqs";

/**
 * Reads everything that a host would, and checks it as the host would: the manifest's format, and each file's digest.
 * @throws KilnError `not-published`, `manifest-invalid`, `digest-mismatch`, `network-unreachable`
 */
export async function verify(source: Source): Promise<VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  for (const folder of await source.folders()) {
    const path = `${folder}/${manifestName}`;
    const entries = parseManifest(await readText(source, path), `${source.name}/${path}`);
    for (const entry of entries) verified.push(await verifyFile(source, folder, entry));
  }
  return verified;
}

async function verifyFile(source: Source, folder: string, entry: ManifestEntry): Promise<VerifiedFile> {
  const hash = createHash("sha256");
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of await source.open(`${folder}/${entry.name}`)) {
    hash.update(chunk);
    size += chunk.length;
    if (start.length < squashfsMagic.length) start = Buffer.concat([start, chunk.subarray(0, 8)]);
  }
  const digest = hash.digest("hex");
  if (digest !== entry.sha256)
    throw wrong(`${folder}/${entry.name} of ${source.name} to have SHA-256 ${entry.sha256}`, digest);
  if (entry.name.endsWith(".raw") && !start.toString("latin1").startsWith(squashfsMagic)) {
    throw wrong(`${folder}/${entry.name} of ${source.name} to be a squashfs image`, "another kind of file");
  }
  return { ...entry, folder, size };
}

async function readText(source: Source, path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function wrong(expected: string, found: string): KilnError {
  return new KilnError("digest-mismatch", {
    expected,
    found,
    next: "do not let hosts update from here before it is known who changed the file",
  });
}
