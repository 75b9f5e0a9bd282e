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

describe("every name comes from the template", () => {
  test("the image", () => {
    expect(imageName(etcd, { upstream: "3.5.30", revision: 1 }, "x86-64")).toBe("etcd-3.5.30-x86-64.raw");
    expect(imageName(keepalived, { upstream: "2.3.4", revision: 2 }, "arm64")).toBe(
      "keepalived-v2.3.4-2-arm64.raw",
    );
  });

  test("its build record", () => {
    expect(buildRecordName(etcd, { upstream: "3.5.30", revision: 1 }, "arm64")).toBe(
      "etcd-3.5.30-arm64.build.json",
    );
  });

  test("the release's tag, which has a v for every extension", () => {
    expect(releaseTag(etcd, { upstream: "3.5.30", revision: 1 })).toBe("etcd-v3.5.30");
    expect(releaseTag(keepalived, { upstream: "2.3.4", revision: 3 })).toBe("keepalived-v2.3.4-3");
  });

  test("sysupdate's pattern, for all versions and for one line", () => {
    expect(matchPattern(keepalived)).toBe("keepalived-v@v-%a.raw");
    expect(matchPattern(etcd, "3.5")).toBe("etcd-3.5.@v-%a.raw");
  });
});

describe("names are read back", () => {
  test("an image's", () => {
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
  ])("%s is no image of etcd", (name) => {
    expect(parseImageName(etcd, name)).toBeUndefined();
  });

  test("a tag's", () => {
    expect(parseReleaseTag(etcd, "etcd-v3.5.30-2")).toEqual({ upstream: "3.5.30", revision: 2 });
    expect(parseReleaseTag(etcd, "keepalived-v2.3.4")).toBeUndefined();
    expect(parseReleaseTag(etcd, "updates-7")).toBeUndefined();
  });
});
