import { posix } from "node:path";
import type { Entry } from "./entries.ts";

/** Folders that a merge would put in the place of what the host has there. */
const forbidden: Record<string, string> = {
  "usr/sbin": "on hosts where it is a link to bin, it would hide every other program there; use usr/bin",
  "usr/lib64": "on hosts where it is a link, it would hide every library there; use usr/lib",
};

/** What is wrong with the places, kinds and modes of a tree's entries. */
export function checkLayout(entries: readonly Entry[]): string[] {
  const paths = new Set(entries.map(({ path }) => path));
  const present = Object.keys(forbidden).filter((path) => paths.has(path));
  return [
    ...(paths.has("usr") ? [] : ["no usr/"]),
    ...present.map((path) => `${path}: ${forbidden[path] ?? ""}`),
    ...entries.flatMap((entry) => checkEntry(entry, paths)),
  ];
}

function checkEntry({ path, type, mode, target }: Entry, paths: ReadonlySet<string>): string[] {
  if (path !== "usr" && !path.startsWith("usr/")) return [`${path}: outside usr/`];
  switch (type) {
    case "directory":
      return mode === 0o755 ? [] : [`${path}: mode ${octal(mode)} where directories have 0755`];
    case "file":
      return mode === 0o755 || mode === 0o644
        ? []
        : [`${path}: mode ${octal(mode)} where files have 0644 or 0755`];
    case "link":
      return checkLink(path, target ?? "", paths);
    case "other":
    default:
      return [`${path}: neither a file, a directory nor a link`];
  }
}

function checkLink(path: string, target: string, paths: ReadonlySet<string>): string[] {
  const resolved = target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(path), target);
  return paths.has(posix.normalize(resolved))
    ? []
    : [`${path}: a link to ${target}, which the image does not hold`];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
