import { cp, glob, symlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** What the sources of a name on the command line are, and its tests. */
export interface Subject {
  name: string;
  /** Paths in the repository. */
  sources: readonly string[];
  tests: readonly string[];
}

const hostProgram = "extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host";
const hostTests = "packages/host-config/test/kiln-host";

/** A package, or `kiln-host`: the shell program, whose tests are in the package host-config. */
export async function findSubject(root: string, name: string): Promise<Subject> {
  if (name === "kiln-host")
    return {
      name,
      sources: await filesIn(root, `${hostProgram}/{kiln-host,*.sh}`),
      tests: (await filesIn(root, `${hostTests}/*.test.ts`)).filter(isUnitTest),
    };
  const all = await filesIn(root, `packages/${name}/{src,test}/**/*.{ts,sh}`);
  return {
    name,
    sources: all.filter((file) => file.includes("/src/") && !file.endsWith(".test.ts")),
    tests: all.filter((file) => isUnitTest(file) && !file.startsWith(hostTests)),
  };
}

/** Tests of other tiers have a second suffix. */
function isUnitTest(file: string): boolean {
  return /\/[^./]+\.test\.ts$/.test(file);
}

async function filesIn(root: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: root })) found.push(file);
  return found.toSorted();
}

/** Copies the repository without its history, and with links to the installed packages. */
export async function copyRepository(root: string, copy: string): Promise<void> {
  await cp(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => ![".git", "node_modules", ".turbo"].includes(relative(root, path).split(sep)[0] ?? ""),
  });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
}
