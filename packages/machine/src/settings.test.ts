import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSettings } from "./settings.ts";

test("without any variable everything has a default", () => {
  expect(parseSettings({})).toEqual({
    cacheDirectory: join(homedir(), ".cache/sysext-kiln"),
    debianMirror: "http://deb.debian.org/debian",
    debianSecurityMirror: "http://deb.debian.org/debian-security",
  });
});

test("an empty variable counts as unset, and XDG_CACHE_HOME moves the cache", () => {
  expect(parseSettings({ KILN_CACHE_DIR: "", XDG_CACHE_HOME: "/x" }).cacheDirectory).toBe("/x/sysext-kiln");
  expect(parseSettings({ KILN_CACHE_DIR: "/k", XDG_CACHE_HOME: "/x" }).cacheDirectory).toBe("/k");
});

test("a slash at a mirror's end does not double", () => {
  expect(parseSettings({ KILN_DEBIAN_MIRROR: "http://m.example/debian/" }).debianMirror).toBe(
    "http://m.example/debian",
  );
});

test("a mirror that is no URL is refused by the name of its variable", () => {
  expect(() => parseSettings({ KILN_DEBIAN_MIRROR: "m.example/debian" })).toThrow(
    expect.objectContaining({ code: "usage", expected: expect.stringContaining("KILN_DEBIAN_MIRROR") }),
  );
});
