import { archives, gnu, go, listOf, withDigests } from "./upstream-files.ts";
import type { UpstreamServers } from "./upstream-servers.ts";

/** An example whose versions are releases on GitHub, and a release of the same form. */
export interface GitHubExample {
  version: string;
  /** Files of the image. */
  paths: readonly string[];
  /** Publishes the release. */
  publish: (servers: Pick<UpstreamServers, "release">) => Promise<void>;
}

/** The archives with one of Inspektor Gadget's programs. */
function ofInspektorGadget(name: string): Promise<Record<string, Buffer>> {
  return archives(
    go,
    "v0.40.0",
    (arch) => `${name}-linux-${arch}-v0.40.0.tar.gz`,
    (_, program) => ({ [name]: program }),
  );
}

/** The folders in archives. */
function wasmtimeTop(arch: string): string {
  return `wasmtime-v33.0.0-${arch}-linux`;
}

function nodeExporterTop(arch: string): string {
  return `node_exporter-1.9.1.linux-${arch}`;
}

/** The examples of a single source with archives on GitHub, by name. */
export const examplesOfArchives: Readonly<Record<string, GitHubExample>> = {
  "cilium-cli": {
    version: "0.18.3",
    paths: ["/usr/bin/cilium"],
    async publish(servers) {
      const files = await archives(
        go,
        "cilium-cli: v0.18.3",
        (arch) => `cilium-linux-${arch}.tar.gz`,
        (_, cilium) => ({ cilium }),
      );
      servers.release("cilium/cilium-cli", "v0.18.3", withDigests(files, ".sha256sum"));
    },
  },
  coder: {
    version: "2.22.1",
    paths: ["/usr/bin/coder"],
    async publish(servers) {
      const files = await archives(
        go,
        "Coder v2.22.1",
        (arch) => `coder_2.22.1_linux_${arch}.tar.gz`,
        (_, coder) => ({
          "./coder": coder,
          "./LICENSE": "AGPL\n",
        }),
      );
      servers.release("coder/coder", "v2.22.1", { ...files, "coder_2.22.1_checksums.txt": listOf(files) });
    },
  },
  dataplaneapi: {
    version: "3.1.4",
    paths: ["/usr/bin/dataplaneapi"],
    async publish(servers) {
      const files = await archives(
        ["x86_64", "arm64"],
        "HAProxy Data Plane API v3.1.4",
        (arch) => `dataplaneapi_3.1.4_linux_${arch}.tar.gz`,
        (_, program) => ({
          "build/dataplaneapi": program,
        }),
      );
      servers.release("haproxytech/dataplaneapi", "v3.1.4", { ...files, "checksums.txt": listOf(files) });
    },
  },
  ig: {
    version: "0.40.0",
    paths: ["/usr/bin/ig", "/usr/bin/gadgetctl"],
    async publish(servers) {
      servers.release("inspektor-gadget/inspektor-gadget", "v0.40.0", {
        ...(await ofInspektorGadget("ig")),
        ...(await ofInspektorGadget("gadgetctl")),
      });
    },
  },
  nebula: {
    version: "1.9.5",
    paths: ["/usr/bin/nebula", "/usr/bin/nebula-cert"],
    async publish(servers) {
      const files = await archives(
        go,
        "Version: 1.9.5",
        (arch) => `nebula-linux-${arch}.tar.gz`,
        (_, nebula) => ({ nebula, "nebula-cert": nebula }),
      );
      servers.release("slackhq/nebula", "v1.9.5", { ...files, "SHASUM256.txt": listOf(files) });
    },
  },
  nerdctl: {
    version: "2.1.2",
    paths: ["/usr/bin/nerdctl"],
    async publish(servers) {
      const files = await archives(
        go,
        "nerdctl version 2.1.2",
        (arch) => `nerdctl-2.1.2-linux-${arch}.tar.gz`,
        (_, nerdctl) => ({ nerdctl }),
      );
      servers.release("containerd/nerdctl", "v2.1.2", { ...files, SHA256SUMS: listOf(files) });
    },
  },
  ollama: {
    version: "0.14.2",
    paths: ["/usr/bin/ollama", "/usr/lib/ollama/data"],
    async publish(servers) {
      const files = await archives(
        go,
        "ollama version is 0.14.2",
        (arch) => `ollama-linux-${arch}.tar.zst`,
        (_, program) => ({
          "bin/ollama": program,
          "lib/ollama/data": "data\n",
        }),
      );
      servers.release("ollama/ollama", "v0.14.2", { ...files, "sha256sum.txt": listOf(files, "./") });
    },
  },
  rke2: {
    version: "1.34.1+rke2r1",
    paths: ["/usr/local/bin/rke2", "/usr/local/lib/systemd/system/rke2-server.service"],
    async publish(servers) {
      const unit = "[Service]\nExecStart=/usr/local/bin/rke2 server\n";
      const files = await archives(
        go,
        "rke2 version v1.34.1+rke2r1 (abcdef)",
        (arch) => `rke2.linux-${arch}.tar.gz`,
        (_, program) => ({
          "bin/rke2": program,
          "bin/rke2-uninstall.sh": Buffer.from("#!/bin/sh\n"),
          "lib/systemd/system/rke2-server.service": unit,
        }),
      );
      const lists = Object.entries(files).map(([name, bytes], index) => [
        `sha256sum-${go[index]}.txt`,
        listOf({ [name]: bytes }),
      ]);
      servers.release("rancher/rke2", "v1.34.1+rke2r1", { ...files, ...Object.fromEntries(lists) });
    },
  },
  wasmedge: {
    version: "0.14.1",
    paths: ["/usr/bin/wasmedge", "/usr/lib/libwasmedge.so.0"],
    async publish(servers) {
      const files = await archives(
        gnu,
        "wasmedge version 0.14.1",
        (arch) => `WasmEdge-0.14.1-ubuntu20.04_${arch}.tar.gz`,
        (_, program) => ({
          "WasmEdge-0.14.1-Linux/bin/wasmedge": program,
          "WasmEdge-0.14.1-Linux/lib/libwasmedge.so.0": "a library\n",
        }),
      );
      servers.release("WasmEdge/WasmEdge", "0.14.1", { ...files, SHA256SUM: listOf(files) });
    },
  },
  wasmtime: {
    version: "33.0.0",
    paths: ["/usr/bin/wasmtime"],
    async publish(servers) {
      const files = await archives(
        gnu,
        "wasmtime 33.0.0",
        (arch) => `${wasmtimeTop(arch)}.tar.xz`,
        (arch, program) => ({
          [`${wasmtimeTop(arch)}/wasmtime`]: program,
        }),
      );
      servers.release("bytecodealliance/wasmtime", "v33.0.0", files);
    },
  },
  "node-exporter": {
    version: "1.9.1",
    paths: ["/usr/bin/node_exporter"],
    async publish(servers) {
      const files = await archives(
        go,
        "node_exporter, version 1.9.1",
        (arch) => `${nodeExporterTop(arch)}.tar.gz`,
        (arch, program) => ({
          [`${nodeExporterTop(arch)}/node_exporter`]: program,
        }),
      );
      servers.release("prometheus/node_exporter", "v1.9.1", { ...files, "sha256sums.txt": listOf(files) });
    },
  },
};
