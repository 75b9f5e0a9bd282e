import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archives, forBoth, gnu, go, listOf, withDigests } from "./upstream-files.ts";
import { startUpstreamServers, type UpstreamServers } from "./upstream-servers.ts";

let servers: UpstreamServers;
beforeAll(async () => {
  servers = await startUpstreamServers();
});
afterAll(() => servers[Symbol.asyncDispose]());

/** The folder in an archive of nats-server. */
function natsTop(arch: string): string {
  return `nats-server-v2.11.4-linux-${arch}`;
}

describe("the example is built and runs:", () => {
  test("containerd, with runc in the version that a file of its repository names", async () => {
    const containerd = servers.github.repository("containerd/containerd");
    const commit = containerd.commit({ "script/setup/runc-version": "v1.3.0\n" });
    containerd.tag("v2.1.1", { commit });
    containerd.tag("api/v9.9.9");
    const prints = "containerd github.com/containerd/containerd v2.1.1; runc version 1.3.0";
    const files = await archives(
      go,
      prints,
      (arch) => `containerd-static-2.1.1-linux-${arch}.tar.gz`,
      (_, program) => ({
        "bin/containerd": program,
        "bin/ctr": program,
      }),
    );
    servers.release("containerd/containerd", "v2.1.1", withDigests(files, ".sha256sum"));
    for (const tag of ["v1.3.0", "v1.3.1"]) {
      const runc = await forBoth(go, `runc version ${tag.slice(1)}`, (arch, program) => ({
        [`runc.${arch}`]: program,
      }));
      servers.release("opencontainers/runc", tag, { ...runc, "runc.sha256sum": listOf(runc) });
    }
    const { paths, record } = await servers.build("containerd");
    expect(paths).toEqual(expect.arrayContaining(["/usr/bin/containerd", "/usr/bin/ctr", "/usr/bin/runc"]));
    expect(record.inputs.map(({ source }) => source?.version)).toEqual([undefined, "1.3.0"]);
  });

  test("wasmcloud, with the newest nats-server", async () => {
    const wash = await forBoth(gnu, "wash v0.42.0", (arch, program) => ({
      [`wash-${arch}-unknown-linux-musl`]: program,
    }));
    servers.github.repository("wasmCloud/wasmCloud").tag("v1.9.0");
    servers.release("wasmCloud/wasmCloud", "wash-v0.42.0", wash);
    const nats = await archives(
      go,
      "nats-server: v2.11.4",
      (arch) => `${natsTop(arch)}.tar.gz`,
      (arch, program) => ({
        [`${natsTop(arch)}/nats-server`]: program,
      }),
    );
    servers.release("nats-io/nats-server", "v2.11.4", { ...nats, SHA256SUMS: listOf(nats) });
    const { paths, record } = await servers.build("wasmcloud");
    expect(record.version.upstream).toBe("0.42.0");
    expect(paths).toEqual(expect.arrayContaining(["/usr/bin/wash", "/usr/bin/nats-server"]));
  });

  test("kubernetes, with CNI plugins and a link that leaves the image", async () => {
    servers.github.repository("kubernetes/kubernetes").tag("v1.34.1");
    const files = await forBoth(go, "Kubernetes v1.34.1", (arch, program) => {
      const base = `https://dl.k8s.io/v1.34.1/bin/linux/${arch}`;
      return { [`${base}/kubectl`]: program, [`${base}/kubeadm`]: program, [`${base}/kubelet`]: program };
    });
    servers.publish(withDigests(files, ".sha256", true));
    const plugins = await archives(
      go,
      "CNI bridge plugin v1.7.1",
      (arch) => `cni-plugins-linux-${arch}-v1.7.1.tgz`,
      (_, bridge) => ({ bridge }),
    );
    servers.release("containernetworking/plugins", "v1.7.1", withDigests(plugins, ".sha256"));
    const { paths } = await servers.build("kubernetes");
    const programs = ["kubectl", "kubeadm", "kubelet"].map((name) => `/usr/bin/${name}`);
    expect(paths).toEqual(
      expect.arrayContaining([
        ...[...programs, "/usr/lib/cni/bridge"],
        "/usr/libexec/kubernetes/kubelet-plugins/volume/exec",
      ]),
    );
  });
});
