import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import { openRegularFile, type Say } from "@sysext-kiln/machine";
import { z } from "zod";
import { InvalidDatabase, openDatabase, type Database } from "./database.ts";

/** What a snapshot of etcd contains, besides its keys. */
export interface Snapshot {
  path: string;
  /** In bytes. */
  size: number;
  /** The SHA-256 digest of its database, in hex. */
  digest: string;
  /** The members that the snapshot stores. */
  members: readonly StoredMember[];
  /** The ids of members that were removed. */
  removed: readonly string[];
  /**
   * The remaining seconds of each lease, by its id as etcdctl prints it; those that were granted if etcd has
   * not stored others.
   */
  leases: ReadonlyMap<string, number>;
  /** Whether requests need a user and a password. */
  hasAuthentication: boolean;
  /** The series of the cluster, such as `3.5`; undefined if none is stored. */
  series: string | undefined;
}

export interface StoredMember {
  /** In hex, as etcdctl prints it. */
  id: string;
  name: string;
  peerUrls: readonly string[];
  clientUrls: readonly string[];
  isLearner: boolean;
}

/** What `etcdctl snapshot save` adds behind the database: the SHA-256 digest of everything before it. */
const digestSize = 32;

/**
 * Reads a snapshot, and verifies its digest.
 * @throws KilnError `snapshot-invalid`
 */
export async function readSnapshot(path: string, say: Say = () => undefined): Promise<Snapshot> {
  await using file = await openRegularFile(path, { followLink: true });
  const { size } = await file.stat();
  try {
    const database = await openDatabase(file, size - digestSize);
    say("verifying its digest");
    const digest = await verifyDigest(file, size);
    return { path, size, digest, ...(await contentsOf(database)) };
  } catch (error) {
    if (!(error instanceof InvalidDatabase)) throw error;
    throw invalid(path, error.message, error);
  }
}

function invalid(path: string, found: string, cause?: unknown): KilnError {
  return new KilnError("snapshot-invalid", {
    expected: `${path} to be an undamaged snapshot, as \`etcdctl snapshot save\` writes it`,
    found,
    next: "take a new one with `etcdctl snapshot save FILE`; a copy of etcd's own file, member/snap/db, is not one",
    cause,
  });
}

async function verifyDigest(file: FileHandle, size: number): Promise<string> {
  // A database consists of pages of a power of two.
  if (size % 512 !== digestSize) throw new InvalidDatabase("no digest at its end");
  const digest = createHash("sha256");
  const options = { start: 0, end: size - digestSize - 1, autoClose: false };
  for await (const chunk of file.createReadStream(options)) digest.update(chunk);
  const { buffer } = await file.read(Buffer.alloc(digestSize), 0, digestSize, size - digestSize);
  const [expected, found] = [buffer.toString("hex"), digest.digest("hex")];
  if (found !== expected)
    throw new InvalidDatabase(`the SHA-256 digest ${found}, but ${expected} at its end`);
  return found;
}

async function contentsOf(database: Database) {
  const members: StoredMember[] = [];
  for await (const { key, value } of database.entries("members")) members.push(storedMember(key, value));
  const removed: string[] = [];
  for await (const { key } of database.entries("members_removed")) removed.push(key.toString());
  const leases = new Map<string, number>();
  for await (const { value } of database.entries("lease")) leases.set(...storedLease(value));
  const authentication = await valueOf(database, "auth", "authEnabled");
  const version =
    (await valueOf(database, "meta", "storageVersion")) ??
    (await valueOf(database, "cluster", "clusterVersion"));
  return {
    members,
    removed,
    leases,
    hasAuthentication: authentication?.[0] === 1,
    series: /^\d+\.\d+/.exec(version?.toString() ?? "")?.[0],
  };
}

async function valueOf(database: Database, bucket: string, wanted: string): Promise<Buffer | undefined> {
  for await (const { key, value } of database.entries(bucket)) if (key.toString() === wanted) return value;
  return undefined;
}

const memberSchema = z.object({
  name: z.string().default(""),
  peerURLs: z.array(z.string()).nullish(),
  clientURLs: z.array(z.string()).nullish(),
  isLearner: z.boolean().default(false),
});

function storedMember(key: Buffer, value: Buffer): StoredMember {
  const id = key.toString();
  try {
    const json: unknown = JSON.parse(value.toString());
    const { name, peerURLs, clientURLs, isLearner } = memberSchema.parse(json);
    return { id, name, peerUrls: peerURLs ?? [], clientUrls: clientURLs ?? [], isLearner };
  } catch (cause) {
    throw new InvalidDatabase(`a member ${JSON.stringify(id.slice(0, 20))} that cannot be read`, { cause });
  }
}

/**
 * A lease is a message of protocol buffers: 1 is its id, 2 its TTL, and 3 what remained of that, if it is
 * stored.
 */
function storedLease(message: Buffer): [id: string, seconds: number] {
  const fields = new Map<number, bigint>();
  let at = 0;
  const next = (): bigint => {
    let number = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) break;
      at += 1;
      number |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    throw new InvalidDatabase("a lease that cannot be read");
  };
  while (at < message.length) {
    const tag = Number(next());
    if ((tag & 7) !== 0) throw new InvalidDatabase("a lease that cannot be read");
    fields.set(tag >> 3, next());
  }
  const remaining = fields.get(3) ?? 0n;
  const id = (fields.get(1) ?? 0n).toString(16).padStart(16, "0");
  return [id, Number(remaining > 0n ? remaining : (fields.get(2) ?? 0n))];
}
