import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadRepository } from "@sysext-kiln/extension";
import { run, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { describe, expect, test } from "vitest";
import { trialIgnition } from "../src/commands/try/ignition.ts";
import { extensions, main } from "./paths.ts";

describe("kiln try refuses", () => {
  test.each([
    ["nothing to try", ["try"], /the name of an extension/],
    [
      "a command together with a disk image",
      ["try", "--image", "x.img", "--", "true"],
      /no command with --image/,
    ],
    [
      "Ignition for a host that is not a disk image",
      ["try", "etcd", "--ignition", "x.ign"],
      /--image, which --ignition requires/,
    ],
    ["another systemd", ["try", "etcd", "--systemd", "1"], /Allowed choices are 254, 257, 262/],
  ])("%s", async (_, args, message) => {
    const { stderr, status } = await tryRun(process.execPath, [main, ...args]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  test("a missing Ignition file before it reads the disk image", async () => {
    const args = ["try", "--image", "x.img", "--ignition", "nothing.ign"];
    const { stderr, status } = await tryRun(process.execPath, [main, ...args]);
    expect(stderr).toMatch(/^error \(file-inaccessible\): .*nothing\.ign\n {2}found: it does not exist/);
    expect(status).toBe(1);
  });

  test("to boot a host without root, and explains what root is needed for", async () => {
    const asNobody = ["--user", "--map-user=1000", process.execPath, main, "try", "etcd"];
    const { stderr, status } = await tryRun("unshare", asNobody);
    expect(stderr).toMatch(/host-unavailable.*needs root for mounts.*booting a host needs root.*with sudo/s);
    expect(status).toBe(1);
  });
});

describe("the configuration of a tried machine", () => {
  test("is valid Ignition: a login, and what each service needs", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-try-"));
    const { "ignition-validate": validate } = await ensureTestPrograms("ignition-validate");
    const path = join(folder.path, "config.ign");
    const { extensions: all } = await loadRepository(extensions);
    await writeFile(path, await trialIgnition(all));
    expect(await run(validate, [path])).toBe("");
    const text = await readFile(path, "utf8");
    expect(text).toContain('"path":"/etc/etcd/etcd.env"');
    expect(text).toContain('"path":"/etc/keepalived/keepalived.conf"');
    expect(text).toContain("serial-getty@ttyS0.service");
  });

  test("exists for every extension with a service", async () => {
    const withService = (await loadRepository(extensions)).extensions.filter(
      ({ definition }) => definition.hosts.service !== undefined,
    );
    const files = withService.map(async ({ folder }) => run("find", [join(folder, "try"), "-type", "f"]));
    for (const found of await Promise.all(files)) expect(found).not.toBe("");
  });
});
