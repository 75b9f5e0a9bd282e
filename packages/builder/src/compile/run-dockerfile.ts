import { randomUUID } from "node:crypto";
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
 * Runs a Dockerfile with a Docker engine, in two builds. The first one makes the stage `toolchain`, which
 * installs the compilers: only it has a network and the secrets of apt. The second one makes everything else
 * without a network, from an image of that stage, whose name it gets as the argument `TOOLCHAIN`. (`RUN
 * --network=none` would say this in the Dockerfile, but the BuildKit of Docker 20.10, which is Debian 12's,
 * does not know it.)
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
    const common = { context, uncached, onLine: log ?? saySteps(say) };
    const toolchain = `kiln-toolchain:${randomUUID()}`;
    const given = { BASE_IMAGE: image, ...args };
    try {
      await dockerBuild(engine, {
        ...common,
        what: "its stage toolchain",
        args: given,
        secrets,
        network: engine.network,
        result: ["--target", "toolchain", "--tag", toolchain, "--load"],
      });
      await dockerBuild(engine, {
        ...common,
        what: `for ${platform}`,
        args: { ...given, TOOLCHAIN: toolchain },
        secrets: {},
        network: "none",
        result: ["--platform", platform, "--output", `type=local,dest=${output}`],
      });
    } finally {
      // Its layers stay in the build cache. The image is missing if the first build failed.
      await engine.docker(["image", "rm", toolchain]).catch(() => undefined);
    }
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
