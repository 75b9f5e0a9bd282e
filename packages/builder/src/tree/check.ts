import { KilnError } from "@sysext-kiln/error";
import type { Architecture, Definition } from "@sysext-kiln/extension";
import { checkLayout } from "./check-layout.ts";
import { checkPrograms } from "./check-programs.ts";
import { checkUnits } from "./check-units.ts";
import { entriesOf } from "./entries.ts";

/**
 * Refuses a tree that would harm a host or not work on it.
 * @throws KilnError `tree-invalid`, naming every finding
 */
export async function checkTree(
  definition: Definition,
  architecture: Architecture,
  tree: string,
): Promise<void> {
  const entries = await entriesOf(tree);
  const findings = [
    ...checkLayout(entries),
    ...(await checkUnits(tree, entries, definition.hostPrograms)),
    ...(await checkPrograms(tree, entries, architecture, definition.static)),
  ];
  if (findings.length === 0) return;
  throw new KilnError("tree-invalid", {
    expected: `a tree of ${definition.name} for ${architecture} that is safe to merge into /usr`,
    found: findings.join("; "),
    next: `mend extensions/${definition.name}: its extension.yaml, files/ or Dockerfile`,
  });
}
