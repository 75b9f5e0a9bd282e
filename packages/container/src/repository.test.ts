import { describe, expect, test } from "vitest";
import { repositoryOnGitHub } from "./repository.ts";

function repository(name: string | undefined, serverUrl = "https://github.com"): string {
  return repositoryOnGitHub(name, { serverUrl, owner: "Example-Org" });
}

describe("the repository that a workflow pushes to", () => {
  test("is the owner's, in lower case, in GitHub's registry", () => {
    expect(repository(undefined)).toBe("ghcr.io/example-org/keepalived");
    expect(repository(undefined, "https://octo.ghe.com")).toBe(
      "containers.octo.ghe.com/example-org/keepalived",
    );
  });

  test("has another name if one is given", () => {
    const name = "ghcr.io/example/network/keepalived";
    expect(repository(name)).toBe(name);
  });

  test.each([
    ["another registry", "quay.io/example/keepalived", /GitHub's registry/],
    ["a host whose name begins like GitHub's", "ghcr.io.example.org/keepalived", /GitHub's registry/],
    ["a tag", "ghcr.io/example/keepalived:2.3.4", /without a tag/],
    ["a capital letter", "ghcr.io/Example/keepalived", /without a tag/],
    ["no registry", "keepalived", /without a tag/],
  ])("is refused with %s", (_, name, message) => {
    expect(() => repository(name)).toThrow(message);
  });
});
