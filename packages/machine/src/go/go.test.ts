import { describe, expect, test } from "vitest";
import { goError, isMatchedBy } from "./go.ts";

describe("a module is matched by", () => {
  test.each([
    ["git.acme.example/team/tool", "git.acme.example"],
    ["git.acme.example/team/tool", "*.acme.example/team"],
    ["git.acme.example/team/tool", "example.org,git.acme.example/t*"],
  ])("%s: %s", (module, patterns) => expect(isMatchedBy(module, patterns)).toBe(true));

  test.each([
    ["git.acme.example", ""],
    ["git.acme.example", "git.acme.example/team"],
    ["git.acme.example/other", "*.acme.example/team"],
    ["git.acme.example.org/team", "git.acme.example"],
  ])("but %s not by %j", (module, patterns) => expect(isMatchedBy(module, patterns)).toBe(false));
});

test.each([
  ["verifying m@v1.0.0: checksum mismatch\n\tdownloaded: h1:a\n\tsum.golang.org: h1:b", "digest-mismatch"],
  ["verifying go.mod: checksum database disabled by GOSUMDB=off", "settings-invalid"],
  ["reading https://proxy.example/m/@v/v1.0.0.info: 404 Not Found", "download-missing"],
  ["Get https://proxy.example: dial tcp 127.0.0.1:1: connect: connection refused", "network-unreachable"],
  ["reading https://proxy.example/m/@v/v1.0.0.zip: 502 Bad Gateway", "network-unreachable"],
  ["something else", "command-failed"],
])("the go command's message %j has its own code", (text, code) => {
  expect(goError("go mod download m", text)).toMatchObject({
    code,
    found: expect.stringContaining(text.split("\n")[0] ?? ""),
  });
});
