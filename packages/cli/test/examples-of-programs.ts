import type { GitHubExample } from "./examples-of-archives.ts";
import { forBoth, gnu, go, listOf, withDigests } from "./upstream-files.ts";

/** The examples of a single source with programs on GitHub, which are no archives, by name. */
export const examplesOfPrograms: Readonly<Record<string, GitHubExample>> = {
  "cloud-hypervisor": {
    version: "45.0",
    paths: ["/usr/bin/cloud-hypervisor", "/usr/bin/ch-remote"],
    async publish(servers) {
      const files = await forBoth(["", "-aarch64"], "v45.0", (arch, program) => ({
        [`cloud-hypervisor-static${arch}`]: program,
        [`ch-remote-static${arch}`]: program,
      }));
      servers.release("cloud-hypervisor/cloud-hypervisor", "v45.0", files);
    },
  },
  "docker-buildx": {
    version: "0.23.0",
    paths: ["/usr/lib/docker/cli-plugins/docker-buildx"],
    async publish(servers) {
      const files = await forBoth(go, "github.com/docker/buildx v0.23.0", (arch, program) => ({
        [`buildx-v0.23.0.linux-${arch}`]: program,
      }));
      servers.release("docker/buildx", "v0.23.0", {
        ...files,
        "checksums.txt": listOf(files).replaceAll("  ", " *"),
      });
    },
  },
  "docker-compose": {
    version: "2.36.0",
    paths: ["/usr/lib/docker/cli-plugins/docker-compose"],
    async publish(servers) {
      const files = await forBoth(gnu, "Docker Compose version v2.36.0", (arch, program) => ({
        [`docker-compose-linux-${arch}`]: program,
      }));
      servers.release("docker/compose", "v2.36.0", {
        ...withDigests(files, ".sha256"),
        "checksums.txt": listOf(files),
      });
    },
  },
  k3s: {
    version: "1.34.1+k3s2",
    paths: ["/usr/bin/k3s", "/usr/bin/kubectl", "/usr/bin/ctr", "/usr/bin/crictl"],
    async publish(servers) {
      const repository = "k3s-io/k3s";
      for (const tag of ["v1.34.1+k3s1", "v1.34.1+k3s2", "v1.34.2-rc1+k3s1"]) {
        const files = await forBoth(["k3s", "k3s-arm64"], `k3s version ${tag} (abcdef)`, (name, program) => ({
          [name]: program,
        }));
        const lists = Object.entries(files).map(([name, bytes], index) => [
          `sha256sum-${go[index]}.txt`,
          listOf({ [name]: bytes }),
        ]);
        servers.release(repository, tag, { ...files, ...Object.fromEntries(lists) });
      }
    },
  },
  opkssh: {
    version: "0.7.0",
    paths: ["/usr/bin/opkssh"],
    async publish(servers) {
      const files = await forBoth(go, "v0.7.0", (arch, program) => ({ [`opkssh-linux-${arch}`]: program }));
      servers.release("openpubkey/opkssh", "v0.7.0", files);
    },
  },
};
