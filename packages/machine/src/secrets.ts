import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { KilnError } from "@sysext-kiln/error";

/** The secret settings. The launcher `kiln` has the same list. */
export const secretSettings: readonly string[] = [
  "KILN_SIGNING_KEY",
  "KILN_SIGNING_PASSPHRASE",
  "GITHUB_TOKEN",
  "KILN_UPSTREAM_TOKEN",
];

/** The variable with the file descriptor to read the secrets from. The launcher sets it too. */
const descriptorVariable = "KILN_SECRETS_FD";

/** ASCII's record separator ends each `NAME=VALUE`. */
const separator = "\u001e";

/** Whether a variable is a secret setting, or an input of an action, which may contain a token. */
const isSecret = (name: string) => secretSettings.includes(name) || name.startsWith("INPUT_");

/**
 * Whether a variable is one that the runner sets for every action, such as tokens that can write artifacts
 * and caches or request an identity. Our actions use none of them.
 */
const isUnused = (name: string) => name.startsWith("ACTIONS_");

let taken: Readonly<Record<string, string>> | undefined;

/**
 * The secrets of this process, by the names of their variables. The first call reads them, and removes them
 * from where other processes could read them: from the environment that child processes inherit, and from
 * `/proc/PID/environ`. So call it first. It also disables Node's debugger, which can read everything.
 * @throws KilnError `usage`
 */
export function takeSecrets(): Readonly<Record<string, string>> {
  if (taken) return taken;
  disableDebugger();
  taken = { ...takeFromEnvironment(), ...takeFromDescriptor() };
  return taken;
}

/** Adds a secret that did not come from its own variable. */
export function keepSecret(name: string, value: string): void {
  taken = { ...takeSecrets(), [name]: value };
}

/**
 * By default Node starts its debugger for anybody who may send it a signal, even where the kernel does not let
 * processes of the same user trace each other. A listener replaces Node's own, and its removal leaves none.
 */
function disableDebugger(): void {
  process.on("SIGUSR1", ignore).off("SIGUSR1", ignore);
}

const ignore = () => undefined;

function takeFromEnvironment(): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(process.env)) {
    if (isSecret(name) && value !== "") secrets[name] = value;
    if (isSecret(name) || isUnused(name)) delete process.env[name];
  }
  eraseFromProc();
  return secrets;
}

/**
 * Overwrites secrets in the memory that `/proc/PID/environ` shows: the environment that the process was
 * started with, which no change of `process.env` reaches (proc_pid_environ(5)).
 */
function eraseFromProc(): void {
  const environment = "/proc/self/environ";
  if (process.platform !== "linux" || secretsIn(environment).length === 0) return;
  let problem: unknown;
  try {
    overwriteEnvironment(secretsIn(environment));
  } catch (error) {
    problem = error;
  }
  if (secretsIn(environment).length === 0) return;
  throw new KilnError("usage", {
    expected: `to be able to erase secrets from ${environment}`,
    found: "they are still there",
    next: "put the secrets into files (KILN_SIGNING_KEY_FILE), or start kiln by ./kiln",
    cause: problem,
  });
}

interface Range {
  offset: number;
  size: number;
}

/** Where the secrets are in a file of `NAME=VALUE` entries that each end with a zero byte. */
function secretsIn(environment: string): Range[] {
  let end = 0;
  return readFileSync(environment, "latin1")
    .split("\0")
    .flatMap((entry) => {
      const offset = end;
      end += entry.length + 1;
      const name = entry.slice(0, Math.max(0, entry.indexOf("=")));
      return isSecret(name) || isUnused(name) ? [{ offset, size: entry.length }] : [];
    });
}

function overwriteEnvironment(ranges: readonly Range[]): void {
  const stat = readFileSync("/proc/self/stat", "latin1");
  // The 50th field is the environment's address (proc_pid_stat(5)). The second may contain spaces.
  const start = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[50 - 3]);
  const memory = openSync("/proc/self/mem", "r+");
  try {
    for (const { offset, size } of ranges) writeSync(memory, Buffer.alloc(size), 0, size, start + offset);
  } finally {
    closeSync(memory);
  }
}

function takeFromDescriptor(): Record<string, string> {
  const descriptor = process.env[descriptorVariable];
  if (descriptor === undefined) return {};
  delete process.env[descriptorVariable];
  const secrets = parseSecrets(readAndClose(descriptor));
  if (secrets) return secrets;
  throw new KilnError("usage", {
    expected: `the file descriptor in ${descriptorVariable} to be one that kiln's launcher opened`,
    found: `${JSON.stringify(descriptor)}, from which no secrets can be read`,
    next: `unset ${descriptorVariable}, which is not a setting`,
  });
}

function readAndClose(descriptor: string): string {
  const number = Number(descriptor);
  try {
    const text = readFileSync(number, "utf8");
    closeSync(number);
    return text;
  } catch {
    return "";
  }
}

/** @returns undefined if the text is not a here-document of the launcher */
function parseSecrets(text: string): Record<string, string> | undefined {
  const records = text.split(separator);
  if (records.pop() !== "\n") return undefined;
  const secrets: Record<string, string> = {};
  for (const record of records) {
    const equals = record.indexOf("=");
    const name = record.slice(0, equals);
    if (equals < 0 || !isSecret(name)) return undefined;
    secrets[name] = record.slice(equals + 1);
  }
  return secrets;
}
