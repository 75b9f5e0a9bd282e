import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadExtensions, type Definition, type Extension } from "@sysext-kiln/extension";
import { run, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchScript, updateScript } from "./scripts.ts";

const folder = fileURLToPath(new URL("./scripts/", import.meta.url));

let definitions: readonly Definition[];
let etcd: Definition;
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "kiln-scripts-"));
  const extensions = await loadExtensions(fileURLToPath(new URL("../../../extensions", import.meta.url)));
  definitions = extensions.map((one: Extension) => one.definition);
  etcd = definitions.find(({ name }) => name === "etcd")!;
});
afterAll(() => rm(work, { recursive: true }));

/** The names that a script assigns between the lines for its values. */
function exampleNames(script: string): string[] {
  const [, block = ""] = /^# values\n([^]*?)^# end of values\n/m.exec(script) ?? [];
  return [...block.matchAll(/^(\w+)=/gm)].map(([, name = ""]) => name);
}

/** The values that a rendered script assigns, as a shell reads them. */
async function valuesOf(script: string, names: readonly string[]): Promise<string[]> {
  const [assignments = ""] = script.split(/^# (?:Three files|sysupdate FOLDER)/m);
  const printed = names.map((name) => `printf '%s\\0' "$${name}"`).join("\n");
  return (await run("sh", ["-c", `${assignments}\n${printed}`])).split("\0").slice(0, -1);
}

describe("the script for updates", () => {
  test("has the values of the definition instead of the example's", async () => {
    const names = exampleNames(await readFile(join(folder, "update.sh"), "utf8"));
    const values = await valuesOf(updateScript(etcd), names);
    expect(Object.fromEntries(names.map((name, index) => [name, values[index]]))).toEqual({
      name: "etcd",
      service: "etcd.service",
      health_check: "[ ! -e /usr/lib/sysext-kiln/etcd/health ] || sh /usr/lib/sysext-kiln/etcd/health",
      healthy_seconds: "120",
      steady_seconds: "10",
      restart_lock:
        '[ ! -e /usr/lib/sysext-kiln/etcd/restart-lock ] || sh /usr/lib/sysext-kiln/etcd/restart-lock "$1"',
      link: "/etc/extensions/etcd.raw",
      images: "/opt/extensions/etcd",
      transfer: "/etc/sysupdate.etcd.d/etcd.conf",
    });
  });
});

test("the script for reboots has the values of the definition instead of the example's", async () => {
  const names = exampleNames(await readFile(join(folder, "fetch.sh"), "utf8"));
  expect(names).toEqual(["link", "transfers"]);
  expect(await valuesOf(fetchScript(etcd), names)).toEqual([
    "/etc/extensions/etcd.raw",
    "/etc/sysupdate.etcd.d",
  ]);
});

describe.each([
  ["updates", updateScript],
  ["reboots", fetchScript],
])("the script for %s", (name, render) => {
  test("is one file that a shell accepts, with its functions", async () => {
    const path = join(work, name);
    await writeFile(path, render(etcd));
    await run("sh", ["-n", path]);
    const script = await readFile(path, "utf8");
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    expect(script).toContain("\nsysupdate() {\n");
    expect(script).not.toMatch(/hello|sysupdate\.sh|^# values$|^\. /m);
  });
});

test("shellcheck has no findings in the script of any definition", async () => {
  const { shellcheck } = await ensureTestPrograms("shellcheck");
  for (const [index, definition] of definitions.entries()) {
    const texts = [updateScript(definition), fetchScript(definition)];
    for (const [part, text] of texts.entries()) {
      const path = join(work, `${index}-${part}.sh`);
      await writeFile(path, text);
      // Only a host has the files that are sourced, and only an inner shell expands the quoted values.
      const exclude = "--exclude=SC1091,SC2016";
      const { stdout } = await tryRun(shellcheck, ["--norc", "--shell=sh", exclude, path]);
      expect(stdout).toBe("");
    }
  }
});
