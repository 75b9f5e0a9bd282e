import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { secretSettings, takeSecrets } from "./secrets.ts";

function hasNoPassword(url: string): boolean {
  const { username, password } = new URL(url);
  return username === "" && password === "";
}

const mirror = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://", abort: true })
    .refine(hasNoPassword, "a URL without a password, because build records contain it")
    .default(fallback)
    .transform((url) => url.replace(/\/+$/, ""));

const address = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://", abort: true })
    .refine(hasNoPassword, "a URL without a password, because it becomes an argument of git")
    .default(fallback)
    .transform((url) => url.replace(/\/+$/, ""));

/** A token for an HTTP header. It is checked here because errors about invalid headers print the value. */
const token = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, "a token without spaces, line breaks or control characters");

/** A list of module proxies, as the go command reads it. */
const goProxies = z
  .string()
  .refine(
    (list) => list.split(/[,|]/).every((one) => one === "direct" || one === "off" || isGoProxy(one.trim())),
    "URLs without passwords, direct or off, separated by commas or bars; logins belong in ~/.netrc",
  );

function isGoProxy(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^(https?|file):$/.test(url.protocol) && hasNoPassword(text);
}

const environment = z.object({
  KILN_CACHE_DIR: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  KILN_DEBIAN_MIRROR: mirror("http://deb.debian.org/debian"),
  KILN_DEBIAN_SECURITY_MIRROR: mirror("http://deb.debian.org/debian-security"),
  KILN_DEBIAN_KEYRING: z.string().optional(),
  KILN_SIGNING_KEY: z.string().optional(),
  KILN_SIGNING_KEY_FILE: z.string().optional(),
  KILN_SIGNING_PASSPHRASE: z.string().optional(),
  GITHUB_API_URL: address("https://api.github.com"),
  GITHUB_SERVER_URL: address("https://github.com"),
  GITHUB_TOKEN: token.optional(),
  GITHUB_JOB: z.string().optional(),
  KILN_UPSTREAM_API_URL: address("https://api.github.com"),
  KILN_UPSTREAM_SERVER_URL: address("https://github.com"),
  KILN_UPSTREAM_TOKEN: token.optional(),
  // The go command's own variables, with its own public proxy and checksum database as the defaults.
  GOPROXY: goProxies.default("https://proxy.golang.org"),
  GOSUMDB: z.string().default("sum.golang.org"),
  GOPRIVATE: z.string().default(""),
  GONOPROXY: z.string().optional(),
  GONOSUMDB: z.string().optional(),
  KILN_GITHUB_WAIT_SCALE: z
    .stringFormat("factor", /^\d{1,3}(\.\d+)?$/, { error: "a number such as 1 or 0.01" })
    .transform(Number)
    .default(1),
});

export interface GoSettings {
  /** Module proxies, in the order in which they are asked. */
  proxy: string;
  /** The checksum database. */
  sumdb: string;
  /** Patterns of modules that are fetched from their repositories, not from a proxy. */
  noProxy: string;
  /** Patterns of modules that are not verified against the checksum database. */
  noSumdb: string;
}

/** The settings that come from the environment. */
export interface Settings {
  /**
   * For everything that is kept between runs: tools, downloads, indexes, the state of kiln's own Docker
   * engine.
   */
  cacheDirectory: string;
  debianMirror: string;
  /** The mirror of the suites whose names end in `-security`. */
  debianSecurityMirror: string;
  /** The keyring for the mirrors' signatures, if it is not Debian's. */
  debianKeyring: string | undefined;
  /** The private key that signs manifests. */
  signingKey: string | undefined;
  /** The file that contains the private key. */
  signingKeyFile: string | undefined;
  signingPassphrase: string | undefined;
  /** The API and the pages of the GitHub that releases are published to; GitHub Actions sets both. */
  githubApiUrl: string;
  githubServerUrl: string;
  githubToken: string | undefined;
  /** The workflow job that this process runs in. */
  githubJob: string | undefined;
  /** The GitHub of upstreams: the public one by default, even when publishing to an Enterprise Server. */
  upstreamApiUrl: string;
  upstreamServerUrl: string;
  upstreamToken: string | undefined;
  /** Where Go modules come from, and what verifies them, as the go command spells it. */
  go: GoSettings;
  /** Scales the waits between requests to the GitHub that is published to; 1 is what GitHub asks for. */
  githubWaitScale: number;
}

/**
 * Reads the settings from an environment. An empty variable counts as unset.
 * @throws KilnError `usage`
 */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    throw new KilnError("usage", {
      expected: `the environment variable ${name} to be ${issue?.message}`,
      found: secretSettings.includes(name)
        ? "a value that is not shown, because it is secret"
        : withoutLogin(JSON.stringify(variables[name])),
      next: `correct ${name}, or unset it to use the default`,
    });
  }
  const values = parsed.data;
  return {
    cacheDirectory: resolve(
      values.KILN_CACHE_DIR ?? join(values.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sysext-kiln"),
    ),
    debianMirror: values.KILN_DEBIAN_MIRROR,
    debianSecurityMirror: values.KILN_DEBIAN_SECURITY_MIRROR,
    debianKeyring: values.KILN_DEBIAN_KEYRING,
    signingKey: values.KILN_SIGNING_KEY,
    signingKeyFile: values.KILN_SIGNING_KEY_FILE,
    signingPassphrase: values.KILN_SIGNING_PASSPHRASE,
    githubApiUrl: values.GITHUB_API_URL,
    githubServerUrl: values.GITHUB_SERVER_URL,
    githubToken: values.GITHUB_TOKEN,
    githubJob: values.GITHUB_JOB,
    upstreamApiUrl: values.KILN_UPSTREAM_API_URL,
    upstreamServerUrl: values.KILN_UPSTREAM_SERVER_URL,
    upstreamToken: values.KILN_UPSTREAM_TOKEN,
    go: {
      proxy: values.GOPROXY,
      sumdb: values.GOSUMDB,
      noProxy: values.GONOPROXY ?? values.GOPRIVATE,
      noSumdb: values.GONOSUMDB ?? values.GOPRIVATE,
    },
    githubWaitScale: values.KILN_GITHUB_WAIT_SCALE,
  };
}

/** Hides what may be a user name and password in a URL, even if it is malformed. */
function withoutLogin(text: string): string {
  return text.replace(/^"?.*@/, '"***@');
}

let current: Settings | undefined;

/** The settings of this process. The first call reads them from its environment and its secrets. */
export function settings(): Settings {
  current ??= parseSettings({ ...process.env, ...takeSecrets() });
  return current;
}

/** The folder for everything that is kept between runs, or a path below it. */
export function cacheDirectory(...names: string[]): string {
  return join(settings().cacheDirectory, ...names);
}
