import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepMachineSettings } from "./machine-settings.ts";

const module = new URL("machine-settings.ts", import.meta.url).href;

let folder: string;
let setting: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-settings-"));
  setting = join(folder, "core_pattern");
  await writeFile(setting, "core\n");
});
afterEach(() => rm(folder, { recursive: true }));

test("a setting that was changed is restored and reported, and others are left alone", async () => {
  const lines: string[] = [];
  const other = join(folder, "modprobe");
  await writeFile(other, "/sbin/modprobe\n");
  {
    using _ = keepMachineSettings((line) => lines.push(line), [setting, other, join(folder, "missing")]);
    await writeFile(setting, "|/evil\n");
  }
  expect(await readFile(setting, "utf8")).toBe("core\n");
  expect(lines).toEqual([`restored ${setting}, which was changed to "|/evil" while the host ran`]);
});

test.each(["SIGHUP", "SIGTERM"] as const)("it is restored when %s ends the process", async (signal) => {
  const script = `const { keepMachineSettings } = await import(${JSON.stringify(module)});
    keepMachineSettings(() => undefined, [${JSON.stringify(setting)}]);
    console.log("ready");
    setInterval(() => undefined, 1000);`;
  const child = execa(process.execPath, ["--input-type=module", "--eval", script], { reject: false });
  await once(child.stdout, "data");
  await writeFile(setting, "|/evil\n");
  child.kill(signal);
  expect(await child).toMatchObject({ signal });
  expect(await readFile(setting, "utf8")).toBe("core\n");
});
