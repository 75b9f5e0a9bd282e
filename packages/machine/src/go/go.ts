import { dirname, matchesGlob } from "node:path";
import { KilnError, type ErrorCode } from "@sysext-kiln/error";
import { extractFromLaterDebian, laterSuite } from "../later-debian.ts";
import { findProgram, isExecutable } from "../programs.ts";
import type { Say } from "../reporter.ts";
import { tryRun, type Outcome } from "../run.ts";
import { cacheDirectory, settings } from "../settings.ts";

export interface GoOptions {
  say: Say;
  /** The program; by default the one that `bootstrapGo` finds. */
  program?: string;
  cwd?: string;
  /** Variables in addition to those of `goEnvironment`. */
  env?: Readonly<Record<string, string>>;
  /** Returns also if the program failed, because its output says what was wrong. */
  mayFail?: boolean;
}

/** Debian's package with a go command that fetches and verifies newer toolchains, and where it is in it. */
const debianGo = { name: "golang-1.24-go", path: "usr/lib/go-1.24/bin/go" };

/**
 * A go command that can fetch modules with their verification. It compiles nothing: that is what the pinned
 * toolchain is for, which it fetches. If this machine's is missing or older than 1.21, the one of the newest
 * stable Debian is put into the cache, which does not need root.
 * @throws KilnError `program-missing`, and those of a download
 */
export async function bootstrapGo(say: Say): Promise<string> {
  const present = findProgram("go");
  if (present !== undefined && (await isNewEnough(present))) return present;
  const cached = debianProgram();
  if (!isExecutable(cached)) {
    say(`fetching a go command from Debian ${laterSuite}: it is needed to fetch and verify Go modules`);
    await extractFromLaterDebian(debianGo.name, [debianGo.path], cached, say);
  }
  return cached;
}

function debianProgram(): string {
  return cacheDirectory("tools", "go", "go");
}

async function isNewEnough(program: string): Promise<boolean> {
  const { stdout } = await tryRun(program, ["version"], { env: { GOTOOLCHAIN: "local" } });
  const minor = Number(/^go version go1\.(\d+)/.exec(stdout)?.[1]);
  return minor >= 21;
}

/** The folder of fetched modules, which the go command verifies when it fetches them. */
export function moduleCache(): string {
  return cacheDirectory("go", "modules");
}

/** What the go command reads from its environment: nothing of the user's but where modules come from. */
export function goEnvironment(): Record<string, string> {
  const { proxy, sumdb, noProxy, noSumdb } = settings().go;
  const others = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(CGO_|GO)/.test(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(others),
    GOENV: "off",
    GOFLAGS: "-modcacherw",
    GOTELEMETRY: "off",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GOPROXY: proxy,
    GOSUMDB: sumdb,
    GONOPROXY: noProxy,
    GONOSUMDB: noSumdb,
    GOMODCACHE: moduleCache(),
    GOPATH: cacheDirectory("go", "path"),
  };
}

/**
 * Runs the go command.
 * @throws KilnError `digest-mismatch`, `download-missing`, `network-unreachable`, `command-failed`
 */
export async function runGo(args: readonly string[], options: GoOptions): Promise<Outcome> {
  const { say, cwd, env = {}, mayFail = false, program = await bootstrapGo(say) } = options;
  // Without its files, Debian's has to be told that there is a root; it needs none to fetch modules.
  const root = program === debianProgram() ? { GOROOT: dirname(program) } : {};
  const outcome = await tryRun(program, args, {
    onlyEnv: { ...goEnvironment(), ...root, ...env },
    cwd: cwd ?? "/",
  });
  if (outcome.status === 0 || mayFail) return outcome;
  throw goError(`go ${args.join(" ")}`, outcome.stderr.trim() || outcome.ending);
}

const next = {
  verify: "do not use this version; report it to upstream and to the operator of the module proxy",
  database: "set GOSUMDB to a checksum database, or unset it to use the public one",
  network: "try again later, or check the network and the settings GOPROXY and GOSUMDB",
  missing: "check the module and its version, or use another module proxy (GOPROXY)",
  package: 'correct "programs" of the upstream go in extension.yaml',
  other: "read the message of the go command",
};

/** By what the go command prints. */
const kinds: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /checksum mismatch|SECURITY ERROR|invalid GOSUMDB|bad (?:record|signature)/,
    "digest-mismatch",
    next.verify,
  ],
  [/checksum database disabled/, "settings-invalid", next.database],
  [
    /does not contain package|cannot find package|no required module provides|no Go files/,
    "build-failed",
    next.package,
  ],
  [/\b(?:404|410|403) |unknown revision|no matching versions/, "download-missing", next.missing],
  [/dial tcp|connection re|no such host|timeout|EOF|\b5\d\d /i, "network-unreachable", next.network],
];

/** The error for what the go command printed. */
export function goError(command: string, text: string): KilnError {
  const [, code = "command-failed", advice = next.other] =
    kinds.find(([pattern]) => pattern.test(text)) ?? [];
  return new KilnError(code, {
    expected: `the command \`${command}\` to succeed`,
    found: text.split("\n").slice(0, 8).join("\n    "),
    next: advice,
  });
}

/** Whether a module is one of a list of patterns such as GOPRIVATE: globs of the start of its path. */
export function isMatchedBy(module: string, patterns: string): boolean {
  return patterns
    .split(",")
    .filter((pattern) => pattern !== "")
    .some((pattern) => {
      const length = pattern.split("/").length;
      return matchesGlob(module.split("/").slice(0, length).join("/"), pattern);
    });
}
