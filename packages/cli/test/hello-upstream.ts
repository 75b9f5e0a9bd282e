import { tarArchive, tinyProgram, withChecksums, type Repository } from "@sysext-kiln/testbed";

/** An upstream on GitHub for the definition of `hello`, below `upstreams:`. */
export const githubUpstream = `  github:
    kind: releases
    repository: acme/hello
    asset: hello-{version}-{arch}.tar.gz
    arch: { x86-64: amd64, arm64: aarch64 }
    take:
      hello-{version}/hello: usr/bin/hello`;

/**
 * Publishes a release upstream, with a program for each architecture.
 * @param files further members of the archives
 */
export async function releaseHello(
  upstream: Repository,
  version: string,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  const archiveOf = (architecture: "x86-64" | "arm64") =>
    tarArchive({
      [`hello-${version}/hello`]: tinyProgram(architecture, `hello ${version}\n`),
      ...files,
    });
  const archives = {
    [`hello-${version}-amd64.tar.gz`]: await archiveOf("x86-64"),
    [`hello-${version}-aarch64.tar.gz`]: await archiveOf("arm64"),
  };
  upstream.release(`v${version}`, { assets: withChecksums(archives) });
}
