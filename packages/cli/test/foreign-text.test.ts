import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { helloText, listen } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "./paths.ts";

const clearScreen = "\u001b[2J";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-foreign-text-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function kiln(...args: string[]): Promise<Outcome> {
  const outcome = await tryRun(process.execPath, [main, ...args], { cwd: folder });
  expect(outcome.stdout + outcome.stderr).not.toMatch(/[^\P{Cc}\n\t]/u);
  return outcome;
}

test("a manifest's names cannot act on the terminal", async () => {
  await mkdir(join(folder, "public/releases/download/updates-1"), { recursive: true });
  await mkdir(join(folder, "public/releases/latest"));
  await symlink("../download/updates-1", join(folder, "public/releases/latest/download"));
  const manifest = `${"0".repeat(64)}  a${clearScreen}.raw\n`;
  await writeFile(join(folder, "public/releases/download/updates-1/SHA256SUMS"), manifest);
  const { status, stderr } = await kiln("verify", "public");
  expect(status).toBe(1);
  expect(stderr).toContain("a\\u001b[2J.raw");
});

test("a definition cannot act on the terminal", async () => {
  await mkdir(join(folder, "extensions/hello"), { recursive: true });
  const definition = helloText({ "static: true": '"\\e[2Jstatic": true' });
  await writeFile(join(folder, "extensions/hello/extension.yaml"), definition);
  const { status, stderr } = await kiln("--extensions", "extensions", "plan");
  expect(status).toBe(1);
  expect(stderr).toContain("\\u001b[2Jstatic");
});

test("a server's answer cannot act on the terminal", async () => {
  const server = createServer((_, response) => {
    response.end(`${clearScreen}\u009b2J${"x".repeat(100_000)}\n`);
  });
  const port = await listen(server);
  try {
    const { status, stderr } = await kiln("verify", `http://127.0.0.1:${port}/?token=secret`);
    expect(status).toBe(1);
    expect(stderr).toContain("\\u001b[2J");
    expect(stderr).not.toContain("secret");
    expect(stderr.length).toBeLessThan(5000);
  } finally {
    server.close();
  }
});
