import type { Engine } from "@sysext-kiln/machine";

/** One run of `docker buildx build`. */
export interface DockerBuild {
  /** The folder that the Dockerfile sees. */
  context: string;
  /** Where the last stage's files go. */
  output: string;
  /** `linux/amd64` or `linux/arm64`: what is built for, not where. */
  platform: string;
  args: Readonly<Record<string, string>>;
  /** The file of each secret, by its id. */
  secrets: Readonly<Record<string, string>>;
  /** Runs every step again. */
  uncached: boolean;
  onLine: (line: string) => void;
}

export async function dockerBuild(engine: Engine, build: DockerBuild): Promise<void> {
  await engine.buildx(
    [
      "build",
      ...["--platform", build.platform, "--network", engine.network, "--progress", "plain"],
      ...["--output", `type=local,dest=${build.output}`, "--provenance=false"],
      ...pairs("--build-arg", build.args, (key, value) => `${key}=${value}`),
      ...pairs("--secret", build.secrets, (id, path) => `id=${id},src=${path}`),
      ...(build.uncached ? ["--no-cache"] : []),
      build.context,
    ],
    { onLine: build.onLine },
  );
}

function pairs(
  option: string,
  values: Readonly<Record<string, string>>,
  format: (key: string, value: string) => string,
): string[] {
  return Object.entries(values).flatMap(([key, value]) => [option, format(key, value)]);
}
