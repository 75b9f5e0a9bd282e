import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import { rootPrefix, runAsRoot } from "../administrator.ts";
import { ensurePrograms } from "../ensure-programs.ts";
import { withLock } from "../lock.ts";
import type { Say } from "../run.ts";
import { cacheDirectory } from "../settings.ts";
import { answers } from "./ping.ts";

const startingMs = 60_000;

/** Where the engine of our own keeps what it needs while it runs. Below /run: short enough for sockets, gone after a reboot. */
function places() {
  const hash = createHash("sha256").update(cacheDirectory()).digest("hex").slice(0, 8);
  const run = `/run/sysext-kiln-${hash}`;
  return {
    run,
    socket: `${run}/docker.sock`,
    pidFile: `${run}/docker.pid`,
    data: cacheDirectory("engine"),
    hash,
  };
}

/** The socket of the engine of our own, whether it runs or not. */
export function ownSocket(): string {
  return places().socket;
}

/**
 * Starts a Docker engine for kiln alone, or finds the one that runs. It makes no bridge and no firewall rule, so
 * nothing of the machine's network changes; steps that need a network use the host's. It runs until `stopOwnEngine`.
 */
export async function ensureOwnEngine(say: Say): Promise<void> {
  if (await answers(ownSocket())) return;
  await ensurePrograms(["dockerd", "setsid"], say);
  await withLock(cacheDirectory("engine.lock"), () => start(say), {
    what: "the start of its Docker engine",
    say,
  });
}

async function start(say: Say): Promise<void> {
  const { run, socket, pidFile } = places();
  if (await answers(socket)) return;
  if ((await rootPrefix()) === undefined) throw rightsError();
  if (runningPid() === undefined) {
    say(`starting a Docker engine for kiln alone (no bridge, no firewall rules): its socket is ${socket}`);
    // Who reaches the socket is root on this machine: nobody but this user enters its folder.
    await runAsRoot(["install", "-d", "-m", "0700", "-o", String(process.getuid?.() ?? 0), run]);
    await runAsRoot(["mkdir", "-p", places().data]);
    // A containerd ends with its dockerd; where nothing collects it, a new dockerd would wait for the old one's number.
    await runAsRoot(["rm", "-rf", pidFile, socket, `${run}/exec/containerd`]);
    await launch();
  }
  const deadline = Date.now() + startingMs;
  // A new engine writes its process number only after a moment.
  const patience = Date.now() + 5000;
  while (!(await answers(socket))) {
    const gone = runningPid() === undefined && Date.now() > patience;
    if (gone || Date.now() > deadline) throw await startError(gone);
    await delay(100);
  }
}

async function launch(): Promise<void> {
  const { dockerd } = await ensurePrograms(["dockerd"], () => undefined);
  const { run, socket, pidFile, data, hash } = places();
  await mkdir(cacheDirectory(), { recursive: true });
  const configuration = cacheDirectory("engine.json");
  // The machine's own /etc/docker/daemon.json is for the machine's own engine.
  await writeFile(configuration, "{}\n");
  const options = [
    ["--config-file", configuration],
    ["--host", `unix://${socket}`],
    ["--group", String(process.getgid?.() ?? 0)],
    ["--data-root", data],
    ["--exec-root", `${run}/exec`],
    ["--pidfile", pidFile],
    ["--containerd-namespace", `kiln-${hash}`],
    ["--containerd-plugins-namespace", `kiln-${hash}-plugins`],
    ["--bridge", "none"],
    ["--iptables=false"],
    ["--ip6tables=false"],
    ["--ip-forward=false"],
    ["--ip-masq=false"],
  ].flat();
  // The engine writes to the file itself, so that nothing but it keeps the file open.
  const log = createWriteStream(cacheDirectory("engine.log"));
  await once(log, "open");
  try {
    // A session of its own, so that neither the end of this process nor Ctrl-C ends the engine.
    const [program = "", ...args] = [
      ...((await rootPrefix()) ?? []),
      "setsid",
      "--fork",
      dockerd,
      ...options,
    ];
    const { execa } = await import("execa");
    await execa(program, args, { stdin: "ignore", stdout: log, stderr: log });
  } finally {
    log.close();
  }
}

/** The process of our engine, if the one that its file names is still it. */
function runningPid(): number | undefined {
  const { pidFile, socket } = places();
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(socket) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the engine of our own and waits until it is gone. */
export async function stopOwnEngine(): Promise<void> {
  const pid = runningPid();
  if (pid === undefined) return;
  // The shell's own kill: a minimal Debian has no program of that name.
  await runAsRoot(["sh", "-c", 'kill "$1"', "sh", String(pid)]);
  const deadline = Date.now() + startingMs;
  while (runningPid() !== undefined && Date.now() < deadline) await delay(100);
}

function rightsError(): KilnError {
  return new KilnError("engine-unavailable", {
    expected: "a Docker engine that this user may talk to, or root or sudo to start one",
    found: "neither",
    next: "run kiln as root, or join the group of the machine's own engine: sudo usermod -aG docker $USER",
  });
}

async function startError(gone: boolean): Promise<KilnError> {
  const log = cacheDirectory("engine.log");
  const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  const notable = lines.filter((line) => /level=(error|fatal)|^failed|^unable/i.test(line));
  const words = (notable.length > 0 ? notable : lines).slice(-3).join(" | ");
  return new KilnError("engine-unavailable", {
    expected: "the Docker engine that kiln started to answer",
    found: `${gone ? "it ended" : `no answer within ${startingMs / 1000} s`}: ${words}`,
    next: `read ${log}, or start an engine yourself and set DOCKER_HOST`,
  });
}
