/** The code of an error that the operating system gave, such as `ENOENT`; undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What the operating system means when it refuses a path (errno(3)). */
const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not",
  EEXIST: "something else is there",
  EISDIR: "a directory is there",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of the path is not a directory",
  EPERM: "this user may not",
  EROFS: "the file system is read-only",
};

/** Why the operating system refused a path, for a person; undefined where it is about something else. */
export function refusalOf(error: unknown): string | undefined {
  return reasons[systemCode(error) ?? ""];
}
