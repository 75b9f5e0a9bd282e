/**
 * Whether a path matches a pattern of `take`: `*` stands for any part of a name, and `**` for any number of
 * folders. The schema allows one `*` in each name and one `**`, so there is nothing to try out: the time is
 * linear, whatever an archive's names are. A pattern that ends in a slash matches everything in the folder.
 */
export function matches(path: string, pattern: string): boolean {
  if (pattern.endsWith("/")) return pattern === "./" || path.startsWith(pattern);
  const names = path.split("/");
  const wanted = pattern.split("/");
  const at = wanted.indexOf("**");
  if (at === -1) return names.length === wanted.length && startsLike(names, wanted);
  const after = wanted.slice(at + 1);
  return (
    names.length >= at + after.length &&
    startsLike(names, wanted.slice(0, at)) &&
    startsLike(names.slice(names.length - after.length), after)
  );
}

function startsLike(names: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((one, index) => matchesName(names[index] ?? "", one));
}

function matchesName(name: string, wanted: string): boolean {
  const [before = "", after] = wanted.split("*");
  if (after === undefined) return name === wanted;
  return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
}
