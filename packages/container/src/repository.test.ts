import { describe, expect, test } from "vitest";
import { repositoryOnGitHub } from "./repository.ts";

describe("the repository that a workflow pushes to", () => {
  test("is the owner's, in small letters, in GitHub's registry", () => {
    const at = (serverUrl: string) => repositoryOnGitHub(undefined, { serverUrl, owner: "Example-Org" });
    expect(at("https://github.com")).toBe("ghcr.io/example-org/keepalived");
    expect(at("https://octo.ghe.com")).toBe("containers.octo.ghe.com/example-org/keepalived");
  });

  const of = (name: string) =>
    repositoryOnGitHub(name, { serverUrl: "https://github.com", owner: "example" });

  test("has another name where one is given", () => {
    expect(of("ghcr.io/example/network/keepalived")).toBe("ghcr.io/example/network/keepalived");
  });

  test.each([
    ["another registry", "quay.io/example/keepalived", /GitHub's registry/],
    ["a host that begins like GitHub's", "ghcr.io.example.org/keepalived", /GitHub's registry/],
    ["a tag", "ghcr.io/example/keepalived:2.3.4", /without a tag/],
    ["a capital letter", "ghcr.io/Example/keepalived", /without a tag/],
    ["no registry", "keepalived", /without a tag/],
  ])("is refused with %s", (_, name, message) => {
    expect(() => of(name)).toThrow(message);
  });
});
