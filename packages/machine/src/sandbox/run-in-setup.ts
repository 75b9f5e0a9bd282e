import { chown } from "node:fs/promises";
import { ensurePrograms } from "../ensure-programs.ts";
import { tryRun, type Outcome } from "../run.ts";
import { commandLine } from "./command-line.ts";
import { defaultLimits, resourceLimits, type Limits } from "./limits.ts";
import { topEntries, type Bind, type Root } from "./root.ts";
import { seccompFilter } from "./seccomp.ts";
import type { Setup } from "./setup.ts";
import { withGrantedNamespace } from "./user-namespace.ts";

export interface SandboxOptions {
  root: Root;
  /** Files and folders beside the root's, at a top-level path that the root does not have. */
  readOnly?: readonly Bind[];
  /** Folders that the program may write to; where kiln is root they become the sandbox user's. */
  writable?: readonly Bind[];
  /** The whole environment, apart from PATH and PWD. */
  env?: Readonly<Record<string, string>>;
  limits?: Partial<Limits>;
  signal?: AbortSignal;
}

/** Runs a command in the sandbox that a setup gives. */
export async function runIn(
  setup: Setup,
  command: readonly string[],
  { root, readOnly = [], writable = [], env = {}, limits: changes, signal }: SandboxOptions,
): Promise<Outcome> {
  const limits = { ...defaultLimits, ...changes };
  const { uid, gid } = setup.user;
  if (setup.fromRoot) await Promise.all(writable.map(({ source }) => chown(source, uid, gid)));
  const { bwrap } = await ensurePrograms(["bwrap"], () => undefined);
  const plan = {
    ...{ setup, bwrap, root: root.folder, readOnly, writable, limits },
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...env },
    top: await topEntries(root),
    resourceLimits: await resourceLimits(limits, uid),
  };
  const start = (namespace?: string) => {
    const [program = "", ...args] = commandLine({ ...plan, namespace }, command);
    return tryRun(program, args, {
      // The first process of the sandbox keeps its environment, where the program can read it.
      onlyEnv: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      thirdInput: seccompFilter(process.arch === "arm64" ? "arm64" : "x64"),
      maxOutput: limits.output,
      timeoutMs: limits.seconds * 1000,
      ...(signal === undefined ? {} : { signal }),
    });
  };
  return setup.userNamespace === "own" ? await start() : await withGrantedNamespace(setup, start);
}
