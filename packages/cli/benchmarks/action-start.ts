import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "@sysext-kiln/testbed";
import { median, type Row } from "./measure.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** How often each is started: enough for a median, in a few seconds. */
const runs = 15;

/** Actions that send a request to GitHub first, with the inputs that they need for it. */
const actions: Record<string, Record<string, string>> = {
  "version-watcher": { INPUT_TOKEN: "t" },
  publisher: { INPUT_TOKEN: "t", "INPUT_DRY-RUN": "true" },
  watchdog: { INPUT_TOKEN: "t", INPUT_RESULTS: "{}" },
};

/** The time from each action's start to its first request, relative to that of a script that only fetches. */
export async function actionStarts(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-start-"));
  const server = createServer(() => undefined);
  const url = `http://127.0.0.1:${await listen(server)}`;
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: "example/kiln",
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_NUMBER: "1",
    GITHUB_JOB: "watch",
    GITHUB_OUTPUT: join(folder, "output"),
    GITHUB_STEP_SUMMARY: join(folder, "summary"),
  };
  await Promise.all([writeFile(env.GITHUB_OUTPUT, ""), writeFile(env.GITHUB_STEP_SUMMARY, "")]);
  const bare = join(folder, "bare.mjs");
  await writeFile(bare, `await fetch(${JSON.stringify(url)});\n`);

  async function untilRequest(script: string, inputs: Readonly<Record<string, string>>): Promise<number> {
    const requested = once(server, "request");
    const started = performance.now();
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: { ...env, ...inputs },
      stdio: "ignore",
    });
    await requested;
    const took = performance.now() - started;
    child.kill("SIGKILL");
    await once(child, "exit");
    return took;
  }

  const candidates = [
    { name: "bare", script: bare, inputs: {} },
    ...Object.entries(actions).map(([name, inputs]) => ({
      name,
      script: join(root, "packages", name, "dist/index.js"),
      inputs,
    })),
  ];
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  try {
    // Alternating, so that other load on the machine affects all of them equally.
    for (let run = 0; run < runs; run += 1)
      for (const { name, script, inputs } of candidates)
        times.get(name)?.push(await untilRequest(script, inputs));
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
  const bareTime = median(times.get("bare") ?? []);
  return Object.keys(actions).map((name) => ({
    what: `time from the start of ${name} to its first request / of a bare fetch`,
    ratio: median(times.get(name) ?? []) / bareTime,
    limit: 2.5,
  }));
}
