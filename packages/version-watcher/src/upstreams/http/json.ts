import { KilnError } from "@sysext-kiln/error";
import type { HttpVersions } from "@sysext-kiln/extension";
import { versionOf } from "../version-of.ts";

type JsonVersions = NonNullable<HttpVersions["json"]>;

/**
 * The versions in a JSON document, or in as many pages of it as the definition allows.
 * @param read reads the document at a URL
 * @throws KilnError `document-invalid` if it has no list where the definition says
 */
export async function versionsInJson(
  { url, items, version, pattern, where = {}, next }: JsonVersions,
  read: (url: string) => Promise<unknown>,
): Promise<Set<string>> {
  const versions = new Set<string>();
  let seen = { count: 0, matching: 0, first: "" };
  let at = url;
  for (let page = 0; page < (next?.pages ?? 1); page += 1) {
    const list = itemsOf(valueAt(await read(at), items), at, items);
    for (const item of list) {
      const matches = Object.entries(where).every(([path, value]) => valueAt(item, path) === value);
      const text = matches ? textOf(item, version) : undefined;
      const found = text === undefined ? undefined : versionOf(text, pattern);
      if (found !== undefined) versions.add(found);
      const { count, matching, first } = seen;
      seen = { count: count + 1, matching: matching + Number(matches), first: first || shown(item) };
    }
    const last = next && list.length > 0 ? valueAt(list.at(-1), next.from) : undefined;
    if (!next || (typeof last !== "string" && typeof last !== "number")) break;
    const following = new URL(url);
    following.searchParams.set(next.parameter, String(last));
    if (following.href === at) break;
    at = following.href;
  }
  if (versions.size === 0) throw noVersions(url, seen);
  return versions;
}

function noVersions(url: string, seen: { count: number; matching: number; first: string }): KilnError {
  const { count, matching, first } = seen;
  return new KilnError("document-invalid", {
    expected: `${url} to list versions as "versions.json" in extension.yaml says`,
    found:
      count === 0
        ? "an empty list"
        : `${count === 1 ? "one item" : `${count} items`} without a version, of which ${matching} match "where"; the first is ${first}`,
    next: `correct "items", "version", "pattern" or "where" in extension.yaml`,
  });
}

/** An item of a list, for messages. */
function shown(item: unknown): string {
  const text = item instanceof Keyed ? item.key : JSON.stringify(item);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** The items of an array; of an object, its keys, which are versions, with what they stand for; or one text. */
function itemsOf(list: unknown, url: string, path: string | undefined): unknown[] {
  if (Array.isArray(list)) return list;
  if (typeof list === "string") return [list];
  if (typeof list === "object" && list !== null)
    return Object.entries(list).map(([key, value]) => new Keyed(key, value));
  throw new KilnError("document-invalid", {
    expected: `${url} to have a list${path === undefined ? "" : ` at ${path}`}`,
    found: list === undefined ? "nothing" : typeof list,
    next: `correct "versions.json" in extension.yaml: "items" says where in the document the list is`,
  });
}

/** An entry of an object whose keys are versions. */
class Keyed {
  readonly key: string;
  readonly value: unknown;

  constructor(key: string, value: unknown) {
    this.key = key;
    this.value = value;
  }
}

function textOf(item: unknown, path: string | undefined): string | undefined {
  const value = path === undefined && item instanceof Keyed ? item.key : valueAt(item, path);
  return typeof value === "string" ? value : undefined;
}

/** The value at a path of keys; undefined if there is none. */
function valueAt(document: unknown, path: string | undefined): unknown {
  let value = document instanceof Keyed ? document.value : document;
  for (const key of path?.split(".") ?? []) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}
