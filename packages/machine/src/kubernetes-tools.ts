import { KilnError } from "@sysext-kiln/error";
import { findProgram, isExecutable } from "./find-program.ts";
import { laterSuite, takeFromLaterDebian } from "./later-debian.ts";
import { tryRun, type Say } from "./run.ts";
import { cacheDirectory } from "./settings.ts";

/** What each is for, as the end of "it is needed to ...", and how it is asked whether it is new enough. */
const tools = {
  kustomize: { purpose: "put manifests together", asks: ["build", "--help"], knows: "--load-restrictor" },
  kubectl: { purpose: "check manifests in tests", asks: ["kustomize", "--help"], knows: "--load-restrictor" },
} as const;

export type KubernetesTool = keyof typeof tools;

/**
 * The path of a tool of Kubernetes. Debian 12 has none that knows components, so where the machine's own is missing or too
 * old it is taken from the newest stable Debian into the cache: no root is needed for it.
 */
export async function ensureKubernetesTool(name: KubernetesTool, say: Say): Promise<string> {
  const { purpose } = tools[name];
  const present = findProgram(name);
  if (present !== undefined && (await isNewEnough(name, present))) return present;
  const own = cacheDirectory("tools", "kubernetes", name);
  if (!isExecutable(own)) {
    say(`fetching ${name} from Debian ${laterSuite}: it is needed to ${purpose}`);
    await takeFromLaterDebian(name, [`usr/bin/${name}`], own, say);
  }
  if (await isNewEnough(name, own)) return own;
  throw new KilnError("program-missing", {
    expected: `a ${name} that runs on this machine, to ${purpose}`,
    found: `${own} from Debian ${laterSuite} does not run`,
    next: `install ${name} 5 or later, such as Debian's`,
  });
}

async function isNewEnough(name: KubernetesTool, path: string): Promise<boolean> {
  const { asks, knows } = tools[name];
  const { status, stdout } = await tryRun(path, asks);
  return status === 0 && stdout.includes(knows);
}
