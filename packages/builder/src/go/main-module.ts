import { readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import type { ModuleInput } from "@sysext-kiln/extension";
import { isMatchedBy, runGo, settings, type Say } from "@sysext-kiln/machine";
import { z } from "zod";

const moduleVersion = z.object({ Path: z.string(), Version: z.string().optional() });

/** The parts of a go.mod that decide what its module is compiled from (`go help mod edit`). */
const goModSchema = z.object({
  Go: z.string().default("1.16"),
  Godebug: z.array(z.object({ Key: z.string(), Value: z.string() })).nullish(),
  Require: z.array(moduleVersion).nullish(),
  Exclude: z.array(moduleVersion).nullish(),
  Replace: z.array(z.object({ Old: moduleVersion, New: moduleVersion })).nullish(),
});
type GoMod = z.infer<typeof goModSchema>;

/**
 * Writes a main module that requires only the given one, so that its programs are compiled from the same
 * versions of other modules as by upstream. `go install` would refuse a module whose go.mod has `replace`
 * lines, as these take effect only in a main module; here they are copied. A module that is replaced by a
 * folder of its repository is taken in the version that go.mod requires, which upstream publishes from that
 * folder.
 * @param unpacked the module's files
 * @param go the go command
 * @param folder a new folder for the main module
 */
export async function writeMainModule(
  input: ModuleInput,
  unpacked: string,
  { go, say, folder }: { go: string; say: Say; folder: string },
): Promise<void> {
  const path = join(unpacked, "go.mod");
  const isModule = existsSync(path);
  const goMod = goModSchema.parse(
    isModule ? JSON.parse((await runGo(["mod", "edit", "-json", path], { say, program: go })).stdout) : {},
  );
  await writeFile(join(folder, "go.mod"), mainModule(input, goMod));
  await writeFile(join(folder, "go.sum"), await sumsOfExempt(unpacked));
}

/**
 * The go.mod of a main module.
 * @param goMod that of the module with the programs, which upstream has written
 * @throws KilnError `build-failed`
 */
export function mainModule(
  input: Pick<ModuleInput, "module" | "version" | "localModules">,
  { Go, Godebug, Exclude, Replace, Require }: GoMod,
): string {
  const lines = [
    ["module", "kiln.invalid/build"],
    ["go", Go],
    ...(Godebug ?? []).map(({ Key, Value }) => ["godebug", `${Key}=${Value}`]),
    ["require", input.module, input.version],
    ...(Exclude ?? []).map(({ Path, Version = "" }) => ["exclude", Path, Version]),
    ...(Replace ?? []).flatMap((one) => replacementOf(one, Require ?? [], input)),
  ];
  for (const word of lines.flat()) requirePlain(word, input);
  return lines.map((words) => `${words.filter((word) => word !== "").join(" ")}\n`).join("");
}

/** Rejects what upstream had to quote: here, it could be more than one word, or the end of the line. */
function requirePlain(word: string, { module, version }: Pick<ModuleInput, "module" | "version">): void {
  if (/^(=>|[\w.~+/=-]*)$/.test(word) && !word.includes("//")) return;
  throw new KilnError("build-failed", {
    expected: `the go.mod of ${module} ${version} to have paths and versions of modules that need no quotes`,
    found: JSON.stringify(word),
    next: "do not use this version, and ask upstream what this is for",
  });
}

/** The version by which a go.mod requires a module that it always replaces. */
const placeholder = "v0.0.0";

function replacementOf(
  { Old, New }: { Old: z.infer<typeof moduleVersion>; New: z.infer<typeof moduleVersion> },
  required: readonly z.infer<typeof moduleVersion>[],
  { module, version, localModules }: Pick<ModuleInput, "module" | "version" | "localModules">,
): string[][] {
  const old = ["replace", Old.Path, Old.Version ?? "", "=>"];
  if (New.Version !== undefined) return [[...old, New.Path, New.Version]];
  const requirement = required.find(({ Path }) => Path === Old.Path);
  if (requirement?.Version !== placeholder) return [];
  if (localModules !== undefined) return [[...old, Old.Path, localModules]];
  throw new KilnError("build-failed", {
    expected: `the go.mod of ${module} ${version} to require ${Old.Path} in a version that is published`,
    found: `${placeholder}, replaced by the folder ${New.Path} of its repository`,
    next: 'add "localModules" to the upstream go in extension.yaml: the version at which such modules are published, for example v0.{minor}.{patch}',
  });
}

/**
 * The digests, from a module's own go.sum, of the modules that are exempt from the checksum database. The
 * others are not taken from it, so that the go command verifies each against the checksum database.
 */
async function sumsOfExempt(unpacked: string): Promise<string> {
  const lines = await readSums(unpacked);
  return lines
    .filter((line) => isExempt(line.split(" ")[0] ?? ""))
    .map((line) => `${line}\n`)
    .join("");
}

/**
 * Rejects modules that neither the checksum database nor the module's own go.sum has verified.
 * @param folder of the main module, with the go.sum that the go command has completed
 * @throws KilnError `digest-mismatch`
 */
export async function requireVerifiedSums(
  input: ModuleInput,
  unpacked: string,
  folder: string,
): Promise<void> {
  const known = new Set(await readSums(unpacked));
  const own = `${input.module} ${input.version}`;
  const unverified = (await readSums(folder)).find(
    (line) => isExempt(line.split(" ")[0] ?? "") && !line.startsWith(own) && !known.has(line),
  );
  if (unverified === undefined) return;
  throw new KilnError("digest-mismatch", {
    expected: `the go.sum of ${own} to have the digest of ${unverified.split(" ").slice(0, 2).join(" ")}`,
    found: "no such line, and GONOSUMDB or GOPRIVATE exempts the module from the checksum database",
    next: "let upstream run `go mod tidy`, or correct GONOSUMDB and GOPRIVATE",
  });
}

/**
 * Rejects modules whose go.mod does not name everything that their programs import: the go command would add
 * the newest version of what is missing, which could be another one tomorrow.
 * @param folder of the main module, with the go.mod that the go command has completed
 * @throws KilnError `build-failed`
 */
export async function requireSameRequirements(
  input: ModuleInput,
  { go, say, folder }: { go: string; say: Say; folder: string },
): Promise<void> {
  const { stdout } = await runGo(["mod", "edit", "-json"], { say, program: go, cwd: folder });
  const { Require } = goModSchema.parse(JSON.parse(stdout));
  const added = (Require ?? []).filter(({ Path }) => Path !== input.module);
  if (added.length === 0) return;
  throw new KilnError("build-failed", {
    expected: `the go.mod of ${input.module} ${input.version} to name all modules that its programs import`,
    found: `none for ${added.map(({ Path, Version = "" }) => `${Path} ${Version}`).join(", ")}`,
    next: "ask upstream to run `go mod tidy`, or choose another version",
  });
}

function isExempt(module: string): boolean {
  const { sumdb, noSumdb } = settings().go;
  return sumdb === "off" || isMatchedBy(module, noSumdb);
}

async function readSums(folder: string): Promise<string[]> {
  const path = join(folder, "go.sum");
  if (!existsSync(path)) return [];
  return (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
}
