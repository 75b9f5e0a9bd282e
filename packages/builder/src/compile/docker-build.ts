import { KilnError } from "@sysext-kiln/error";
import type { Engine } from "@sysext-kiln/machine";

/** One run of `docker buildx build`. */
export interface DockerBuild {
  /** The folder that the Dockerfile sees. */
  context: string;
  /** What becomes of the result: buildx's options such as `--output` or `--tag`. */
  result: readonly string[];
  /** The network of every step that runs. */
  network: Engine["network"] | "none";
  /** How messages name what is built. */
  what: string;
  args: Readonly<Record<string, string>>;
  /** The file of each secret, by its id. */
  secrets: Readonly<Record<string, string>>;
  /** Runs every step again. */
  uncached: boolean;
  onLine: (line: string) => void;
}

/** The number of lines that are kept for an error: a build can print any number of them. */
const keptLines = 2000;

/** @throws KilnError `build-failed` with the last lines of the failing step */
export async function dockerBuild(engine: Engine, build: DockerBuild): Promise<void> {
  const lines: string[] = [];
  const building = engine.buildx(
    [
      "build",
      ...["--network", build.network, "--progress", "plain", "--provenance=false"],
      ...build.result,
      ...pairs("--build-arg", build.args, (key, value) => `${key}=${value}`),
      ...pairs("--secret", build.secrets, (id, path) => `id=${id},src=${path}`),
      ...(build.uncached ? ["--no-cache"] : []),
      build.context,
    ],
    {
      onLine: (line) => {
        lines.push(line);
        if (lines.length > 2 * keptLines) lines.splice(0, keptLines);
        build.onLine(line);
      },
    },
  );
  await building.catch((cause: unknown) => {
    throw new KilnError("build-failed", {
      expected: `the Dockerfile in ${build.context} to build ${build.what}`,
      found: failureIn(lines),
      next: "correct the Dockerfile, or what it compiles; the log of the job has the whole output, and --verbose shows its end",
      cause: new Error(lines.join("\n"), { cause }),
    });
  });
}

/** The lines of the failing step that BuildKit repeats between two rules at the end of its output. */
function failureIn(lines: readonly string[]): string {
  const rules = lines.flatMap((line, index) => (/^-{6}$/.test(line) ? [index] : []));
  const shown = rules.length >= 2 ? lines.slice((rules.at(-2) ?? 0) + 1, rules.at(-1)) : lines.slice(-5);
  return shown.join("\n    ");
}

function pairs(
  option: string,
  values: Readonly<Record<string, string>>,
  format: (key: string, value: string) => string,
): string[] {
  return Object.entries(values).flatMap(([key, value]) => [option, format(key, value)]);
}
