import { expect, test } from "vitest";
import { matches } from "./match.ts";

test.each([
  ["bin/hello", "bin/hello"],
  ["bin/hello", "bin/*"],
  ["bin/hello", "*/hello"],
  ["bin/hello", "bin/h*o"],
  ["bin/hello", "bin/hello*"],
  ["hello", "**/hello"],
  ["a/b/c/hello", "**/hello"],
  ["a/b/c/hello", "a/**/hello"],
  ["a/hello", "a/**/hello"],
  ["a/b/c", "a/**"],
  ["share/doc/README", "share/"],
  ["share/doc/README", "./"],
])("%s matches %s", (path, pattern) => {
  expect(matches(path, pattern)).toBe(true);
});

test.each([
  ["bin/hello", "hello"],
  ["bin/hello", "bin"],
  ["bin/hello", "bin/*/hello"],
  ["a/bin/hello", "bin/*"],
  ["bin/hello", "bin/x*"],
  ["bin/hello", "bin/*x"],
  ["bin/hello", "bin/hell*llo"],
  ["bin/hello", "*/goodbye"],
  ["b/c/hello", "a/**/hello"],
  ["a/b/goodbye", "a/**/hello"],
  ["a", "a/**/a"],
  ["hello", "**/bin/hello"],
  ["sharedoc/README", "share/"],
  ["doc/share/", "share/"],
])("%s does not match %s", (path, pattern) => {
  expect(matches(path, pattern)).toBe(false);
});
