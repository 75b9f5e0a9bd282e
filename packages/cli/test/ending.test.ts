import { once } from "node:events";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { main } from "./paths.ts";

const reporter = new URL("../src/output/reporter.ts", import.meta.url).href;

/** A program with a task that does not end by itself. */
const waiting = [
  process.execPath,
  "--input-type=module",
  "--eval",
  `
    const { openReporter } = await import(${JSON.stringify(reporter)});
    const wait = () => new Promise((resolve) => setTimeout(resolve, 60_000));
    await openReporter({}).run([{ title: "wait", run: (say) => (say("waiting"), wait()) }]);`,
] as const;

describe("an interrupted command", () => {
  test("ends by the signal, as shells expect", async () => {
    const [program, ...args] = waiting;
    const child = execa(program, args, { reject: false });
    await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await child).toMatchObject({ signal: "SIGINT" });
  });

  test("restores the terminal's cursor", async () => {
    const command = waiting.map((word) => `'${word}'`).join(" ");
    const child = execa("script", ["--quiet", "--return", "--command", `exec ${command}`, "/dev/null"], {
      stdin: "pipe",
      reject: false,
      env: { TERM: "xterm" },
    });
    await once(child.stdout, "data");
    child.stdin.write("\x03");
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(130);
    expect(stdout.lastIndexOf("\x1b[?25h")).toBeGreaterThan(stdout.lastIndexOf("\x1b[?25l"));
  });
});

test("a command whose output pipe is closed ends quietly, with the status of SIGPIPE", async () => {
  const child = execa(process.execPath, [main, "--help"], { reject: false });
  child.stdout.destroy();
  const { exitCode, stderr } = await child;
  expect(stderr).toBe("");
  expect(exitCode).toBe(141);
});
