import { realpath, readFile, stat, chmod, utimes, writeFile } from "node:fs/promises";
import { basename, join, posix, sep } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { placementOf, type Placement, type Take } from "@sysext-kiln/extension";
import { addFile, addLink } from "./add.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { matches } from "./match.ts";

/** An unpacked archive. */
interface Archive {
  folder: string;
  /** How messages name it. */
  name: string;
  /** Everything in it. */
  entries: readonly Entry[];
  /** The same by their paths, as there may be many. */
  byPath: ReadonlyMap<string, Entry>;
}

/**
 * Copies chosen members of an unpacked archive into the tree, with their dates.
 * @throws KilnError `archive-invalid` if a pattern matches nothing, or several files where one is wanted
 */
export async function takeMembers(
  unpacked: string,
  archiveName: string,
  take: Take,
  tree: string,
): Promise<void> {
  const entries = await entriesOf(unpacked);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const archive = { folder: unpacked, name: archiveName, entries, byPath };
  const placed = new Map<string, string>();
  for (const [from, value] of Object.entries(take)) {
    const placement = placementOf(value);
    for (const { member, to } of selected(archive, from, placement)) {
      const other = placed.get(to);
      if (other !== undefined) {
        throw invalid(`one file of ${archiveName} to become ${to}`, `both ${other} and ${member}`);
      }
      placed.set(to, member);
      await place(archive, member, to, placement, tree);
    }
  }
}

/** Which members a pattern selects, and where each belongs. */
function selected(
  archive: Archive,
  from: string,
  { to, except = [] }: Placement,
): { member: string; to: string }[] {
  const members = archive.entries.filter(({ type }) => type !== "directory").map(({ path }) => path);
  if (from.endsWith("/")) {
    const folder = from === "./" ? "" : from;
    const inside = members.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
    for (const pattern of except) {
      if (!inside.some((path) => matches(path, pattern)))
        throw notFound(archive, `${from} without ${pattern}`);
    }
    const kept = inside.filter((path) => !except.some((pattern) => matches(path, pattern)));
    if (kept.length === 0) throw notFound(archive, `files in ${from}`);
    return kept.map((path) => ({ member: `${folder}${path}`, to: posix.join(to, path) }));
  }
  const found = from.includes("*") ? members.filter((path) => matches(path, from)) : [from];
  if (found.length === 0) throw notFound(archive, `a file that matches ${from}`);
  if (!to.endsWith("/") && found.length > 1) {
    throw invalid(
      `${archive.name} to contain one file that matches ${from}`,
      `${found.length}: ${listed(found)}`,
    );
  }
  return found.map((member) => ({ member, to: to.endsWith("/") ? `${to}${basename(member)}` : to }));
}

/** A link is copied as it is if a folder or several files are taken, so that it still names its neighbour. */
async function place(
  archive: Archive,
  member: string,
  to: string,
  placement: Placement,
  tree: string,
): Promise<void> {
  const entry = archive.byPath.get(member);
  if (entry?.type === "link" && placement.to.endsWith("/")) {
    await addLink(entry.target ?? "", tree, to);
    return;
  }
  await addFile(await fileOf(archive, member), tree, to);
  const target = join(tree, to);
  if (placement.replace !== undefined) await replaceTexts(archive, member, target, placement.replace);
  if (placement.mode !== undefined) await chmod(target, Number.parseInt(placement.mode, 8));
}

/** The file of a member; links to it may not leave the archive. */
async function fileOf(archive: Archive, member: string): Promise<string> {
  const path = await realpath(join(archive.folder, member)).catch(() => undefined);
  if (path === undefined) throw notFound(archive, `the file ${member}`);
  const isInside = path.startsWith(`${await realpath(archive.folder)}${sep}`);
  if (isInside && (await stat(path)).isFile()) return path;
  throw invalid(
    `${archive.name} to contain the file ${member}`,
    "a member that is not a regular file inside it",
  );
}

/** In bytes; texts that a definition changes, such as units, have a few kilobytes. */
const largestText = 1_000_000;

async function replaceTexts(
  { name }: Archive,
  member: string,
  target: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  const { size, mtime } = await stat(target);
  const where = `${member} of ${name}`;
  if (size > largestText)
    throw invalid(`${where} to be a text of at most ${largestText} bytes`, `${size} bytes`);
  let text = await readFile(target, "utf8");
  for (const [from, to] of Object.entries(texts)) {
    if (!text.includes(from)) throw invalid(`${where} to contain ${JSON.stringify(from)}`, "no such text");
    text = text.replaceAll(from, () => to);
  }
  await writeFile(target, text);
  await utimes(target, mtime, mtime);
}

function notFound({ name, entries }: Archive, what: string): KilnError {
  const files = entries.filter(({ type }) => type !== "directory").map(({ path }) => path);
  return invalid(`${name} to contain ${what}`, `no such member; it contains ${listed(files) || "nothing"}`);
}

/** A message should be short. */
const shown = 20;

function listed(paths: readonly string[]): string {
  const more = paths.length > shown ? `, and ${paths.length - shown} more` : "";
  return `${paths.slice(0, shown).join(", ")}${more}`;
}

function invalid(expected: string, found: string): KilnError {
  return new KilnError("archive-invalid", {
    expected,
    found,
    next: 'correct "take" in extension.yaml; if upstream has changed its files, it may be time to choose a version',
  });
}
