import { chmod, chown, copyFile, mkdir, writeFile } from "node:fs/promises";
import { configurationOf } from "./configuration.ts";
import { checkVariables, environmentOf } from "./environment.ts";
import { healthCertificate, type NodeDescription, type VrrpOptions } from "./options.ts";
import type { Runtime } from "./runtime.ts";

const bundle = "/run/bundle";
/** The folder that is mounted as the container's /etc/keepalived, as Kubernetes does it. */
const configurationFolder = `${bundle}/etc-keepalived`;
/** The path, on a node, of the configuration that is mounted into its container. */
export const mountedConfiguration = `${configurationFolder}/keepalived.conf`;
/** What is mounted as /run/keepalived, as a path on a node. It outlives the container, as an emptyDir of Kubernetes does. */
export const mountedRunFolder = `${bundle}/run-keepalived`;
/** runc with its state in the node. Without control groups, which would outlive a killed test. */
const runc = ["runc", "--root=/run/runc", "--rootless=true"] as const;
const id = "keepalived";

/** All capabilities in the container's manifest. */
const capabilities = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BROADCAST"];

/** An unpacked container image. */
export interface UnpackedContainer {
  /** Its root file system. */
  root: string;
  entrypoint: readonly string[];
  environment: readonly string[];
}

/** The container with a mounted configuration. */
export function mountedContainerRuntime(image: UnpackedContainer): Runtime {
  return containerRuntime("the container", image, async (node, options) => {
    const file = node.outside(mountedConfiguration);
    const health = { file: "/run/keepalived/check" };
    await writeFile(file, configurationOf(options, node, health), { mode: 0o600 });
    return options.check ? checkVariables(options) : [];
  });
}

/** As whom a container runs. */
export interface Identity {
  uid: number;
  /** Kubernetes sets it for `allowPrivilegeEscalation: false`. */
  noNewPrivileges: boolean;
}

const rootOnly: Identity = { uid: 0, noNewPrivileges: true };

/**
 * The container that renders its configuration from variables.
 * @param own what differs from the options of the network
 */
export function renderingContainerRuntime(
  image: UnpackedContainer,
  own: Partial<VrrpOptions> = {},
  identity = rootOnly,
): Runtime {
  const configure = async (node: NodeDescription, options: VrrpOptions) => {
    const all = { ...options, ...own };
    for (const [n, key] of (all.hmac?.keys ?? []).entries()) {
      const path = node.outside(`${configurationFolder}/key-${n + 1}`);
      await writeFile(path, key, { mode: 0o440 });
      // As the kubelet does it for `fsGroup`.
      await chown(path, 0, identity.uid);
    }
    return environmentOf(all, node);
  };
  return containerRuntime("the container from variables", image, configure, identity);
}

/** The container with variables that a test chooses itself. */
export function containerOfEnvironment(
  image: UnpackedContainer,
  environmentFor: (node: NodeDescription) => Readonly<Record<string, string>>,
  identity = rootOnly,
): Runtime {
  const configure = async (node: NodeDescription) =>
    Object.entries(environmentFor(node)).map(([name, value]) => `${name}=${value}`);
  return containerRuntime("the container", image, configure, identity);
}

/**
 * The command that runs another program in a node's running container, as `kubectl exec` and the kubelet's
 * probes do.
 */
export function execCommand(...command: readonly string[]): ["runc", ...string[]] {
  return [...runc, "exec", id, ...command];
}

/** The command that sends a signal to the first process of a node's running container. */
export function signalCommand(name: "HUP" | "TERM"): ["runc", ...string[]] {
  return [...runc, "kill", id, name];
}

/** The command that starts a node's container again, with the same variables and what is mounted now. */
export const startAgainCommand: ["runc", ...string[]] = [...runc, "run", "--bundle", bundle, id];

interface Mount {
  destination: string;
  type: string;
  source: string;
  options: readonly string[];
}

/** @param configure writes the files that it needs, and returns variables */
function containerRuntime(
  name: string,
  image: UnpackedContainer,
  configure: (...args: Parameters<Runtime["prepare"]>) => Promise<readonly string[]>,
  identity = rootOnly,
): Runtime {
  return {
    name,
    async prepare(node, options) {
      const folder = node.outside(configurationFolder);
      for (const path of [folder, node.outside(mountedRunFolder)]) await mkdir(path, { recursive: true });
      await chmod(node.outside(mountedRunFolder), 0o777);
      if (options.check) await copyFile(node.outside(healthCertificate), `${folder}/ca.crt`);
      const document = specification(image, node.name, await configure(node, options), identity);
      await writeFile(node.outside(`${bundle}/config.json`), JSON.stringify(document));
      return startAgainCommand;
    },
    stop: signalCommand("TERM"),
    // They are stopped first: otherwise the parents that are left would clean up.
    kill: ["sh", "-c", "all=$(pidof keepalived keepalivedctl); kill -STOP $all; kill -KILL $all"],
  };
}

/**
 * A bundle's `config.json` (OCI runtime specification): the host's network, and everything else as the
 * kubelet sets it for a container with a read-only root and only these capabilities.
 */
function specification(
  { root, entrypoint, environment: ofImage }: UnpackedContainer,
  hostname: string,
  environment: readonly string[],
  { uid, noNewPrivileges }: Identity,
) {
  // A container runtime gives them only to root (KEP-2763).
  const own = uid === 0 ? { effective: capabilities, permitted: capabilities } : {};
  return {
    ociVersion: "1.0.2",
    hostname,
    process: {
      terminal: false,
      user: { uid, gid: uid },
      args: entrypoint,
      env: [...ofImage, ...environment],
      cwd: "/",
      noNewPrivileges,
      capabilities: { bounding: capabilities, ...own },
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
      tmpfs("/dev", "size=64k", "dev"),
      {
        destination: "/sys",
        type: "none",
        source: "/sys",
        options: ["rbind", "nosuid", "noexec", "nodev", "ro"],
      },
      bind(mountedRunFolder, "/run/keepalived", "rw"),
      bind(configurationFolder, "/etc/keepalived", "ro"),
    ],
    linux: {
      namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
      maskedPaths: ["/proc/kcore", "/proc/keys", "/sys/firmware"],
    },
  };
}

function tmpfs(destination: string, size: string, devices: "dev" | "nodev"): Mount {
  const options = ["nosuid", devices, "noexec", "mode=755", size];
  return { destination, type: "tmpfs", source: "tmpfs", options };
}

function bind(source: string, destination: string, access: "ro" | "rw"): Mount {
  return { destination, type: "none", source, options: ["bind", access, "nosuid", "nodev", "noexec"] };
}
