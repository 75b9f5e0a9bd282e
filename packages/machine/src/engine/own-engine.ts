import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import { makeFolder } from "../files.ts";
import { rootPrefix, runAsRoot } from "../run-as-root.ts";
import { ensurePrograms } from "../ensure-programs.ts";
import { withLock } from "../lock.ts";
import type { Say } from "../reporter.ts";
import { cacheDirectory } from "../settings.ts";

const startingMs = 60_000;

/**
 * The paths of kiln's own engine. Those below /run are short enough for sockets, and do not survive a reboot.
 */
function pathsOfEngine() {
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

/** The lock that users of kiln's own engine share, and hold before they start or find it. */
export function engineLock(): string {
  return cacheDirectory("engine-use.lock");
}

/** The socket of kiln's own engine, whether it runs or not. */
export function ownSocket(): string {
  return pathsOfEngine().socket;
}

/** Whether a Docker engine responds on a socket. */
export function isResponding(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = request({ socketPath, path: "/_ping", timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    attempt.on("timeout", () => attempt.destroy());
    attempt.on("error", () => resolve(false));
    attempt.end();
  });
}

/**
 * Starts kiln's own Docker engine unless it is running. It creates no bridge and no firewall rules, so the
 * machine's network does not change; steps that need a network use the host's. It runs until nobody
 * holds `engineLock`, so hold it.
 */
export async function ensureOwnEngine(say: Say): Promise<void> {
  if (await isResponding(ownSocket())) return;
  await ensurePrograms(["dockerd", "setsid"], say);
  await withLock(cacheDirectory("engine.lock"), () => start(say), {
    what: "the start of kiln's Docker engine",
    say,
  });
}

async function start(say: Say): Promise<void> {
  const { run, socket, pidFile } = pathsOfEngine();
  if (await isResponding(socket)) return;
  if ((await rootPrefix()) === undefined) throw permissionError();
  if (runningPid() === undefined) {
    say(`starting kiln's own Docker engine (without bridge and firewall rules) at ${socket}`);
    // Access to the socket means root rights, so only this user may enter its folder.
    await runAsRoot(["install", "-d", "-m", "0700", "-o", String(process.getuid?.() ?? 0), run]);
    await runAsRoot(["mkdir", "-p", pathsOfEngine().data]);
    // Without this, a new dockerd would wait for the containerd of the old one, if that has ended but was
    // never reaped.
    await runAsRoot(["rm", "-rf", pidFile, socket, `${run}/exec/containerd`]);
    await launch();
  }
  const deadline = Date.now() + startingMs;
  // It takes a moment until a new engine has written its process ID.
  const noPidBefore = Date.now() + 5000;
  while (!(await isResponding(socket))) {
    const hasEnded = runningPid() === undefined && Date.now() > noPidBefore;
    if (hasEnded || Date.now() > deadline) throw await startError(hasEnded);
    await delay(100);
  }
}

/**
 * Runs the engine until nobody holds the lock, and keeps the lock until the engine has ended. A process that is
 * killed no longer holds it.
 */
const keepEngine = `
  lock=$1; shift
  setpriv --pdeathsig TERM "$@" &
  exec 9< "$lock"
  flock --exclusive 9
  kill "$!" && wait "$!"`;

async function launch(): Promise<void> {
  const { dockerd } = await ensurePrograms(["dockerd"], () => undefined);
  const { run, socket, pidFile, data, hash } = pathsOfEngine();
  await makeFolder(cacheDirectory());
  const configuration = cacheDirectory("engine.json");
  // Instead of /etc/docker/daemon.json, which is for the machine's engine.
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
  // The engine writes to the file itself, so that it does not depend on this process.
  const log = createWriteStream(cacheDirectory("engine.log"));
  await once(log, "open");
  try {
    // In its own session, so that neither the end of this process nor Ctrl-C ends the engine for others.
    const [program = "", ...args] = [
      ...((await rootPrefix()) ?? []),
      ...["setsid", "--fork", "sh", "-c", keepEngine, "sh", engineLock()],
      ...[dockerd, ...options],
    ];
    const { execa } = await import("execa");
    await execa(program, args, { stdin: "ignore", stdout: log, stderr: log });
  } finally {
    log.close();
  }
}

/** The process ID of kiln's engine; undefined if the process in its PID file is not the engine. */
function runningPid(): number | undefined {
  const { pidFile, socket } = pathsOfEngine();
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(socket) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function permissionError(): KilnError {
  return new KilnError("engine-unavailable", {
    expected: "a Docker engine that this user may use, or root or sudo to start one",
    found: "neither",
    next: "run kiln as root, or join the group of the machine's engine: sudo usermod -aG docker $USER",
  });
}

async function startError(hasEnded: boolean): Promise<KilnError> {
  const log = cacheDirectory("engine.log");
  const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  const notable = lines.filter((line) => /level=(error|fatal)|^failed|^unable/i.test(line));
  const excerpt = (notable.length > 0 ? notable : lines).slice(-3).join(" | ");
  return new KilnError("engine-unavailable", {
    expected: "kiln's own Docker engine to start",
    found: `${hasEnded ? "it ended" : `no response within ${startingMs / 1000} s`}: ${excerpt}`,
    next: `read ${log}, or start an engine yourself and set DOCKER_HOST`,
  });
}
