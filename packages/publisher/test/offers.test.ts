import { hash } from "node:crypto";
import type { IndexedImage } from "@sysext-kiln/extension";
import type { Asset, Release } from "@sysext-kiln/release-store";
import { describe, expect, test } from "vitest";
import { formatManifest } from "../src/manifest.ts";
import { forNewHosts, isOpen, planOffers, releasedImages, requireUnchanged } from "../src/offers.ts";
import { definitionOf } from "./images.ts";

const now = new Date("2026-01-01T00:00:00.900Z");
const seconds = Date.parse("2026-01-01T00:00:00Z") / 1000;
const sha256 = hash("sha256", "an image");
const indexed: IndexedImage = {
  ...{ name: "etcd-1.0.0-arm64.raw", sha256, size: 8, tag: "etcd-v1.0.0", start: 0, rollout: 0 },
};

function etcdWith(versions: object) {
  return definitionOf("etcd", versions, { architectures: ["arm64"] });
}

function releaseOf(version: string): Release {
  const name = `etcd-${version}-arm64.raw`;
  return {
    ...{ id: version, tag: `etcd-v${version}`, notes: "", draft: false, begunAt: undefined },
    ...{ latest: false, prerelease: false },
    assets: [{ id: name, name, size: 8, sha256, complete: true }],
  };
}

const imagesIn = ({ release: { tag, assets } }: { release: Release }) =>
  Promise.resolve(assets.map(({ name }) => ({ name, sha256, size: 8, tag })));

const versionsOf = (images: readonly IndexedImage[]) =>
  images.map(({ name }) => name.replace(/^etcd-|-arm64\.raw$/g, ""));

/** The versions in the index, and those for every host, without a previous directory. */
async function offered(versions: object, published: readonly string[]) {
  const options = { previous: undefined, imagesOf: imagesIn, now };
  const { index, stock } = await planOffers([etcdWith(versions)], published.map(releaseOf), options);
  return { index: versionsOf(index), stock: versionsOf(stock), images: index };
}

describe("hosts are offered", () => {
  test("as many of the newest versions as are retained", async () => {
    const versions = await offered({ retain: 2 }, ["1.0.0", "1.2.0", "1.1.0"]);
    expect(versions).toMatchObject({ index: ["1.2.0", "1.1.0"], stock: ["1.2.0", "1.1.0"] });
  });

  test("the newest revision of each version, which does not replace an older version", async () => {
    const versions = await offered({ retain: 2 }, ["1.0.0", "1.1.0", "1.1.0-2", "1.1.0-3"]);
    expect(versions).toMatchObject({ index: ["1.1.0-3", "1.0.0"], stock: ["1.1.0-3", "1.0.0"] });
  });

  test("besides a version that is being rolled out, as many as every host may take", async () => {
    const versions = await offered({ retain: 1, rollout: "1h" }, ["1.0.0", "1.1.0", "1.2.0"]);
    expect(versions).toMatchObject({ index: ["1.2.0", "1.1.0"], stock: ["1.1.0"] });
    expect(versions.images.map(({ start, rollout }) => [start, rollout])).toEqual([
      [seconds, 3600],
      [0, 3600],
    ]);
  });

  test("the only version at once", async () => {
    const versions = await offered({ rollout: "1h" }, ["1.0.0"]);
    expect(versions).toMatchObject({ stock: ["1.0.0"], images: [{ start: 0 }] });
  });

  test("a paused version only in the index, and an older one beside it", async () => {
    const versions = await offered({ retain: 1, paused: { "1.1.0": "is slow" } }, ["1.0.0", "1.1.0"]);
    expect(versions).toMatchObject({ index: ["1.1.0", "1.0.0"], stock: ["1.0.0"] });
    expect(versions.images[0]?.paused).toEqual({ since: seconds, reason: "is slow" });
  });

  test("a withdrawn version only in the index, after the others, which are rolled out", async () => {
    const versions = await offered({ rollout: "1h", withdrawn: { "1.1.0": "loses data" } }, [
      "1.0.0",
      "1.1.0",
    ]);
    expect(versions).toMatchObject({ index: ["1.0.0", "1.1.0"], stock: [] });
    expect(versions.images.map(({ withdrawn }) => withdrawn)).toEqual([undefined, "loses data"]);
  });

  test("nothing of a version whose images must not be offered", async () => {
    const options = { previous: undefined, imagesOf: () => Promise.resolve(undefined), now };
    const offers = await planOffers([etcdWith({})], [releaseOf("1.0.0")], options);
    expect(offers).toEqual({ index: [], stock: [] });
  });
});

const listed = (more: Partial<IndexedImage>) => ({ ...indexed, start: seconds - 600, ...more });

/** The start of a rollout and of a pause, of an image that was listed before, in the next index. */
async function startAfter(before: IndexedImage, versions: object = {}) {
  const index = {
    ...{ number: 1, created: 1, repository: "https://example.org", keys: [], retired: [] },
    images: [before],
  };
  const previous = { manifest: "", lines: new Set<string>(), index, records: undefined };
  const options = { previous, imagesOf: imagesIn, now };
  const offers = await planOffers([etcdWith({ rollout: "1h", ...versions })], [releaseOf("1.0.0")], options);
  return offers.index.map((image) => [image.start - seconds, image.paused?.since]);
}

describe("what was offered before", () => {
  test("keeps the start of its rollout, unless that is in the future", async () => {
    expect(await startAfter(listed({}))).toEqual([[-600, undefined]]);
    expect(await startAfter(listed({ start: seconds + 600 }))).toEqual([[0, undefined]]);
  });

  test("continues its rollout later by the time of a pause that has ended", async () => {
    const paused = { since: seconds - 300, reason: "is slow" };
    expect(await startAfter(listed({ paused }))).toEqual([[-300, undefined]]);
    expect(await startAfter(listed({ paused: { ...paused, since: seconds + 300 } }))).toEqual([
      [-600, undefined],
    ]);
    expect(await startAfter(listed({ paused, start: 0 }))).toEqual([[-seconds, undefined]]);
  });

  test("remains paused since the same time", async () => {
    const paused = { since: seconds - 300, reason: "is slow" };
    expect(await startAfter(listed({ paused }), { paused: { "1.0.0": "is slow" } })).toEqual([
      [-600, paused.since],
    ]);
  });
});

test("an image is for every host from the end of its rollout on, unless it is paused or withdrawn", () => {
  const rolledOut = { ...indexed, start: seconds - 3600, rollout: 3600 };
  expect(isOpen(rolledOut, now)).toBe(true);
  expect(isOpen({ ...rolledOut, rollout: 3601 }, now)).toBe(false);
  expect(isOpen({ ...indexed, paused: { since: 0, reason: "is slow" } }, now)).toBe(false);
  expect(isOpen({ ...indexed, withdrawn: "loses data" }, now)).toBe(false);
});

test("new hosts start with what every host may take, or else with what is being rolled out", () => {
  const begun = { ...indexed, start: seconds, rollout: 3600 };
  const withdrawn = { ...indexed, withdrawn: "loses data" };
  const paused = { ...indexed, paused: { since: 0, reason: "is slow" } };
  expect(forNewHosts([begun, indexed, withdrawn, paused], now)).toEqual([indexed]);
  expect(forNewHosts([begun, withdrawn, paused], now)).toEqual([begun]);
});

const check = (more: Partial<Asset>) => () => {
  const { assets, ...release } = releaseOf("1.0.0");
  requireUnchanged({ ...release, assets: assets.map((asset) => ({ ...asset, ...more })) }, indexed);
};

describe("a release", () => {
  test("is as it was published if its asset has the size, and the digest if the store knows it", () => {
    expect(check({})).not.toThrow();
    expect(check({ sha256: undefined })).not.toThrow();
  });

  test.each<[string, Partial<Asset>, string]>([
    ["another size", { size: 9, sha256: undefined }, "digest-mismatch"],
    ["another digest", { sha256: hash("sha256", "") }, "digest-mismatch"],
    ["another name", { name: "other.raw" }, "not-published"],
    ["no complete asset", { complete: false }, "not-published"],
  ])("has changed if it has %s", (_, more, code) => {
    expect(check(more)).toThrow(expect.objectContaining({ code }));
  });

  test("has the images of its own version, whatever else its manifest lists", () => {
    const version = {
      ...{ definition: etcdWith({}), version: { upstream: "1.0.0", revision: 1 }, record: undefined },
      release: releaseOf("1.0.0"),
    };
    const names = ["etcd-1.0.0-arm64.raw", "etcd-1.1.0-arm64.raw", "etcd-1.0.0-arm64.build.json"];
    const manifest = formatManifest(names.map((name) => ({ name, sha256 })));
    expect(releasedImages(version, manifest)).toEqual([
      { name: indexed.name, sha256, size: 8, tag: "etcd-v1.0.0" },
    ]);
  });
});
