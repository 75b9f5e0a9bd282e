import { fc, fuzz, mutatedText } from "@sysext-kiln/fuzz";
import { describe, expect } from "vitest";
import { architectures } from "./architecture.ts";
import { definitionSchema } from "./definition.ts";
import { buildRecordName, imageName, parseImageName, parseReleaseTag, releaseTag } from "./names.ts";
import {
  compareImageVersions,
  formatImageVersion,
  parseImageVersion,
  parseUpstreamVersion,
} from "./version.ts";

const names = ["etcd", "keepalived", "a-1"];
const assets = [
  "etcd-{version}-{arch}.raw",
  "keepalived-v{version}-{arch}.raw",
  "a-1-{version}.x-{arch}.raw",
];
const versionTexts = [
  "3.5.30",
  "v3.5.30",
  "3.6.0-rc.1",
  "3.5.30-2",
  "4.8",
  "1.0.0-alpha-2",
  "1.0.0+b",
  "1.0.0-2-3",
];
const versions = mutatedText(versionTexts, ["-2", "-10", "-rc.1", "-rc-1", "+1", "+k3s1", "v"]);
/** Mostly those that extensions have. */
const definitions = fc.oneof(
  { weight: 5, arbitrary: fc.nat(assets.length - 1).map((index) => namesOf(names[index], assets[index])) },
  {
    weight: 1,
    arbitrary: mutatedText(assets, ["{version}", "{arch}"]).map((asset) => namesOf("etcd", asset)),
  },
);

/** What names are derived from, if the schema accepts it. */
function namesOf(name = "", asset = ""): { name: string; asset: string } {
  const { shape } = definitionSchema;
  const isValid = shape.asset.safeParse(asset).success && asset.startsWith(`${name}-`);
  return isValid ? { name, asset } : { name: "etcd", asset: "etcd-{version}-{arch}.raw" };
}

const plain = /^[!-.0-~]+$/;

describe("a version from anywhere", () => {
  fuzz("is understood only as it would be written", versions, (text) => {
    const version = parseImageVersion(text);
    if (version !== undefined) expect(formatImageVersion(version)).toBe(text);
  });

  fuzz(
    "of upstream can be built in every revision",
    fc.tuple(versions, fc.integer({ min: 1, max: 1_000_000 })),
    ([text, revision]) => {
      const upstream = parseUpstreamVersion(text);
      if (upstream === undefined) return;
      expect(parseUpstreamVersion(upstream)).toBe(upstream);
      expect(upstream).toMatch(plain);
      const version = { upstream, revision };
      expect(parseImageVersion(formatImageVersion(version))).toEqual(version);
    },
  );

  fuzz("has one position in the order", fc.tuple(versions, versions), ([left, right]) => {
    const [one, other] = [parseImageVersion(left), parseImageVersion(right)];
    if (one === undefined || other === undefined) return;
    const order = compareImageVersions(one, other);
    expect(Math.sign(compareImageVersions(other, one))).toBe(-Math.sign(order) + 0);
    if (order === 0) expect(one).toEqual(other);
  });
});

describe("a name", () => {
  fuzz(
    "of an image, a record or a release is plain, and is understood again",
    fc.tuple(definitions, versions, fc.constantFrom(...architectures)),
    ([definition, text, architecture]) => {
      const version = parseImageVersion(text);
      if (version === undefined) return;
      const name = imageName(definition, version, architecture);
      expect(name).toMatch(plain);
      expect(parseImageName(definition, name)).toEqual({ version, architecture });
      expect(buildRecordName(definition, version, architecture)).not.toBe(name);
      expect(parseReleaseTag(definition, releaseTag(definition, version))).toEqual(version);
    },
  );

  fuzz(
    "from anywhere is understood only as it would be written",
    fc.tuple(
      definitions,
      mutatedText(
        ["etcd-3.5.30-x86-64.raw", "keepalived-v2.3.4-2-arm64.raw", "etcd-v3.5.30", "a-1-1.0.0.x-arm64.raw"],
        versionTexts,
      ),
    ),
    ([definition, name]) => {
      const image = parseImageName(definition, name);
      if (image !== undefined) expect(imageName(definition, image.version, image.architecture)).toBe(name);
      const version = parseReleaseTag(definition, name);
      if (version !== undefined) expect(releaseTag(definition, version)).toBe(name);
    },
  );
});
