import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configurations, makeDocumentationRoot, scripts, validConfigurations } from "./documentation-root.ts";

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-documentation-"));
  root = await makeDocumentationRoot(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** How `keepalived -t` ends for a configuration, and its output, on a machine with an interface eth0. */
async function testConfiguration(text: string): Promise<{ status: number | undefined; output: string }> {
  await writeFile(join(root, "etc/keepalived/keepalived.conf"), text, { mode: 0o600 });
  const keepalived = ["/usr/bin/keepalived", "--config-test", "--use-file=/etc/keepalived/keepalived.conf"];
  const withInterface = 'ip link add eth0 type veth peer name peer0 && exec chroot "$@"';
  const command = ["sh", "-c", withInterface, "sh", root, ...keepalived];
  const { status, stdout, stderr } = await tryRun("unshare", ["--net", ...command]);
  return { status, output: `${stdout}\n${stderr}` };
}

describe("keepalived accepts the configuration of", () => {
  test("at least eight examples in the documentation", () => {
    expect(validConfigurations.length).toBeGreaterThanOrEqual(8);
  });

  test.each(validConfigurations)("$where", async ({ text }) => {
    expect(await testConfiguration(text)).toMatchObject({ status: 0 });
  });
});

describe("keepalived refuses the configuration of", () => {
  const invalid = configurations.filter(({ info }) => info[1] === "refused");

  test("at least three examples, which are all that have further words after the language", () => {
    expect(invalid.length).toBeGreaterThanOrEqual(3);
    expect(configurations.filter(({ info }) => info.length > 1 && info[1] !== "refused")).toEqual([]);
  });

  test.each(invalid)("$where, for the documented reason", async ({ text }) => {
    const reasons = [...text.matchAll(/# refused: (.+)$/gm)].map(([, reason]) => reason ?? "");
    expect(reasons.length).toBeGreaterThan(0);
    const { status, output } = await testConfiguration(text);
    expect(status).toBeGreaterThan(0);
    for (const reason of reasons) expect(output).toContain(reason);
  });
});

describe("a shell accepts the script", () => {
  test.each(scripts)("$info.1", async ({ text }) => {
    await run("sh", ["-n"], { input: text });
    expect(text).toMatch(/^#!\/bin\/sh\n/);
  });
});
