import { readFile } from "node:fs/promises";
import { execa } from "execa";

/** New namespaces, which end with this process, together with every process in them. */
export interface Namespace extends AsyncDisposable {
  /** The words that run a command in it, before that command. */
  enter: readonly [string, ...string[]];
  /** Its first process, as seen from here. */
  pid: number;
}

/** What is separated in addition to mounts and processes. */
export type Apart = "net";

/**
 * Opens namespaces whose first process reads a pipe from this process: when this process ends, the kernel
 * ends them.
 */
export async function openNamespace(...apart: readonly Apart[]): Promise<Namespace> {
  const kinds = ["mount", "pid", ...apart].map((kind) => `--${kind}`);
  const unshare = [...kinds, "--fork", "--kill-child", "--propagation", "private"];
  // Nothing inside reaps ended processes; with that signal ignored the kernel does.
  const holder = execa("unshare", [...unshare, "env", "--ignore-signal=CHLD", "cat"], {
    stdin: "pipe",
    detached: true,
    reject: false,
    buffer: { stdout: false },
  });
  holder.stdin.write("ready\n");
  const ready = new Promise<true>((resolve) => holder.stdout.once("data", () => resolve(true)));
  const first = await Promise.race([ready, holder]);
  if (first !== true) throw new Error(`unshare failed: ${first.stderr}`);
  const children = await readFile(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8");
  return {
    enter: ["nsenter", "--target", children.trim(), ...kinds, "--"],
    pid: Number(children),
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await holder;
    },
  };
}
