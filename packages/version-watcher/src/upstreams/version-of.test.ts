import { describe, expect, test } from "vitest";
import { versionsInPage } from "./http/html.ts";
import { tagsByVersion, versionOf } from "./version-of.ts";

describe("the version in a tag", () => {
  test.each([
    ["v1.2.3", undefined, "1.2.3"],
    ["1.2.3", undefined, "1.2.3"],
    ["hello-1.2.3", undefined, undefined],
    ["latest", undefined, undefined],
    ["hello-1.2.3", "hello-{version}", "1.2.3"],
    ["hello-v1.2.3", "hello-{version}", undefined],
    ["hello-v1.2.3", "hello-v{version}", "1.2.3"],
    ["1.2.3", "hello-{version}", undefined],
  ])("%s with the form %s is %s", (tag, form, version) => {
    expect(versionOf(tag, form)).toBe(version);
  });

  test("may be that of several tags", () => {
    const tags = ["v1.0.0", "1.0.0", "nightly", "v1.1.0"].map((name) => ({
      name,
      object: { type: "commit", sha: "" },
    }));
    const names = [...tagsByVersion(tags)].map(([version, found]) => [
      version,
      found.map(({ name }) => name),
    ]);
    expect(names).toEqual([
      ["1.0.0", ["v1.0.0", "1.0.0"]],
      ["1.1.0", ["v1.1.0"]],
    ]);
  });
});

describe("the versions in a page", () => {
  const page = `<a href="docker-28.1.1.tgz">docker-28.1.1.tgz</a> docker-28.2.0-rc.1.tgz docker-x.tgz
    docker-28.0.0.tar.gz docker-rootless-28.3.0.tgz docker-1.0.0%2Bk3s1.tgz docker-1.0.1&#43;a.tgz`;

  test("are between the texts of the pattern", () => {
    expect([...versionsInPage(page, "docker-{version}.tgz")].toSorted()).toEqual([
      ...["1.0.0+k3s1", "1.0.1+a", "28.1.1", "28.2.0-rc.1"],
    ]);
  });

  test("end with what cannot be in a version, if the pattern ends with it", () => {
    expect([...versionsInPage("a/1.0.0/ a/1.1.0 a/1.2.0", "a/{version}")]).toEqual([
      "1.0.0",
      "1.1.0",
      "1.2.0",
    ]);
  });

  test("have at most 100 characters", () => {
    const longest = `1.0.0+${"a".repeat(94)}`;
    expect([...versionsInPage(`docker-${longest}.tgz`, "docker-{version}.tgz")]).toEqual([longest]);
    expect(versionsInPage(`docker-${longest}a.tgz`, "docker-{version}.tgz").size).toBe(0);
  });
});
