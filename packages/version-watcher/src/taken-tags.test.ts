import type { BuildOrder } from "@sysext-kiln/extension";
import { definitionSchema } from "@sysext-kiln/extension";
import { helloData } from "@sysext-kiln/testbed";
import { describe, expect, test } from "vitest";
import { sharedLookup, takenTags, withFreeTag, type TagLookup } from "./taken-tags.ts";
import { releaseOf } from "../test/release.ts";

const definition = definitionSchema.parse(helloData());

function order(revision = 1): BuildOrder {
  return {
    extension: "hello",
    version: { upstream: "1.0.0", revision },
    architecture: "arm64",
    upstream: "debian",
    inputs: [],
    recipe: "0".repeat(64),
    hostLibraries: [],
  };
}

/** A store with tags, of which those of the given orders have a release. */
function storeWith(tags: readonly string[], ...published: readonly BuildOrder[]): TagLookup {
  const releases = published.map((one) => releaseOf([one]));
  return {
    tagsBeginningWith: async (prefix) => tags.filter((tag) => tag.startsWith(prefix)),
    find: async (tag) => releases.find((release) => release.tag === tag),
  };
}

async function planned(store: TagLookup): Promise<number[]> {
  const orders = withFreeTag([order()], await takenTags(store, definition, "1.0.0"));
  return orders.map(({ version }) => version.revision);
}

describe("a version whose tag has no release", () => {
  test("keeps its revision if there is no such tag, or only those of other versions", async () => {
    expect(await planned(storeWith([]))).toEqual([1]);
    expect(await planned(storeWith(["hello-v1.0.01", "hello-v1.0.0-rc.1", "other-v1.0.0"]))).toEqual([1]);
  });

  test("is built as the next revision if the tag is taken, as that of a removed immutable release is", async () => {
    expect(await planned(storeWith(["hello-v1.0.0"]))).toEqual([2]);
    expect(await planned(storeWith(["hello-v1.0.0-3", "hello-v1.0.0"]))).toEqual([4]);
  });
});

test("the newest revision that is published is found among the tags", async () => {
  const store = storeWith(["hello-v1.0.0", "hello-v1.0.0-2", "hello-v1.0.0-3"], order(1), order(2));
  const { published, largest } = await takenTags(store, definition, "1.0.0");
  expect(published).toMatchObject({ version: { revision: 2 }, record: { upstream: "debian" } });
  expect(largest).toBe(3);
});

test("many lookups list the tags once", async () => {
  const store = storeWith(["hello-v1.0.0"]);
  const prefixes: string[] = [];
  const lookup = sharedLookup({
    ...store,
    tagsBeginningWith(prefix) {
      prefixes.push(prefix);
      return store.tagsBeginningWith(prefix);
    },
  });
  const found = await Promise.all(Array.from({ length: 100 }, () => lookup.tagsBeginningWith("hello-v")));
  expect(found.flat()).toHaveLength(100);
  expect(prefixes.filter((prefix) => prefix === "")).toHaveLength(1);
  expect(prefixes.length).toBeLessThan(30);
});
