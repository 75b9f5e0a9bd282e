import { KilnError } from "@sysext-kiln/error";
import { sha256Schema } from "./input.ts";
import { z } from "zod";

// The index of an update directory: the file from which hosts with kiln-host learn which images there are. It
// consists of lines of words, because hosts read it with the shell. docs/rollouts.md describes the format.

/** In seconds since 1970. */
const time = z.int().nonnegative().max(9_999_999_999);
const word = z.string().regex(/^[!-~]{1,255}$/);
const reason = z.string().regex(/^[!-~]([ -~]{0,198}[!-~])?$/);
const fingerprint = z.string().regex(/^[0-9A-F]{40}$/);

const indexedImageSchema = z.object({
  name: z.string().regex(/^[a-z][A-Za-z0-9.+_-]{0,250}\.raw$/),
  sha256: sha256Schema,
  /** In bytes. */
  size: z.int().positive(),
  /** Of the permanent release. */
  tag: word,
  /** When its rollout began; 0 if hosts could take it before there was an index. */
  start: time,
  /** How long its rollout takes, in seconds. */
  rollout: time,
  /** Present if no further host takes it. */
  paused: z.object({ since: time, reason }).optional(),
  /** Why hosts leave it. */
  withdrawn: reason.optional(),
});

/** An image that hosts may have: what they may take, and what they are to leave. */
export type IndexedImage = z.infer<typeof indexedImageSchema>;

/** The largest number of an index that hosts read. */
export const largestIndexNumber = 999_999_999;

const releaseIndexSchema = z.object({
  /** That of the update directory. */
  number: z.int().positive().max(largestIndexNumber),
  /** Later than in every index before: by this, hosts recognize one that is replayed. */
  created: time,
  /** When hosts stop trusting it; undefined means never. */
  expires: time.optional(),
  /** Distinguishes this repository's indexes from those of others that the same key signs. */
  repository: word,
  /** The public keys that hosts trust from now on, binary. */
  keys: z.array(z.object({ fingerprint, key: z.base64().min(1) })).readonly(),
  /** The fingerprints of keys that hosts trust no longer. */
  retired: z.array(fingerprint).readonly(),
  images: z.array(indexedImageSchema).readonly(),
});
export type ReleaseIndex = z.infer<typeof releaseIndexSchema>;

/** The file name of an index; hosts find the newest by systemd-sysupdate's pattern `kiln-index-@v.txt`. */
export function indexName(number: number): string {
  return `kiln-index-${number}.txt`;
}

/** Whether a file name is that of an index. */
export function isIndexName(name: string): boolean {
  return /^kiln-index-[1-9]\d{0,8}\.txt$/.test(name);
}

/** The longest index that hosts read, in bytes. */
const maxBytes = 1_000_000;

const firstLine = "kiln-index 1";

/**
 * Writes an index; images are sorted by name.
 * @throws KilnError `document-invalid` if it is too long for hosts
 */
export function formatIndex(index: ReleaseIndex): string {
  const { number, created, expires, repository, keys, retired, images } = releaseIndexSchema.parse(index);
  const lines = [
    firstLine,
    `number ${number}`,
    `created ${created}`,
    ...(expires === undefined ? [] : [`expires ${expires}`]),
    `repository ${repository}`,
    ...keys.map((one) => `key ${one.fingerprint} ${one.key}`),
    ...retired.map((one) => `retired ${one}`),
    ...images.toSorted((left, right) => (left.name < right.name ? -1 : 1)).flatMap(linesOf),
  ];
  const text = `${lines.join("\n")}\n`;
  parseIndex(text, "the new index");
  return text;
}

function linesOf(image: IndexedImage): string[] {
  const { name, sha256, size, tag, start, rollout, paused, withdrawn } = image;
  return [
    `image ${name} ${sha256} ${size} ${tag} ${start} ${rollout}`,
    ...(paused === undefined ? [] : [`paused ${name} ${paused.since} ${paused.reason}`]),
    ...(withdrawn === undefined ? [] : [`withdrawn ${name} ${withdrawn}`]),
  ];
}

/**
 * Reads an index as hosts do: lines that begin with an unknown word are skipped.
 * @param where how messages name it
 * @throws KilnError `document-invalid`
 */
export function parseIndex(text: string, where: string): ReleaseIndex {
  const invalid = (expected: string, found: string) =>
    new KilnError("document-invalid", {
      expected: `${expected} in ${where}`,
      found,
      next: "run ./kiln release, which publishes a new index; hosts refuse this one and keep what they have",
    });
  if (text.length > maxBytes) throw invalid(`an index of at most ${maxBytes} bytes`, `${text.length} bytes`);
  if (!/^[\n -~]*\n$/.test(text)) throw invalid("lines of ASCII characters", "something else");
  const [first = "", ...lines] = text.slice(0, -1).split("\n");
  if (first !== firstLine) throw invalid(`the first line "${firstLine}"`, JSON.stringify(first.slice(0, 80)));
  const parsed = releaseIndexSchema.safeParse(readLines(lines));
  const [issue] = parsed.error?.issues ?? [];
  if (!parsed.success) throw invalid(`a valid "${issue?.path.join(".")}"`, issue?.message ?? "");
  const names = parsed.data.images.map(({ name }) => name);
  if (new Set(names).size < names.length) throw invalid("one line for each image", "two for the same image");
  return parsed.data;
}

/** What the lines state, before it is checked. Of two lines that state the same, the last one counts. */
function readLines(lines: readonly string[]): unknown {
  const values = new Map<string, unknown>();
  const keys: unknown[] = [];
  const retired: unknown[] = [];
  const images: Record<string, unknown>[] = [];
  const imageNamed = (name: string | undefined) => images.find((image) => image["name"] === name) ?? {};
  for (const line of lines) {
    const [keyword, ...words] = line.split(" ");
    const [one, two] = words;
    if (keyword === "number" || keyword === "created" || keyword === "expires")
      values.set(keyword, parseNumber(words.join(" ")));
    else if (keyword === "repository") values.set(keyword, words.join(" "));
    else if (keyword === "key") keys.push({ fingerprint: one, key: words.slice(1).join(" ") });
    else if (keyword === "retired") retired.push(words.join(" "));
    else if (keyword === "image") images.push(imageOf(words));
    else if (keyword === "paused")
      imageNamed(one)["paused"] = { since: parseNumber(two ?? ""), reason: words.slice(2).join(" ") };
    else if (keyword === "withdrawn") imageNamed(one)["withdrawn"] = words.slice(1).join(" ");
  }
  return { ...Object.fromEntries(values), keys, retired, images };
}

function imageOf(words: readonly string[]): Record<string, unknown> {
  const [name, sha256, size, tag, start, rollout] = words;
  return {
    ...{ name, sha256, tag },
    size: parseNumber(size ?? ""),
    start: parseNumber(start ?? ""),
    rollout: parseNumber(rollout ?? ""),
  };
}

/** A number as the shell reads it; undefined for anything else. */
function parseNumber(text: string): number | undefined {
  return /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : undefined;
}
