import { KilnError } from "@sysext-kiln/error";
import { findProgram, isExecutable } from "./find-program.ts";
import { laterSuite, takeFromLaterDebian } from "./later-debian.ts";
import { tryRun, type Say } from "./run.ts";
import { cacheDirectory } from "./settings.ts";

/** A tool of Kubernetes, and how to find out whether an installed one is new enough. */
export interface KubernetesTool {
  /** The name of the program, and of the Debian package that has it. */
  readonly name: string;
  /** What it is for, as the end of "it is needed to ...". */
  readonly purpose: string;
  /** Arguments that make it print its help. */
  readonly help: readonly string[];
  /** An option that its help lists when it is new enough. */
  readonly option: string;
}

export const kustomize: KubernetesTool = {
  name: "kustomize",
  purpose: "put manifests together",
  help: ["build", "--help"],
  option: "--load-restrictor",
};

/**
 * The path of a tool of Kubernetes. Debian 12 has none that knows components, so where the machine's own is missing or too
 * old it is taken from the newest stable Debian into the cache: no root is needed for it.
 */
export async function ensureKubernetesTool(tool: KubernetesTool, say: Say): Promise<string> {
  const { name, purpose } = tool;
  const present = findProgram(name);
  if (present !== undefined && (await isNewEnough(tool, present))) return present;
  const own = cacheDirectory("tools", "kubernetes", name);
  if (!isExecutable(own)) {
    say(`fetching ${name} from Debian ${laterSuite}: it is needed to ${purpose}`);
    await takeFromLaterDebian(name, [`usr/bin/${name}`], own, say);
  }
  if (await isNewEnough(tool, own)) return own;
  throw new KilnError("program-missing", {
    expected: `a ${name} that runs on this machine, to ${purpose}`,
    found: `${own} from Debian ${laterSuite} does not run`,
    next: `install ${name} 5 or later, such as Debian's`,
  });
}

async function isNewEnough({ help, option }: KubernetesTool, path: string): Promise<boolean> {
  const { status, stdout } = await tryRun(path, help);
  return status === 0 && stdout.includes(option);
}
