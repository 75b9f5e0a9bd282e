import { KilnError } from "@sysext-kiln/error";
import { type Architecture, goSumSchema, type ModuleInput, spellings } from "@sysext-kiln/extension";
import { z } from "zod";
import type { BuildRecord } from "../build-record.ts";

const moduleSchema = z.object({ Path: z.string(), Version: z.string(), Sum: goSumSchema.optional() });

/** What the go command writes into every program (`go version -m -json`). */
const buildInfoSchema = z.object({
  GoVersion: z.string(),
  Path: z.string(),
  Main: moduleSchema,
  Deps: z.array(moduleSchema.extend({ Replace: moduleSchema.optional() })).nullish(),
  Settings: z.array(z.object({ Key: z.string(), Value: z.string() })),
});

type RecordedModules = NonNullable<BuildRecord["modules"]>;

/**
 * The modules that a program was built from, as the program itself says; first the one that contains it.
 * @param text of the go command
 * @throws KilnError `build-failed` if it was built from something else than was ordered
 */
export function modulesOf(
  text: string,
  input: ModuleInput,
  path: string,
  architecture: Architecture,
): RecordedModules {
  const { GoVersion, Path, Main, Deps, Settings } = buildInfoSchema.parse(JSON.parse(text));
  const setting = (name: string) => Settings.find(({ Key }) => Key === name)?.Value;
  const expected = {
    package: path,
    module: `${input.module} ${input.version} ${input.sum}`,
    toolchain: input.toolchain,
    architecture: spellings[architecture].debian,
    cgo: "0",
  };
  const found = {
    package: Path,
    module: `${Main.Path} ${Main.Version} ${Main.Sum}`,
    toolchain: GoVersion.split(" ")[0],
    architecture: setting("GOARCH"),
    cgo: setting("CGO_ENABLED"),
  };
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new KilnError("build-failed", {
      expected: `${path} to be built from ${JSON.stringify(expected)}, as the plan says`,
      found: JSON.stringify(found),
      next: "report this to the authors of kiln, with the definition of the extension",
    });
  }
  return [
    { module: Main.Path, version: Main.Version, sum: input.sum },
    ...(Deps ?? []).map(({ Path: module, Version, Sum, Replace }) => recorded(module, Version, Sum, Replace)),
  ];
}

function recorded(
  module: string,
  version: string,
  sum: string | undefined,
  replacement: z.infer<typeof moduleSchema> | undefined,
): RecordedModules[number] {
  const digest = replacement?.Sum ?? sum;
  if (digest === undefined) throw new Error(`${module} ${version} was compiled without a digest`);
  return {
    module,
    version,
    sum: digest,
    ...(replacement && { replacedBy: `${replacement.Path} ${replacement.Version}` }),
  };
}
