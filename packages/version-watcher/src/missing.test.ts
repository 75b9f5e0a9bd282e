import { beforeEach, describe, expect, test } from "vitest";
import { isUpToDate, missingBuilds } from "./missing.ts";
import { definitionSchema, type BuildOrder, type FileInput } from "@sysext-kiln/extension";
import {
  formatReleaseRecord,
  type PublishedVersion,
  publishedVersions,
  releaseRecordOf,
} from "@sysext-kiln/release-store";
import { helloData } from "@sysext-kiln/testbed";

const definition = definitionSchema.parse(helloData());
const recipe = "0".repeat(64);
const said: string[] = [];
beforeEach(() => said.splice(0));

/** A Debian package; different versions have different bytes. */
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

/** The entry in a release store after the order's image was published. */
function published(from: BuildOrder, notes = formatReleaseRecord(releaseRecordOf([from]))): PublishedVersion {
  const release = {
    id: "1",
    tag: "hello-v1.0.0",
    notes,
    draft: false,
    begunAt: undefined,
    latest: false,
    prerelease: false,
    assets: [],
  };
  const [found] = publishedVersions({ name: "hello" }, [release]);
  if (!found) throw new Error("the tag is not the extension's");
  return found;
}

function missing(now: BuildOrder, last: PublishedVersion | undefined): Promise<BuildOrder[]> {
  return missingBuilds([now], last, { definition, say: (line) => said.push(line) });
}

test("an unpublished version is missing", async () => {
  const now = order(debian("hello", "1.0.0-1"));
  expect(await missing(now, undefined)).toEqual([now]);
});

describe("a published version is", () => {
  const before = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u9"));

  test("not missing if nothing changed", async () => {
    expect(await missing(before, published(before))).toEqual([]);
  });

  test("rebuilt with a newer library", async () => {
    const now = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u10"));
    expect(await missing(now, published(before))).toMatchObject([
      { version: { upstream: "1.0.0", revision: 2 } },
    ]);
  });

  test("not rebuilt with an older library, and the log says so", async () => {
    const now = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u8"));
    expect(await missing(now, published(before))).toEqual([]);
    expect(said).toEqual([
      "not rebuilding hello 1.0.0: openssl.deb is 3.5.4-1~deb13u8 here, older than 3.5.4-1~deb13u9, which it was published with",
    ]);
  });

  test("not rebuilt if one input is newer and another is older", async () => {
    const now = order(debian("hello", "1.0.0-2"), debian("openssl", "3.5.4-1~deb13u8"));
    expect(await missing(now, published(before))).toEqual([]);
  });

  test("not rebuilt with older inputs even if the recipe changed", async () => {
    const now = {
      ...order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.3-1")),
      recipe: "1".repeat(64),
    };
    expect(await missing(now, published(before))).toEqual([]);
  });

  test("rebuilt if a library was added", async () => {
    const now = order(
      ...[debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u9"), debian("zlib", "1")],
    );
    expect(await missing(now, published(before))).toHaveLength(1);
  });

  test("rebuilt if an input was added whose name is a property of every JavaScript object", async () => {
    const added = { ...debian("zlib", "1"), name: "constructor" };
    const now = order(debian("hello", "1.0.0-1"), debian("openssl", "3.5.4-1~deb13u9"), added);
    expect(await missing(now, published(before))).toHaveLength(1);
  });

  test("rebuilt if an input changed that its old record does not pin", async () => {
    const { fingerprints, upstream } = releaseRecordOf([before]);
    const last = published(before, `<!-- kiln ${JSON.stringify({ fingerprints, upstream })} -->`);
    expect(await missing(before, last)).toEqual([]);
    expect(await missing(order(debian("hello", "1.0.0-2")), last)).toHaveLength(1);
  });

  test("left alone if its record was removed from the notes", async () => {
    expect(await missing(order(debian("hello", "1.0.0-9")), published(before, "Hello!"))).toEqual([]);
  });
});

describe("a published version is up to date", () => {
  const github = { name: "github", filesIdentity: "tag" } as const;
  const debianArchive = { name: "debian", filesIdentity: "none" } as const;
  const object = "a".repeat(40);
  const tag = { kind: "github", repository: "acme/hello", tag: "v1.0.0", object, commit: object } as const;
  const source = { name: "hello.orig.tar", url: "http://localhost/", tree: object, epoch: 0, origin: tag };
  const library = debian("openssl", "3.5.4-1");
  const built: BuildOrder = { ...order(), upstream: "github", inputs: [source, library] };
  const upToDate = (change: { id?: string; upstream?: "debian"; recipe?: string; version?: string } = {}) =>
    isUpToDate(
      published(built),
      { version: "1.0.0", id: change.id ?? object },
      change.upstream === undefined ? github : debianArchive,
      change.recipe ?? recipe,
      new Map([["arm64", [debian("openssl", change.version ?? "3.5.4-1")]]]),
    );

  test.each([
    ["if its tag, its recipe and its libraries are unchanged", {}, true],
    [
      "if it came from another upstream, whatever that offers",
      { upstream: "debian", id: "other", recipe: "1" },
      true,
    ],
    ["unless its tag changed", { id: "b".repeat(40) }, false],
    ["unless its recipe changed", { recipe: "1".repeat(64) }, false],
    ["unless a library changed", { version: "3.5.4-2" }, false],
  ] as const)("%s", (_, change, expected) => {
    expect(upToDate(change)).toBe(expected);
  });

  test("unless only its files can show that, as with Debian's archive", () => {
    expect(isUpToDate(published(order()), { version: "1.0.0" }, debianArchive, recipe, new Map())).toBe(
      false,
    );
  });
});
