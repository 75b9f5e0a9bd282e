import { appendFile, chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms, readExamples } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "./paths.ts";

const examples = await readExamples();
const configurations = examples.filter(({ info: [language] }) => language === "conf");
const scripts = examples.filter(({ info: [language, path] }) => language === "sh" && path?.startsWith("/"));

let folder: string;
/** A root file system with our image, the user of check scripts, and the pages' scripts. */
let root: string;
beforeAll(async () => {
  await ensureTestPrograms("unsquashfs", "ip");
  folder = await mkdtemp(join(tmpdir(), "kiln-documentation-"));
  root = join(folder, "root");
  await run(process.execPath, [
    main,
    "build",
    "keepalived",
    "--arch",
    nativeArchitecture(),
    "--output",
    folder,
  ]);
  const image = (await readdir(folder)).find((name) => name.endsWith(".raw")) ?? "";
  await run("unsquashfs", ["-quiet", "-no-progress", "-dest", root, join(folder, image)]);
  await chmod(root, 0o755);
  await writeFile(await pathInRoot("/etc/passwd"), "root:x:0:0::/:/bin/sh\n");
  await appendFile(join(root, "etc/passwd"), "keepalived_script:x:999:999::/:/usr/sbin/nologin\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\nkeepalived_script:x:999:\n");
  // What the pages' checks run on a host.
  await writeFile(await pathInRoot("/usr/bin/curl"), "", { mode: 0o755 });
  for (const { info, text } of scripts)
    await writeFile(await pathInRoot(info[1] ?? ""), text, { mode: 0o755 });
});
afterAll(() => rm(folder, { recursive: true }));

/** The path of a file in the root file system, whose folder is made. */
async function pathInRoot(path: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  return file;
}

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
  const valid = configurations.filter(({ info }) => info.length === 1);

  test("at least eight examples in the documentation", () => {
    expect(valid.length).toBeGreaterThanOrEqual(8);
  });

  test.each(valid)("$where", async ({ text }) => {
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
