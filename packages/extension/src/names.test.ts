import { describe, expect, test } from "vitest";
import {
  buildRecordName,
  imageName,
  matchPattern,
  parseImageName,
  parseReleaseTag,
  releaseTag,
} from "./names.ts";

const etcd = { name: "etcd", asset: "etcd-{version}-{arch}.raw" };
const keepalived = { name: "keepalived", asset: "keepalived-v{version}-{arch}.raw" };

describe("the template determines", () => {
  test("the name of an image", () => {
    expect(imageName(etcd, { upstream: "3.5.30", revision: 1 }, "x86-64")).toBe("etcd-3.5.30-x86-64.raw");
    expect(imageName(keepalived, { upstream: "2.3.4", revision: 2 }, "arm64")).toBe(
      "keepalived-v2.3.4-2-arm64.raw",
    );
  });

  test("the name of a build record", () => {
    expect(buildRecordName(etcd, { upstream: "3.5.30", revision: 1 }, "arm64")).toBe(
      "etcd-3.5.30-arm64.build.json",
    );
  });

  test("the tag of a release, which has a v for every extension", () => {
    expect(releaseTag(etcd, { upstream: "3.5.30", revision: 1 })).toBe("etcd-v3.5.30");
    expect(releaseTag(keepalived, { upstream: "2.3.4", revision: 3 })).toBe("keepalived-v2.3.4-3");
  });

  test("the pattern for systemd-sysupdate, for all versions and for one series", () => {
    expect(matchPattern(keepalived)).toBe("keepalived-v@v-%a.raw");
    expect(matchPattern(etcd, "3.5")).toBe("etcd-3.5.@v-%a.raw");
  });
});

describe("parsing", () => {
  test("reads the name of an image", () => {
    expect(parseImageName(etcd, "etcd-3.5.30-2-x86-64.raw")).toEqual({
      version: { upstream: "3.5.30", revision: 2 },
      architecture: "x86-64",
    });
  });

  test.each([
    "etcd-3.5.30-riscv64.raw",
    "etcd-x-x86-64.raw",
    "keepalived-v2.3.4-arm64.raw",
    "etcd-3.5.30-arm64.build.json",
    "etcd-v3.5.30-x86-64.raw",
    "etcd-3.5.30\r-x86-64.raw",
    "etcd-3.5.30\n-x86-64.raw",
    "etcd- 3.5.30-x86-64.raw",
    "etcd-3.5.30 -2-x86-64.raw",
  ])("rejects %j as the name of an image of etcd", (name) => {
    expect(parseImageName(etcd, name)).toBeUndefined();
  });

  test("reads the tag of a release", () => {
    expect(parseReleaseTag(etcd, "etcd-v3.5.30-2")).toEqual({ upstream: "3.5.30", revision: 2 });
    expect(parseReleaseTag(etcd, "keepalived-v2.3.4")).toBeUndefined();
    expect(parseReleaseTag(etcd, "updates-7")).toBeUndefined();
    expect(parseReleaseTag(etcd, "etcd-vv3.5.30")).toBeUndefined();
    expect(parseReleaseTag(etcd, "etcd-v3.5.30\r")).toBeUndefined();
  });
});
