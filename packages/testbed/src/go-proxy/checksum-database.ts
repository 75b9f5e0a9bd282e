import { createHash, generateKeyPairSync, hash, sign } from "node:crypto";

/** A checksum database like Go's public one: a signed log of the digests of module versions. */
export interface ChecksumDatabase {
  name: string;
  /** Its key, as the variable GOSUMDB has it. */
  key: string;
  /** Adds a line for a module version, unless there is one. */
  add(module: string, version: string, sum: string, modSum: string): void;
  /** The response to a path such as `/lookup/MODULE@VERSION`; undefined if there is none. */
  answer(path: string): Buffer | undefined;
}

/**
 * Makes an empty database with a key of its own. The protocol is that of golang.org/design/25530-sumdb: each
 * record is a leaf of a Merkle tree (RFC 6962), whose root is signed. With at most 256 records, all hashes of
 * the leaves are one partial tile, from which clients calculate the rest.
 */
export function makeChecksumDatabase(name = "sum.test"): ChecksumDatabase {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const rawKey = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  // Ed25519 is algorithm 1 of signed notes.
  const key = Buffer.concat([Buffer.of(1), rawKey]);
  const keyHash = createHash("sha256").update(`${name}\n`).update(key).digest().subarray(0, 4);
  const records: string[] = [];
  const ids = new Map<string, number>();

  const leaves = () => records.map((text) => sha256(Buffer.of(0), Buffer.from(text)));
  const signedTree = () => {
    const text = `go.sum database tree\n${records.length}\n${treeHash(leaves()).toString("base64")}\n`;
    const signature = Buffer.concat([keyHash, sign(null, Buffer.from(text), privateKey)]);
    return `${text}\n— ${name} ${signature.toString("base64")}\n`;
  };

  return {
    name,
    key: `${name}+${keyHash.toString("hex")}+${key.toString("base64")}`,
    add(module, version, sum, modSum) {
      const id = `${module}@${version}`;
      if (ids.has(id)) return;
      ids.set(id, records.length);
      records.push(`${module} ${version} ${sum}\n${module} ${version}/go.mod ${modSum}\n`);
    },
    answer(path) {
      if (path === "/supported") return Buffer.alloc(0);
      if (path === "/latest") return Buffer.from(signedTree());
      const id = ids.get(path.replace(/^\/lookup\//, ""));
      if (id !== undefined) return Buffer.from(`${id}\n${records[id]}\n${signedTree()}`);
      const width = Number(/^\/tile\/8\/0\/000(?:\.p\/(\d+))?$/.exec(path)?.[1]);
      return width > 0 && width <= records.length ? Buffer.concat(leaves().slice(0, width)) : undefined;
    },
  };
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return hash("sha256", Buffer.concat(parts), "buffer");
}

function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)));
}
