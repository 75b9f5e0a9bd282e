import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

const secrets = fileURLToPath(new URL("secrets.ts", import.meta.url));

const reportSchema = z.object({
  taken: z.record(z.string(), z.string()),
  environment: z.array(z.string()),
  inherited: z.array(z.string()),
  pid: z.number(),
  args: z.array(z.string()),
  input: z.string(),
});

let folder: string;
let program: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-secrets-"));
  program = join(folder, "program.ts");
  await writeFile(
    program,
    `import { readFileSync } from "node:fs";
    import { execFileSync } from "node:child_process";
    import { restartWithoutSecrets, takeSecrets } from ${JSON.stringify(secrets)};
    restartWithoutSecrets();
    const taken = takeSecrets();
    if (process.argv[2] === "wait") { console.log("ready"); setInterval(() => undefined, 1000); }
    else console.log(JSON.stringify({
      taken,
      environment: readFileSync("/proc/self/environ", "utf8").split("\\0"),
      inherited: execFileSync("env", ["--null"], { encoding: "utf8" }).split("\\0"),
      pid: process.pid,
      args: process.argv.slice(2),
      input: readFileSync(0, "utf8"),
    }));
    process.exitCode = 7;`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const path = { PATH: "/usr/bin:/bin" };

function start(env: Readonly<Record<string, string>>, ...args: string[]) {
  const options = { env: { ...path, ...env }, extendEnv: false, reject: false, input: "typed" } as const;
  return execa(process.execPath, [program, ...args], options);
}

async function report(env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = start(env, ...args);
  const { stdout, exitCode } = await child;
  return { ...reportSchema.parse(JSON.parse(stdout)), exitCode, startedPid: child.pid };
}

/** Everything that a shell might expand, and trailing line breaks that it might drop. */
const awkward = "END\n$(id) `id` $HOME \\n \"double\" 'single' ~ é\n\n";

describe("a process that is started with secrets", () => {
  test("has them, but its environment in /proc and its child processes do not", async () => {
    const { taken, environment, inherited } = await report({
      KILN_SIGNING_KEY: awkward,
      KILN_SIGNING_PASSPHRASE: "words",
      GITHUB_TOKEN: "token",
      KILN_UPSTREAM_TOKEN: "other",
      "INPUT_DRY-RUN": "true",
      INPUT_PLAN: "",
      ACTIONS_RUNTIME_TOKEN: "runner's",
      KILN_BEST_BEFORE_DAYS: "30",
    });
    expect(taken).toEqual({
      KILN_SIGNING_KEY: awkward,
      KILN_SIGNING_PASSPHRASE: "words",
      GITHUB_TOKEN: "token",
      KILN_UPSTREAM_TOKEN: "other",
      "INPUT_DRY-RUN": "true",
    });
    for (const seen of [environment.join("\n"), inherited.join("\n")])
      expect(seen).not.toMatch(/END|words|token|other|runner's|INPUT_|ACTIONS_/);
    expect(environment).toContain("KILN_BEST_BEFORE_DAYS=30");
    expect(inherited).not.toContainEqual(expect.stringContaining("KILN_SECRETS"));
  });

  test("keeps its PID, arguments, standard input and exit status", async () => {
    const { pid, startedPid, args, input, exitCode } = await report(
      { GITHUB_TOKEN: "token" },
      "a b",
      "$x",
      "",
    );
    expect({ pid, args, input, exitCode }).toEqual({
      pid: startedPid,
      args: ["a b", "$x", ""],
      input: "typed",
      exitCode: 7,
    });
  });

  test("ends by the signal that it is sent", async () => {
    const child = start({ GITHUB_TOKEN: "token" }, "wait");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await child).toMatchObject({ signal: "SIGTERM" });
  });

  test("does not react to the signal that starts Node's debugger", async () => {
    const child = start({ GITHUB_TOKEN: "token" }, "wait");
    await once(child.stdout, "data");
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    const caught = BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(status)?.[1]}`);
    expect(caught & (1n << BigInt(constants.signals.SIGUSR1 - 1))).toBe(0n);
    child.kill("SIGTERM");
    await child;
  });

  test("has a secret that is larger than a pipe", async () => {
    const large = "k".repeat(100_000);
    expect((await report({ KILN_SIGNING_KEY: large })).taken).toEqual({ KILN_SIGNING_KEY: large });
  });

  test("fails if Linux cannot pass them on, without printing them", async () => {
    const large = "k".repeat(70_000);
    const { exitCode, stderr } = await start({ KILN_SIGNING_KEY: large, GITHUB_TOKEN: large });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("KILN_SIGNING_KEY_FILE");
    expect(stderr).not.toContain("kkkkkk");
  });
});

describe("a process that is started without secrets", () => {
  test("has none", async () => {
    expect((await report({ GITHUB_TOKEN: "" })).taken).toEqual({});
  });

  test("rejects a file descriptor without secrets", async () => {
    const { exitCode, stderr } = await start({ KILN_SECRETS_FD: "0" });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/expected the file descriptor in KILN_SECRETS_FD/);
    expect(stderr).not.toContain("typed");
  });
});
