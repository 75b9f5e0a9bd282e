import { open } from "node:fs/promises";
import { join, posix } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { type Architecture, type Definition, spellings } from "@sysext-kiln/extension";
import { machinePrograms, runInSandbox } from "@sysext-kiln/machine";
import { checkHostFolder } from "./check-host-folder.ts";
import { checkUnits } from "./check-units.ts";
import { entriesOf, type Entry } from "./entries.ts";

/**
 * Rejects a tree that would harm a host or not work on it.
 * @throws KilnError `tree-invalid` with all findings
 */
export async function checkTree(
  definition: Definition,
  architecture: Architecture,
  tree: string,
): Promise<void> {
  const entries = await entriesOf(tree);
  const findings = [
    ...checkLayout(entries, definition.links ?? {}),
    ...checkUsrLocal(entries, definition),
    ...(await checkUnits(tree, entries, hostProgramsOf(definition, entries))),
    ...(await checkHostFolder(definition, tree, entries)),
    ...(await checkPrograms(tree, entries, architecture, definition)),
  ];
  if (findings.length === 0) return;
  throw new KilnError("tree-invalid", {
    expected: `a tree of ${definition.name} for ${architecture} that is safe to merge into /usr`,
    found: findings.join("; "),
    next: `correct extensions/${definition.name}: its extension.yaml, files/ or Dockerfile`,
  });
}

/** Directories that would replace the host's in a merge. */
const forbidden: Readonly<Record<string, string>> = {
  "usr/sbin": "on hosts where it is a link to bin, it would hide every other program there; use usr/bin",
  "usr/lib64": "on hosts where it is a link, it would hide every library there; use usr/lib",
  "usr/lib32": "on hosts where it is a link, it would hide every library there; use usr/lib",
  "usr/libx32": "on hosts where it is a link, it would hide every library there; use usr/lib",
  "usr/etc": "on hosts with ostree it has the defaults of /etc; use etc/",
  "usr/tmp": "on some hosts it is a link to /var/tmp",
};
const usrLocal = "usr/local";

/** The host's programs that units may start; kiln itself adds a unit that starts systemd-tmpfiles. */
function hostProgramsOf({ name, hostPrograms }: Definition, entries: readonly Entry[]): string[] {
  const addsUnit = entries.some(({ path }) => path === `usr/lib/tmpfiles.d/${name}-etc.conf`);
  return addsUnit ? [...hostPrograms, "systemd-tmpfiles"] : [...hostPrograms];
}

/** The findings about the paths, types and modes of a tree's entries. */
function checkLayout(entries: readonly Entry[], links: Readonly<Record<string, string>>): string[] {
  const paths = new Set(entries.map(({ path }) => path));
  const present = Object.keys(forbidden).filter((path) => paths.has(path));
  return [
    ...(paths.has("usr") ? [] : ["no usr/"]),
    ...present.map((path) => `${path}: ${forbidden[path] ?? ""}`),
    ...entries.flatMap((entry) => checkEntry(entry, paths, links)),
  ];
}

/** A finding if there are files in /usr/local that the definition does not declare, or none although it declares them. */
function checkUsrLocal(entries: readonly Entry[], { hosts }: Definition): string[] {
  const isPresent = entries.some(({ path }) => path === usrLocal);
  if (isPresent === (hosts.usrLocal ?? false)) return [];
  return isPresent
    ? [
        `${usrLocal}: on hosts where it is a link or a mount, it would hide the operator's programs; use usr/, or write "usrLocal: true" below "hosts" to exclude those hosts`,
      ]
    : [`${usrLocal}: missing, although "hosts.usrLocal" says that the image has files in it`];
}

function checkEntry(
  { path, type, mode, target = "" }: Entry,
  paths: ReadonlySet<string>,
  links: Readonly<Record<string, string>>,
): string[] {
  if (path !== "usr" && !path.startsWith("usr/")) return [`${path}: outside usr/`];
  // A line break would begin a new line of a file that lists names, such as one of tmpfiles.d(5).
  if (/\p{Cc}/u.test(path + target)) return [`${JSON.stringify(path)}: a name with a control character`];
  switch (type) {
    case "directory":
      return mode === 0o755 ? [] : [`${path}: mode ${octal(mode)} where directories have 0755`];
    case "file":
      return mode === 0o755 || mode === 0o644
        ? []
        : [`${path}: mode ${octal(mode)} where files have 0644 or 0755`];
    case "link":
      return links[path] === target && isOutsideUsr(target) ? [] : checkLink(path, target, paths);
    case "other":
    default:
      return [`${path}: neither a file, a directory nor a link`];
  }
}

function checkLink(path: string, target: string, paths: ReadonlySet<string>): string[] {
  const resolved = target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(path), target);
  return paths.has(posix.normalize(resolved))
    ? []
    : [
        `${path}: a link to ${target}, which the image does not contain${isOutsideUsr(target) ? ' and "links" in extension.yaml does not name' : ""}`,
      ];
}

/** Whether a link leads to the host's own files, which no image provides. */
function isOutsideUsr(target: string): boolean {
  return target.startsWith("/") && !posix.normalize(target).startsWith("/usr/");
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/**
 * The findings about the tree's ELF files: of another architecture, dynamic although they must be static, or
 * in an extension of files, where nothing says what they were compiled from.
 */
async function checkPrograms(
  tree: string,
  entries: readonly Entry[],
  architecture: Architecture,
  { static: mustBeStatic, upstreams: { files } }: Definition,
): Promise<string[]> {
  const programs: string[] = [];
  for (const { path, type } of entries) {
    if (type === "file" && (await isElf(join(tree, path)))) programs.push(path);
  }
  const kinds: string[] = [];
  // A command line has a limited length.
  for (let start = 0; start < programs.length; start += 256)
    kinds.push(...(await kindsOf(tree, programs.slice(start, start + 256))));
  return programs.flatMap((path, index) => {
    const kind = kinds[index] ?? "";
    const isOfArchitecture = kind.split(", ").includes(spellings[architecture].elf);
    const isStatic = /\bstatically linked|static-pie linked/.test(kind);
    return [
      ...(files === undefined
        ? []
        : [`${path}: a compiled program, which an extension of files cannot have`]),
      ...(isOfArchitecture ? [] : [`${path}: not for ${architecture} but ${kind}`]),
      ...(mustBeStatic && !isStatic ? [`${path}: not static but ${kind}`] : []),
    ];
  });
}

/** What file(1) says about each of the files. They are upstream's, so it reads them in the sandbox. */
async function kindsOf(tree: string, paths: readonly string[]): Promise<string[]> {
  const inSandbox = "/tree";
  const command = ["file", "--brief", "--", ...paths.map((path) => join(inSandbox, path))];
  const { status, stdout, summary } = await runInSandbox(command, {
    root: machinePrograms,
    readOnly: [{ source: tree, target: inSandbox }],
  });
  if (status !== 0) throw new Error(`file(1) did not read the tree's programs: ${summary}`);
  return stdout.split("\n");
}

async function isElf(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString("latin1") === "\x7fELF";
}
