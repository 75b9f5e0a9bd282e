import { ensureBaseImage, withEngine, type Say } from "@sysext-kiln/machine";
import { aptSecrets } from "./apt-secrets.ts";
import { dockerBuild } from "./docker-build.ts";

/** A Dockerfile that compiles something with packages of a distribution, and how to run it. */
export interface Compilation {
  /** The folder that the Dockerfile sees. */
  context: string;
  /** The folder that the last stage's files are written to. */
  output: string;
  /** The base image, which is made from the archive if it cannot be pulled. */
  image: string;
  /** The Debian suites that the build container installs packages from. */
  suites: readonly string[];
  /** The target, `linux/amd64` or `linux/arm64`. */
  platform: string;
  args: Readonly<Record<string, string>>;
}

export interface CompileOptions {
  say: Say;
  /** Receives every line that the compiler prints; without it, `say` receives the steps. */
  log?: Say | undefined;
  uncached: boolean;
}

/**
 * Runs a Dockerfile with a Docker engine.
 * @param work a temporary folder for secrets
 * @returns the versions of the programs that ran it
 * @throws KilnError `build-failed` with the last lines of the failing step
 */
export async function runDockerfile(
  { context, output, image, suites, platform, args }: Compilation,
  work: string,
  { say, log, uncached }: CompileOptions,
): Promise<{ docker: string; buildx: string }> {
  const secrets = await aptSecrets(suites, work);
  return withEngine(say, async (engine) => {
    await ensureBaseImage(engine, image, say);
    say("compiling");
    await dockerBuild(engine, {
      context,
      output,
      platform,
      args: { BASE_IMAGE: image, ...args },
      secrets,
      uncached,
      onLine: log ?? saySteps(say),
    });
    return { docker: engine.versions.server, buildx: engine.versions.buildx };
  });
}

/** Passes on only the lines that begin a step. */
function saySteps(say: Say): Say {
  return (line) => {
    const step = stepOf(line);
    if (step !== undefined) say(`compiling ${step}`);
  };
}

/** The step that a line of the engine's progress belongs to, `[openssl 3/3] RUN sh /build/openssl.sh`. */
function stepOf(line: string): string | undefined {
  return /^#\d+ (\[.*)$/.exec(line)?.[1]?.slice(0, 70);
}
