import { afterEach, describe, expect, test, vi } from "vitest";
import { openReleaseStore } from "./open-release-store.ts";

afterEach(() => vi.unstubAllEnvs());

describe("the store", () => {
  test.each(["images", "/srv/images", "s3", "a:b"])("%s is a directory", (to) => {
    expect(openReleaseStore(to, { forPublishing: true })).toMatchObject({
      name: `directory ${to}`,
      folder: to,
    });
  });

  test("github:OWNER/REPO is the releases of a repository on GitHub", () => {
    vi.stubEnv("GITHUB_SERVER_URL", "https://github.example.org");
    expect(openReleaseStore("github:acme/extensions")).toMatchObject({
      name: "GitHub acme/extensions",
      baseUrl: "https://github.example.org/acme/extensions",
      maxAssets: 1000,
    });
  });

  test.each(["s3://bucket/x", "https://github.com/acme/extensions", "github:acme"])("%s is refused", (to) => {
    expect(() => openReleaseStore(to)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test("on GitHub needs a token only for publishing", () => {
    vi.stubEnv("GITHUB_TOKEN", undefined);
    expect(() => openReleaseStore("github:acme/extensions", { forPublishing: true })).toThrow(
      expect.objectContaining({ code: "token-invalid" }),
    );
    expect(openReleaseStore("github:acme/extensions").folder).toBeUndefined();
  });
});
