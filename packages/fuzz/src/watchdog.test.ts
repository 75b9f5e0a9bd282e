import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const watchdog = new URL("watchdog.ts", import.meta.url).href;

/** Starts a process that handles an input under a watchdog, by a piece of code. */
async function handle(path: string, code: string) {
  const script = `
    import { startWatchdog } from "${watchdog}";
    const { begin, end } = await startWatchdog(300);
    begin({ target: { name: "a target", path: process.argv[1] }, input: "the input" });
    ${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, path]);
  const [stderr, [status, signal]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { stderr, status, signal };
}

test("an input for which a thread never returns is saved, reported, and ends the process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kiln-watchdog-"));
  try {
    const path = join(folder, "inputs/input");
    const { stderr, signal } = await handle(path, "for (;;);");
    expect(stderr).toContain(`a target: no end after 300 ms for the input in ${path}`);
    expect(signal).toBe("SIGKILL");
    expect(await readFile(path, "utf8")).toBe("the input");
    expect(await handle(path, "end();")).toMatchObject({ stderr: "", status: 0 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
