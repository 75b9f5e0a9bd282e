import { once } from "node:events";
import { existsSync } from "node:fs";
import { waitUntil } from "@sysext-kiln/booted-host";
import { execa } from "execa";
import { expect, test } from "vitest";

const module = new URL("child-process.ts", import.meta.url).href;

/** Starts a program that waits, prints its process id, and then waits too. */
const script = `
  const { startProcess } = await import(${JSON.stringify(module)});
  const { pid } = startProcess("sleep", ["600"], { reject: false });
  console.log(pid);
  setInterval(() => undefined, 1000);`;

test("a started process ends when the process that started it is killed", async () => {
  const parent = execa(process.execPath, ["--input-type=module", "--eval", script], { reject: false });
  const [output]: unknown[] = await once(parent.stdout, "data");
  const child = `/proc/${String(output).trim()}`;
  expect(existsSync(child)).toBe(true);
  parent.kill("SIGKILL");
  await parent;
  expect(await waitUntil(async () => !existsSync(child), 10_000)).toBe(true);
});
