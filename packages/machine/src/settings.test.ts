import { execFileSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseSettings } from "./settings.ts";

test("without any variable everything has a default", () => {
  expect(parseSettings({})).toEqual({
    cacheDirectory: join(homedir(), ".cache/sysext-kiln"),
    debianMirror: "http://deb.debian.org/debian",
    debianSecurityMirror: "http://deb.debian.org/debian-security",
    githubApiUrl: "https://api.github.com",
    githubServerUrl: "https://github.com",
    upstreamApiUrl: "https://api.github.com",
    upstreamServerUrl: "https://github.com",
    githubWaitScale: 1,
    go: { proxy: "https://proxy.golang.org", sumdb: "sum.golang.org", noProxy: "", noSumdb: "" },
  });
});

test("an empty variable counts as unset, and XDG_CACHE_HOME moves the cache", () => {
  expect(parseSettings({ KILN_CACHE_DIR: "", XDG_CACHE_HOME: "/x" }).cacheDirectory).toBe("/x/sysext-kiln");
  expect(parseSettings({ KILN_CACHE_DIR: "/k", XDG_CACHE_HOME: "/x" }).cacheDirectory).toBe("/k");
});

test("a trailing slash of a mirror is removed", () => {
  expect(parseSettings({ KILN_DEBIAN_MIRROR: "http://m.example/debian/" }).debianMirror).toBe(
    "http://m.example/debian",
  );
});

test("an error about a mirror that is not a URL names the variable", () => {
  expect(() => parseSettings({ KILN_DEBIAN_MIRROR: "m.example/debian" })).toThrow(
    expect.objectContaining({ code: "usage", expected: expect.stringContaining("KILN_DEBIAN_MIRROR") }),
  );
});

test.each(["KILN_DEBIAN_MIRROR", "GITHUB_API_URL", "GITHUB_SERVER_URL", "KILN_UPSTREAM_SERVER_URL"])(
  "%s with a password is rejected, and the password is not printed",
  (name) => {
    for (const scheme of ["https://", "ftp://", ""]) {
      const parse = () => parseSettings({ [name]: `${scheme}me:hunter2@m.example/debian` });
      expect(parse).toThrow(
        expect.objectContaining({ code: "usage", expected: expect.stringContaining(name) }),
      );
      expect(parse).toThrow(expect.objectContaining({ found: '"***@m.example/debian"' }));
      expect(parse).not.toThrow(/hunter2/);
    }
  },
);

test.each(["GITHUB_TOKEN", "KILN_UPSTREAM_TOKEN"])(
  "%s may end with a line break, but a rejected one is not printed",
  (name) => {
    const { githubToken, upstreamToken } = parseSettings({ [name]: "ghs_hidden\n" });
    expect(githubToken ?? upstreamToken).toBe("ghs_hidden");
    for (const value of ["ghs_hidden\nx", "ghs_hidden x", "ghs_hidden\u{1f511}"]) {
      const error: unknown = (() => {
        try {
          return parseSettings({ [name]: value });
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toMatchObject({ code: "usage", expected: expect.stringContaining(name) });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("hidden");
    }
  },
);

test("a program that is started after the settings were read does not inherit the secrets", () => {
  const module = new URL("settings.ts", import.meta.url).href;
  const script = `const { settings } = await import(${JSON.stringify(module)});
    const { signingKey, signingPassphrase, githubToken, upstreamToken } = settings();
    const { execFileSync } = await import("node:child_process");
    console.log(JSON.stringify([signingKey, signingPassphrase, githubToken, upstreamToken, execFileSync("env", { encoding: "utf8" })]));`;
  const secrets = {
    KILN_SIGNING_KEY: "the-key",
    KILN_SIGNING_PASSPHRASE: "the-words",
    GITHUB_TOKEN: "the-token",
    KILN_UPSTREAM_TOKEN: "the-other",
  };
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, ...secrets },
  });
  const strings = z.array(z.string()).length(5);
  const [key, words, token, other, inherited] = strings.parse(JSON.parse(printed));
  expect([key, words, token, other]).toEqual(["the-key", "the-words", "the-token", "the-other"]);
  expect(inherited).not.toMatch(/the-key|the-words|the-token|the-other/);
});

describe("the go command's own variables", () => {
  test("say where modules come from and what verifies them", () => {
    const variables = {
      GOPROXY: "https://goproxy.acme.example,direct",
      GOSUMDB: "sum.acme.example+0123abcd+AAAA https://sum.acme.example",
      GOPRIVATE: "*.acme.example",
      GONOSUMDB: "git.acme.example",
    };
    expect(parseSettings(variables).go).toEqual({
      proxy: variables.GOPROXY,
      sumdb: variables.GOSUMDB,
      noProxy: "*.acme.example",
      noSumdb: "git.acme.example",
    });
  });

  test.each(["https://ann:secret@goproxy.acme.example", "direct,goproxy.acme.example"])(
    "do not have a proxy such as %s",
    (GOPROXY) => {
      const parse = () => parseSettings({ GOPROXY });
      expect(parse).toThrow(/GOPROXY to be URLs without passwords, direct or off, .*~\/\.netrc/);
      expect(parse).not.toThrow(/secret/);
    },
  );
});
