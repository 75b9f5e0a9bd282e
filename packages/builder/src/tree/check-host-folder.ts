import { basename, dirname, join } from "node:path";
import { kilnHostName, servicesOf, type Definition } from "@sysext-kiln/extension";
import { machinePrograms, runInSandbox } from "@sysext-kiln/machine";
import { hostFolder } from "./assemble.ts";
import type { Entry } from "./entries.ts";

const parent = hostFolder("");

/** Shell programs of an extension that kiln-host runs with `sh`, if they are there. */
const hooks = ["health", "restart-lock", "upgrade-check"];

/** Folders of shell files that a hook sources, `HOOK.d`, or several hooks. */
const partFolders = [...hooks.map((hook) => `${hook}.d`), "hooks.d"];

const isPart = (path: string) =>
  partFolders.includes(dirname(path)) && /^[a-z0-9-]+\.sh$/.test(basename(path));

/**
 * The findings about what a tree has for kiln-host: hooks that are no shell programs or that kiln-host would
 * never run, files in the place of another extension's, and changes of the units that start kiln-host.
 */
export async function checkHostFolder(
  definition: Definition,
  tree: string,
  entries: readonly Entry[],
): Promise<string[]> {
  const { name } = definition;
  const own = `${hostFolder(name)}/`;
  const foreign = entries.filter(
    ({ path }) =>
      path.startsWith(parent) && !`${path}/`.startsWith(own) && !path.slice(parent.length).includes("/"),
  );
  const findings = [
    ...foreign.map(({ path }) => `${path}: only the extension of that name may have this folder`),
    ...entries.flatMap(({ path }) => checkUnit(name, path)),
  ];
  if (name === kilnHostName) return findings;
  for (const { path, type } of entries.filter((entry) => entry.path.startsWith(own))) {
    const hook = path.slice(own.length);
    if (hook === "extension.conf") continue;
    if (type === "directory" && partFolders.includes(hook)) continue;
    if (!hooks.includes(hook) && !isPart(hook))
      findings.push(
        `${path}: not a hook, which are ${hooks.join(", ")}, nor a part of one or of several, HOOK.d/PART.sh or hooks.d/PART.sh`,
      );
    else if (type !== "file") findings.push(`${path}: not a regular file`);
    else if (servicesOf(definition).length === 0)
      findings.push(`${path}: hosts.service names no service that it is for`);
    else findings.push(...(await checkShell(tree, path)));
  }
  return findings;
}

const ownUnits = `usr/lib/systemd/system/${kilnHostName}`;

/** The finding about a file that changes a unit with which hosts start kiln-host. */
function checkUnit(name: string, path: string): string[] {
  if (!path.startsWith(ownUnits)) return [];
  // It replaces a version of kiln-host whose other units do not work.
  if (path.startsWith(`${ownUnits}-recovery.`)) return [`${path}: no image may change this unit`];
  return name === kilnHostName ? [] : [`${path}: only ${kilnHostName} may change its units`];
}

/** Where the sandbox shows a hook. */
const inSandbox = "/hook";

/** The finding about a file that a shell cannot read as a program. */
async function checkShell(tree: string, path: string): Promise<string[]> {
  const { status, stderr } = await runInSandbox(["sh", "-n", inSandbox], {
    root: machinePrograms,
    readOnly: [{ source: join(tree, path), target: inSandbox }],
  });
  if (/^bwrap: /m.test(stderr)) throw new Error(`the sandbox did not start sh: ${stderr.trim()}`);
  return status === 0 ? [] : [`${path}: not a shell program: ${stderr.trim().slice(0, 200)}`];
}
