import { readFile } from "node:fs/promises";
import { parseUpstreamVersion, type GoUpstream, type ModuleInput } from "@sysext-kiln/extension";
import { downloadModules, parseGoJson, runGo } from "@sysext-kiln/machine";
import { z } from "zod";
import { memoize, type Subject, type Upstream } from "../upstream.ts";
import { originOf, type GoAccess } from "./proxy.ts";
import { chooseToolchain, isOlderToolchain, toolchainIn } from "./toolchain.ts";

/** What the go command says about a version of a module. */
const versionSchema = z.object({
  Path: z.string(),
  Version: z.string().optional(),
  Time: z.iso.datetime({ offset: true }).optional(),
  Retracted: z.array(z.string()).optional(),
  Error: z.object({ Err: z.string() }).optional(),
});

/** Programs that are compiled from Go modules, whose versions a module proxy has. */
export function goUpstream(access: GoAccess, go: GoUpstream, { extension, key }: Subject): Upstream {
  const { say } = access;
  const programs = programsByModule(go);
  const modules = [...programs.keys()];
  const list = memoize(
    async () => new Map((await access.list(go.module)).map((version) => [withoutSuffix(version), version])),
    () => "",
  );
  const described = memoize(
    async (version: string) => {
      const wanted = modules.map((module) => `${module}@${version}`);
      say(`asking the module proxy about ${wanted.join(" and ")}`);
      const { stdout } = await runGo(["list", "-e", "-m", "-json", "-retracted", ...wanted], { say });
      return parseGoJson(stdout, versionSchema);
    },
    (version) => version,
  );
  const fetched = memoize(
    (version: string) => {
      const wanted = modules.map((module) => `${module}@${version}`);
      say(`fetching ${wanted.join(" and ")}`);
      return downloadModules(wanted, { say });
    },
    (version) => version,
  );
  const resolved = memoize(resolve, (version: string) => version);

  async function goVersion(version: string): Promise<string> {
    const found = (await list()).get(version);
    if (found === undefined) throw new Error(`${go.module} has no version ${version}`);
    return found;
  }

  async function toolchainFor(version: string): Promise<{ minimum: string; chosen: string | undefined }> {
    const downloaded = await fetched(version);
    const texts = await Promise.all(downloaded.map(({ goMod }) => readFile(goMod, "utf8")));
    const minimum = newestOf([...texts.flatMap(requiredGo), go.toolchain ?? "1.21"]);
    return { minimum, chosen: await chooseToolchain(access, minimum) };
  }

  async function resolve(version: string): Promise<ModuleInput[]> {
    const at = await goVersion(version);
    const { chosen } = await toolchainFor(at);
    if (chosen === undefined) throw new Error(`${extension} ${version} has no toolchain`);
    const descriptions = await described(at);
    return (await fetched(at)).map(({ path: module, sum }) => ({
      name: inputName(module),
      module,
      version: at,
      sum,
      epoch: epochOf(descriptions.find(({ Path }) => Path === module)?.Time),
      toolchain: chosen,
      programs: programs.get(module) ?? {},
      tags: [...(go.tags ?? [])],
      ldflags: (go.ldflags ?? []).map((flag) => fillIn(flag, version)),
      ...(go.localModules !== undefined && { localModules: fillIn(go.localModules, version) }),
      ...(go.take !== undefined && module === go.module && { take: go.take }),
      origin: originOf(module),
    }));
  }

  return {
    name: "go",
    filesIdentity: "version",

    async versions() {
      return [...(await list()).keys()].flatMap((text) => {
        const version = parseUpstreamVersion(text);
        return version === text ? [{ version }] : [];
      });
    },

    async unavailableReason(version) {
      const at = (await list()).get(version);
      if (at === undefined) return `is no longer listed for ${go.module}`;
      for (const { Path, Retracted, Error: problem } of await described(at)) {
        if (Retracted !== undefined)
          return `is retracted by ${Path}: ${Retracted.join("; ").trim() || "no reason given"}`;
        if (problem !== undefined) return `is not available for ${Path}: ${problem.Err.split("\n")[0]}`;
      }
      const { minimum, chosen } = await toolchainFor(at);
      return chosen === undefined
        ? `needs Go ${minimum}, which the module proxy does not have yet (see "${key}.toolchain")`
        : undefined;
    },

    inputs: (version) => resolved(version),

    async isCurrent(pins) {
      const used = modules.map((module) => toolchainIn(pins[inputName(module)] ?? ""));
      for (const toolchain of used) {
        if (toolchain === "") return false;
        const newest = await chooseToolchain(access, toolchain.replace(/\.\d+$/, ""));
        if (newest !== undefined && isOlderToolchain(toolchain, newest)) return false;
      }
      return true;
    },
  };
}

/** The import path of each program, by its path in the image, for each module. */
function programsByModule(go: GoUpstream): Map<string, Record<string, string>> {
  const programs = new Map<string, Record<string, string>>([[go.module, {}]]);
  for (const [place, program] of Object.entries(go.programs)) {
    const { module, package: path } =
      typeof program === "string" ? { module: go.module, package: program } : program;
    programs.set(module, { ...programs.get(module), [place]: `${module}${path.slice(1)}` });
  }
  return programs;
}

/** A version without `v`, and without the mark of modules that have no go.mod. */
function withoutSuffix(version: string): string {
  return version.replace(/^v/, "").replace(/\+incompatible$/, "");
}

/** The Go releases that a go.mod asks for: its language version, and the toolchain that it suggests. */
function requiredGo(goMod: string): string[] {
  return [...goMod.matchAll(/^(?:go|toolchain go)\s*(1\.\d+(?:\.\d+)?)/gm)].map(
    ([, release]) => release ?? "",
  );
}

function newestOf(releases: readonly string[]): string {
  return releases.reduce((one, other) => (isOlderToolchain(one, other) ? other : one));
}

/** A module's path as the name of an input. */
function inputName(module: string): string {
  return module.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
}

function epochOf(time: string | undefined): number {
  return time === undefined ? 0 : Math.max(0, Math.floor(Date.parse(time) / 1000));
}

/** Fills in a text of the definition. */
function fillIn(text: string, version: string): string {
  const [major = "", minor = "", patch = ""] = version.split(".");
  return text
    .replaceAll("{version}", version)
    .replaceAll("{major}", major)
    .replaceAll("{minor}", minor)
    .replaceAll("{patch}", patch);
}
