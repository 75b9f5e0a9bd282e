import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";
import { ensurePrograms } from "../ensure-programs.ts";
import { findProgram } from "../find-program.ts";
import { run, tryRun, type Say } from "../run.ts";
import { ensureBuildx } from "./buildx.ts";
import type { Engine } from "./engine.ts";
import { ensureOwnEngine, ownSocket } from "./own-engine.ts";

const versionSchema = z.object({
  Client: z.object({ Version: z.string() }),
  Server: z.object({ Version: z.string() }).nullish(),
});

interface Connection {
  readonly kind: Engine["kind"];
  readonly client: string;
  readonly server: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Gives a Docker engine that answers, with its build plugin. The machine's own engine is used where there is one and
 * this user may talk to it; otherwise kiln installs Docker, and starts an engine for itself where nothing else does.
 */
export async function ensureEngine(say: Say): Promise<Engine> {
  const connection = (await connectToMachine()) ?? (await connectToOwn()) ?? (await makeEngine(say));
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

async function makeEngine(say: Say): Promise<Connection> {
  const wanted = process.env["DOCKER_HOST"];
  if (wanted !== undefined && wanted !== "") throw await unanswered(wanted);
  await ensurePrograms(["dockerd", "docker"], say);
  // Where a service manager runs, the package's installation has just started the machine's engine.
  const machine = existsSync("/run/systemd/system") ? await connectToMachineSoon() : undefined;
  if (machine !== undefined) return machine;
  await ensureOwnEngine(say);
  const own = await connectToOwn();
  if (own === undefined) throw await unanswered(ownSocket());
  return own;
}

async function connectToMachineSoon(): Promise<Connection | undefined> {
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

/** The engine that the user's own settings lead to: DOCKER_HOST, a context, or the usual socket. */
async function connectToMachine(): Promise<Connection | undefined> {
  const connection = await connect("machine", {});
  const docker = findProgram("docker");
  if (connection === undefined || docker === undefined) return undefined;
  // The builder that has a context's name is the engine itself. Others do not see the engine's images, from which we build.
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
    expected: "the program docker, which has just answered",
    found: "it is gone",
    next: "install docker.io again",
  });
}

async function unanswered(where: string): Promise<KilnError> {
  const { summary } = await tryRun(findProgram("docker") ?? "docker", ["version"], { timeoutMs: 10_000 });
  return new KilnError("engine-unavailable", {
    expected: `a Docker engine that answers at ${where}`,
    found: summary,
    next: "start that engine, or unset DOCKER_HOST and kiln starts one for itself",
  });
}
