import { ensureBaseImage, withEngine, type Say } from "@sysext-kiln/machine";
import { aptSecrets } from "./apt-secrets.ts";
import { dockerBuild } from "./docker-build.ts";

/** A Dockerfile that compiles something with packages of a distribution. */
export interface Compilation {
  /** The folder that the Dockerfile sees. */
  context: string;
  /** Where the last stage's files go. */
  output: string;
  /** The base image, which is made from the archive where it can't be pulled. */
  image: string;
  /** Suites of Debian that the build container's apt installs from. */
  suites: readonly string[];
  /** `linux/amd64` or `linux/arm64`: what is built for, not where. */
  platform: string;
  args: Readonly<Record<string, string>>;
}

/** How a Dockerfile is run. */
export interface CompileOptions {
  say: Say;
  /** Takes every line that the compiler prints; without it, `say` takes the steps. */
  log?: Say | undefined;
  uncached: boolean;
}

/**
 * Runs a Dockerfile with an engine, and tells the versions of what ran it.
 * @param work a folder for secrets, which is removed soon
 * @throws KilnError `build-failed` with what the failing step printed last
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

/** Of all lines only those that begin a step. */
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
