import { existsSync } from "node:fs";
import { ensurePrograms, tryRun, type Outcome, type RunOptions, type Say } from "@sysext-kiln/machine";
import { execa } from "execa";
import { baseTree } from "./base-tree.ts";
import type { HostSuite } from "./host-suite.ts";
import { openContainer, type Base, type Container, type Storage } from "./container.ts";
import { furnish } from "./furnish.ts";
import { addFreedLoopDevices, allLoopDevices, freeLoopDevices } from "./loop-devices.ts";
import { keepMachineSettings } from "./machine-settings.ts";
import { openNetwork, type HostNetwork } from "./network.ts";
import { waitUntil } from "./wait.ts";

export type Command = readonly [string, ...string[]];

/** A Debian with a booted systemd, whose whole state is in memory. */
export interface Host extends AsyncDisposable {
  suite: HostSuite;
  network: HostNetwork;
  /** Its root file system as seen from here, without what is mounted inside (/run, /usr with extensions). */
  root: string;
  /**
   * Runs a command as root, with the environment of a fresh login, within two minutes by default.
   * @returns how it ended
   */
  run(command: Command, options?: Pick<RunOptions, "input" | "timeoutMs">): Promise<Outcome>;
  /**
   * Runs a command as root with the standard streams of this process, in its own unit, and with a terminal if
   * they are one.
   * @returns its exit status
   */
  attach(command: Command): Promise<number>;
  /** Writes a file inside, and creates its folders. */
  write(path: string, text: string): Promise<void>;
  /** Waits until a condition holds. The error, if it never does, shows the journal's end. */
  waitFor(what: string, condition: () => Promise<boolean>, options?: { timeoutMs?: number }): Promise<void>;
  /** What was logged since the last boot, or what one unit logged. */
  journal(unit?: string): Promise<string>;
  /** Shuts it down cleanly, and boots it again. */
  reboot(): Promise<void>;
  /** Ends it immediately, as a power failure does, and keeps what was written to its files. */
  cutPower(): Promise<void>;
  /** Boots it after `cutPower`. */
  boot(): Promise<void>;
  /** Ends it immediately. */
  stop(): Promise<void>;
}

export interface HostOptions {
  suite: HostSuite;
  /** What its root file system is layered over, instead of the suite's own. */
  base?: Base;
  /** Where some of its folders are, instead of in memory. */
  storage?: Storage | undefined;
  /** Also its host name. */
  name?: string;
  /** Writes into the root file system before the first boot. */
  prepare?: (root: string) => Promise<void>;
  /** A network to share with other hosts; without it the host has one of its own. */
  network?: HostNetwork;
  /**
   * Keeps loop devices that the machine uses out of the host, and restores settings of the machine that root
   * in the host may have changed, when it is stopped. Only one such host at a time: each would restore what
   * the other changed.
   */
  isUntrusted?: boolean;
  say?: Say;
}

/** Why this machine cannot boot hosts, as part of a sentence; undefined if it can. */
export function whyNoHosts(): string | undefined {
  if (process.platform !== "linux")
    return `hosts are Linux containers, and this machine runs ${process.platform}`;
  if (process.getuid?.() !== 0) return "booting a host needs root, for example with sudo";
  if (!existsSync("/dev/loop-control")) return "this machine has no loop devices (/dev/loop-control)";
  return undefined;
}

/** Boots a host. Nothing of it remains when it is stopped, or when this process ends, however that ends. */
export async function bootHost(options: HostOptions): Promise<Host> {
  const { suite, name = "host", prepare, say = () => undefined } = options;
  await ensurePrograms(["systemd-nspawn", "ip"], say);
  const base = options.base ?? (await baseTree(suite, say));
  await using stack = new AsyncDisposableStack();
  if (options.isUntrusted) stack.use(keepMachineSettings(say));
  const network = options.network ?? stack.use(await openNetwork());
  const container = stack.use(await openContainer(base, options.storage));
  await furnish(container.root, name, options.isUntrusted ? freeLoopDevices() : allLoopDevices());
  if (options.isUntrusted) stack.use(addFreedLoopDevices(() => container.leader()));
  await prepare?.(container.root);
  const { pid } = network;
  say("waiting for the boot to finish");
  const host = hostIn(container, suite, network, () => container.start(name, pid));
  await host.boot();
  const resources = stack.move();
  const stop = () => resources.disposeAsync();
  return { ...host, stop, [Symbol.asyncDispose]: stop };
}

type RunningHost = Omit<Host, "stop" | typeof Symbol.asyncDispose>;

function hostIn(
  container: Container,
  suite: HostSuite,
  network: HostNetwork,
  start: () => Promise<void>,
): RunningHost {
  const host: RunningHost = {
    suite,
    network,
    root: container.root,
    async run(command, { timeoutMs = 120_000, ...runOptions } = {}) {
      const words = await entering(container, login, command);
      return await tryRun("nsenter", words, { ...runOptions, timeoutMs });
    },
    async attach(command) {
      const terminal = `TERM=${process.env["TERM"] ?? "dumb"}`;
      const words = await entering(container, [...login, terminal], [...inUnit, ...command]);
      const { exitCode } = await execa("nsenter", words, { stdio: "inherit", reject: false });
      return exitCode ?? 1;
    },
    async write(path, text) {
      // Atomically: a service that restarts must not find it half-written.
      const script = 'mkdir -p "$(dirname "$1")" && cat > "$1.new" && mv "$1.new" "$1"';
      const outcome = await host.run(["sh", "-c", script, "sh", path], { input: text });
      if (outcome.status !== 0) throw new Error(`cannot write ${path} inside: ${outcome.summary}`);
    },
    async waitFor(what, condition, { timeoutMs = 60_000 } = {}) {
      if (await waitUntil(condition, timeoutMs)) return;
      const lines = (await host.journal()).split("\n").slice(-40);
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}; the journal's end:\n${lines.join("\n")}`);
    },
    async journal(unit) {
      const which = unit === undefined ? [] : [`--unit=${unit}`];
      const { stdout } = await host.run([
        "journalctl",
        "--boot",
        "--no-pager",
        "--quiet",
        "--output=short-monotonic",
        ...which,
      ]);
      return stdout;
    },
    async reboot() {
      await host.run(["systemctl", "reboot"]);
      await container.ended();
      await host.boot();
    },
    cutPower: () => container.kill(),
    async boot() {
      await start();
      await host.waitFor("the boot to finish", isBooted(host));
    },
  };
  return host;
}

/** What nsenter needs to run a command in a container with nothing but the given environment. */
async function entering(
  container: Container,
  environment: readonly string[],
  command: readonly string[],
): Promise<string[]> {
  const leader = await container.leader();
  if (leader === undefined) throw new Error(`cannot run \`${command.join(" ")}\`: the host is not running`);
  const enter = ["--target", String(leader), "--all", "--", "env", "--ignore-environment", "--chdir=/"];
  return [...enter, ...environment, ...command];
}

/**
 * Job control needs a terminal and a session that belong to the container: systemd makes both, and passes on
 * what is typed (systemd-run(1), "--pty" and "--pipe").
 */
const inUnit = [
  "systemd-run",
  "--quiet",
  "--wait",
  "--collect",
  "--pipe",
  "--pty",
  "--expand-environment=no",
  "--working-directory=/root",
  "--setenv=HOME=/root",
  "--setenv=LANG=C.UTF-8",
  "--",
];

const login = [
  "HOME=/root",
  "LANG=C.UTF-8",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "SYSTEMD_COLORS=0",
];

/** `is-system-running` would wait for every job, also for a test's service that waits for another host. */
function isBooted(host: RunningHost): () => Promise<boolean> {
  return async () => (await host.run(["systemctl", "is-active", "multi-user.target"])).status === 0;
}
