import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** GitHub's `hashFiles`: one digest over the files that match, or nothing where none does. */
export function hashFiles(workspace: string, patterns: readonly string[]): string {
  const files = globSync([...patterns], { cwd: workspace }).toSorted();
  if (files.length === 0) return "";
  const hash = createHash("sha256");
  for (const file of files)
    hash.update(
      createHash("sha256")
        .update(readFileSync(join(workspace, file)))
        .digest(),
    );
  return hash.digest("hex");
}
