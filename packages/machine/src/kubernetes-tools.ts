import { KilnError } from "@sysext-kiln/error";
import { findProgram, isExecutable } from "./programs.ts";
import { laterSuite, extractFromLaterDebian } from "./later-debian.ts";
import type { Say } from "./reporter.ts";
import { tryRun } from "./run.ts";
import { cacheDirectory } from "./settings.ts";

/** A Kubernetes tool, and how to find out whether an installed one is new enough. */
export interface KubernetesTool {
  /** The name of the program, and of the Debian package that contains it. */
  name: string;
  /** What it is for; completes "it is needed to ...". */
  purpose: string;
  /** The arguments that print its help. */
  help: readonly string[];
  /** An option that its help lists if it is new enough. */
  option: string;
}

export const kustomize: KubernetesTool = {
  name: "kustomize",
  purpose: "render manifests",
  help: ["build", "--help"],
  option: "--load-restrictor",
};

/**
 * The path of a Kubernetes tool. If this machine's is missing, or too old as Debian 12's are, the one of the
 * newest stable Debian is put into the cache, which does not need root.
 * @throws KilnError `program-missing`
 */
export async function ensureKubernetesTool(tool: KubernetesTool, say: Say): Promise<string> {
  const { name, purpose } = tool;
  const present = findProgram(name);
  if (present !== undefined && (await isNewEnough(tool, present))) return present;
  const cached = cacheDirectory("tools", "kubernetes", name);
  if (!isExecutable(cached)) {
    say(`fetching ${name} from Debian ${laterSuite}: it is needed to ${purpose}`);
    await extractFromLaterDebian(name, [`usr/bin/${name}`], cached, say);
  }
  if (await isNewEnough(tool, cached)) return cached;
  throw new KilnError("program-missing", {
    expected: `a ${name} that runs on this machine, to ${purpose}`,
    found: `${cached} from Debian ${laterSuite} does not run`,
    next: `install ${name} 5 or later, such as Debian's`,
  });
}

async function isNewEnough({ help, option }: KubernetesTool, path: string): Promise<boolean> {
  const { status, stdout } = await tryRun(path, help);
  return status === 0 && stdout.includes(option);
}
