import { beforeEach, describe, expect, test } from "vitest";
import { isSettled, missingBuilds } from "./missing.ts";
import type { BuildOrder, FileInput } from "@sysext-kiln/extension";
import {
  formatReleaseRecord,
  type PublishedVersion,
  publishedVersions,
  releaseRecordOf,
} from "@sysext-kiln/release-store";

const recipe = "0".repeat(64);
const said: string[] = [];
beforeEach(() => said.splice(0));

/** A package of Debian's: another version has other bytes. */
function debian(name: string, version: string): FileInput {
  const sha256 = Buffer.from(`${name} ${version}`).toString("hex").padEnd(64, "0").slice(0, 64);
  const url = `http://localhost/${name}`;
  return {
    name: `${name}.deb`,
    url,
    size: 1,
    sha256,
    origin: { kind: "debian", suite: "trixie", package: name, version },
  };
}

function order(...inputs: FileInput[]): BuildOrder {
  const version = { upstream: "1.0.0", revision: 1 };
  return {
    extension: "hello",
    version,
    architecture: "arm64",
    upstream: "debian",
    inputs,
    recipe,
    hostLibraries: [],
  };
}

/** What a release store says after the order's image was published. */
function published(from: BuildOrder, notes = formatReleaseRecord(releaseRecordOf([from]))): PublishedVersion {
  const release = {
    id: "1",
    tag: "hello-v1.0.0",
    notes,
    draft: false,
    begunAt: undefined,
    latest: false,
    assets: [],
  };
  const [found] = publishedVersions({ name: "hello" }, [release]);
  if (!found) throw new Error("the tag is not the extension's");
  return found;
}

function missing(now: BuildOrder, last: PublishedVersion | undefined): Promise<BuildOrder[]> {
  return missingBuilds([now], last, { say: (line) => said.push(line) });
}

test("what is not published is missing", async () => {
  const now = order(debian("hello", "1.0.0-1"));
  expect(await missing(now, undefined)).toEqual([now]);
});

describe("what is published is", () => {
  const before = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u9"));

  test("not missing while nothing changed", async () => {
    expect(await missing(before, published(before))).toEqual([]);
  });

  test("built again with a newer library", async () => {
    const now = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u10"));
    expect(await missing(now, published(before))).toMatchObject([
      { version: { upstream: "1.0.0", revision: 2 } },
    ]);
  });

  test("not built again with an older library, which is said", async () => {
    const now = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u8"));
    expect(await missing(now, published(before))).toEqual([]);
    expect(said).toEqual([
      "not building hello 1.0.0 again: openssl.deb is 3.5.4-1~deb13u8 here, and it was published with 3.5.4-1~deb13u9",
    ]);
  });

  test("not built again where one input is newer and another one older", async () => {
    const now = order(debian("hello", "1.0.0-2"), debian("openssl", "3.5.4-1~deb13u8"));
    expect(await missing(now, published(before))).toEqual([]);
  });

  test("not built again with older inputs by a new recipe", async () => {
    const now = {
      ...order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.3-1")),
      recipe: "1".repeat(64),
    };
    expect(await missing(now, published(before))).toEqual([]);
  });

  test("built again with a library that is new to it", async () => {
    const now = order(
      ...[debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u9"), debian("zlib", "1")],
    );
    expect(await missing(now, published(before))).toHaveLength(1);
  });

  test("built again from what a record of before says nothing of", async () => {
    const { fingerprints, upstream } = releaseRecordOf([before]);
    const last = published(before, `<!-- kiln ${JSON.stringify({ fingerprints, upstream })} -->`);
    expect(await missing(before, last)).toEqual([]);
    expect(await missing(order(debian("hello", "1.0.0-2")), last)).toHaveLength(1);
  });

  test("left alone where its record was edited away", async () => {
    expect(await missing(order(debian("hello", "1.0.0-9")), published(before, "Hello!"))).toEqual([]);
  });
});

describe("nothing can be new about a version that is published", () => {
  const object = "a".repeat(40);
  const tag = { kind: "github", repository: "acme/hello", tag: "v1.0.0", object, commit: object } as const;
  const source = { name: "hello.orig.tar", url: "http://localhost/", tree: object, epoch: 0, origin: tag };
  const library = debian("openssl", "3.5.4-1");
  const built: BuildOrder = { ...order(), upstream: "github", inputs: [source, library] };
  const settled = (change: { id?: string; upstream?: "debian"; recipe?: string; version?: string } = {}) =>
    isSettled(
      published(built),
      { version: "1.0.0", id: change.id ?? object },
      change.upstream ?? "github",
      change.recipe ?? recipe,
      new Map([["arm64", [debian("openssl", change.version ?? "3.5.4-1")]]]),
    );

  test.each([
    ["while its tag, its recipe and its libraries are the same", {}, true],
    ["from another upstream, whatever that has", { upstream: "debian", id: "other", recipe: "1" }, true],
    ["unless its tag is another one", { id: "b".repeat(40) }, false],
    ["unless its recipe changed", { recipe: "1".repeat(64) }, false],
    ["unless a library is another one", { version: "3.5.4-2" }, false],
  ] as const)("%s", (_, change, expected) => {
    expect(settled(change)).toBe(expected);
  });

  test("unless only the files tell, as in an archive", () => {
    expect(isSettled(published(order()), { version: "1.0.0" }, "debian", recipe, new Map())).toBe(false);
  });
});
