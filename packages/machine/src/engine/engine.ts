import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { ensurePrograms } from "../ensure-programs.ts";
import { findProgram } from "../programs.ts";
import type { Say } from "../reporter.ts";
import { withLock } from "../lock.ts";
import { run, tryRun, type RunOptions } from "../run.ts";
import { ensureBuildx } from "./buildx.ts";
import { engineLock, ensureOwnEngine, ownSocket } from "./own-engine.ts";

/** A running Docker engine, with its client and its build plugin. */
export interface Engine {
  /** Whether it is the machine's, or kiln's own, which has no bridge network. */
  kind: "machine" | "own";
  /** The `--network` for builds and containers that need to reach a package mirror. */
  network: "host" | "default";
  /** What the client and the plugin need in their environment. */
  env: Readonly<Record<string, string>>;
  versions: { client: string; server: string; buildx: string };
  /** Runs `docker ARGS`. @returns its standard output */
  docker(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Runs `docker buildx ARGS`. @returns its standard output; the progress is on the standard error */
  buildx(args: readonly string[], options?: RunOptions): Promise<string>;
}

const versionSchema = z.object({
  Client: z.object({ Version: z.string() }),
  Server: z.object({ Version: z.string() }).nullish(),
});

interface Connection {
  kind: Engine["kind"];
  client: string;
  server: string;
  env: Readonly<Record<string, string>>;
}

/**
 * Runs work with a Docker engine. kiln's own engine ends when its last user has ended, however that happens.
 * @throws KilnError `engine-unavailable`, `program-missing`
 */
export async function withEngine<T>(say: Say, work: (engine: Engine) => Promise<T>): Promise<T> {
  const what = "the end of kiln's Docker engine";
  return withLock(engineLock(), async () => work(await ensureEngine(say)), { shared: true, what, say });
}

/**
 * Finds or starts a Docker engine with its build plugin. The machine's engine is used if it runs and this
 * user may use it. Otherwise kiln installs Docker, and starts its own engine unless the installation started
 * the machine's.
 */
async function ensureEngine(say: Say): Promise<Engine> {
  const connection = (await connectToMachine()) ?? (await connectToOwn()) ?? (await provideEngine(say));
  const docker = dockerClient();
  const buildx = await ensureBuildx(say);
  const { env } = connection;
  const buildxVersion = /v?(\d+\.\d+\.\d+)/.exec(await run(buildx, ["version"], { env }));
  return {
    kind: connection.kind,
    network: connection.kind === "own" ? "host" : "default",
    env,
    versions: {
      client: connection.client,
      server: connection.server,
      buildx: buildxVersion?.[1] ?? "unknown",
    },
    docker: (args, options) => run(docker, args, { ...options, env: { ...env, ...options?.env } }),
    buildx: (args, options) => run(buildx, args, { ...options, env: { ...env, ...options?.env } }),
  };
}

async function provideEngine(say: Say): Promise<Connection> {
  const wanted = process.env["DOCKER_HOST"];
  if (wanted !== undefined && wanted !== "") throw await unavailableError(wanted);
  await ensurePrograms(["dockerd", "docker"], say);
  // On a machine that systemd has booted, installing the package has just started the machine's engine.
  const machine = existsSync("/run/systemd/system") ? await waitForMachine() : undefined;
  if (machine !== undefined) return machine;
  await ensureOwnEngine(say);
  const own = await connectToOwn();
  if (own === undefined) throw await unavailableError(ownSocket());
  return own;
}

async function waitForMachine(): Promise<Connection | undefined> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const connection = await connectToMachine();
    if (connection !== undefined || Date.now() > deadline || !(await engineIsStarting())) return connection;
    await delay(250);
  }
}

async function engineIsStarting(): Promise<boolean> {
  const { stdout } = await tryRun("systemctl", ["is-active", "docker.service"]);
  return stdout.trim() === "activating";
}

/** The engine of the user's settings: DOCKER_HOST, a context, or the default socket. */
async function connectToMachine(): Promise<Connection | undefined> {
  const connection = await connect("machine", {});
  const docker = findProgram("docker");
  if (connection === undefined || docker === undefined) return undefined;
  // The builder that has a context's name is the engine itself. Others do not see the engine's images, from
  // which we build.
  const { stdout } = await tryRun(docker, ["context", "inspect", "--format", "{{.Name}}"]);
  return { ...connection, env: { BUILDX_BUILDER: stdout.trim() || "default" } };
}

async function connectToOwn(): Promise<Connection | undefined> {
  if (!existsSync(ownSocket())) return undefined;
  // A builder that the user has chosen belongs to the user's engine.
  return await connect("own", {
    DOCKER_HOST: `unix://${ownSocket()}`,
    DOCKER_CONTEXT: "",
    BUILDX_BUILDER: "default",
  });
}

async function connect(kind: Engine["kind"], env: Connection["env"]): Promise<Connection | undefined> {
  const docker = findProgram("docker");
  if (docker === undefined) return undefined;
  const { stdout } = await tryRun(docker, ["version", "--format", "{{json .}}"], { env, timeoutMs: 10_000 });
  const parsed = versionSchema.safeParse(parseJson(stdout));
  const server = parsed.data?.Server?.Version;
  if (parsed.data === undefined || server === undefined) return undefined;
  return { kind, client: parsed.data.Client.Version, server, env };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function dockerClient(): string {
  const path = findProgram("docker");
  if (path !== undefined) return path;
  throw new KilnError("program-missing", {
    expected: "the program docker to exist, which has just been used",
    found: "that it no longer exists",
    next: "install docker.io again",
  });
}

async function unavailableError(where: string): Promise<KilnError> {
  const { summary } = await tryRun(findProgram("docker") ?? "docker", ["version"], { timeoutMs: 10_000 });
  return new KilnError("engine-unavailable", {
    expected: `a Docker engine at ${where}`,
    found: summary,
    next: "start that engine, or unset DOCKER_HOST to let kiln start its own",
  });
}
