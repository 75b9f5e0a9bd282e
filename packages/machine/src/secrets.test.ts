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
    import { takeSecrets } from ${JSON.stringify(secrets)};
    const taken = takeSecrets();
    if (process.argv[2] === "wait") { console.log("ready"); setInterval(() => undefined, 1000); }
    else console.log(JSON.stringify({
      taken,
      environment: readFileSync("/proc/self/environ", "utf8").split("\\0"),
      inherited: execFileSync("env", ["--null"], { encoding: "utf8" }).split("\\0"),
    }));
    `,
  );
});
afterAll(() => rm(folder, { recursive: true }));

const path = { PATH: "/usr/bin:/bin" };

function start(env: Readonly<Record<string, string>>, ...args: string[]) {
  const options = { env: { ...path, ...env }, extendEnv: false, reject: false, input: "typed" } as const;
  return execa(process.execPath, [program, ...args], options);
}

async function report(env: Readonly<Record<string, string>>) {
  const { stdout } = await start(env);
  return reportSchema.parse(JSON.parse(stdout));
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
      KILN_GITHUB_WAIT_SCALE: "30",
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
    expect(environment).toContain("KILN_GITHUB_WAIT_SCALE=30");
    expect(inherited).not.toContainEqual(expect.stringContaining("KILN_SECRETS"));
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

  test("has a secret that is larger than a page of memory", async () => {
    const large = "k".repeat(100_000);
    const { taken, environment } = await report({ KILN_SIGNING_KEY: large, GITHUB_TOKEN: large });
    expect(taken).toEqual({ KILN_SIGNING_KEY: large, GITHUB_TOKEN: large });
    expect(environment.join("\n")).not.toContain("kk");
  });

  test("fails if it cannot erase them, without printing them", async () => {
    const readOnly = ["--permission", "--allow-fs-read=*", program];
    const env = { ...path, GITHUB_TOKEN: "hunter2" };
    const options = { env, extendEnv: false, reject: false } as const;
    const { exitCode, stdout, stderr } = await execa(process.execPath, readOnly, options);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("KILN_SIGNING_KEY_FILE");
    expect(stderr).not.toContain("hunter2");
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
