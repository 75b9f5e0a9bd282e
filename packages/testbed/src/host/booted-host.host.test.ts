import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootHost, openNetwork, suiteOfSystemd, waitUntil } from "@sysext-kiln/booted-host";
import { run } from "@sysext-kiln/machine";
import { execa } from "execa";
import { expect, test } from "vitest";
import { describeOnHosts } from "../describe.ts";
import { listen } from "../listen.ts";
import { ensureTestPrograms } from "../programs.ts";

describeOnHosts.concurrent("a host", (suite) => {
  test("runs commands, and keeps its files when it reboots", async () => {
    await using host = await bootHost({ suite, name: "somebody" });
    expect(await host.run(["hostname"])).toMatchObject({ status: 0, stdout: "somebody" });
    expect(await host.run(["sh", "-c", "echo no >&2; exit 3"])).toMatchObject({ status: 3, stderr: "no" });
    await host.write("/srv/a/file", "kept\n");
    await host.reboot();
    expect(await host.run(["cat", "/srv/a/file"])).toMatchObject({ stdout: "kept" });
  });

  test("has its systemd, merges an extension, and can update extensions", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kiln-merge-"));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(folder, { recursive: true }));
    const image = await makeProbe(folder);
    await using host = await bootHost({ suite });
    const { stdout } = await host.run(["systemctl", "--version"]);
    expect(suiteOfSystemd).toHaveProperty(/^systemd (\d+)/.exec(stdout)?.[1] ?? "", suite);

    await mkdir(join(host.root, "var/lib/extensions"), { recursive: true });
    await cp(image, join(host.root, "var/lib/extensions/probe.raw"));
    expect(await host.run(["systemd-sysext", "refresh"])).toMatchObject({ status: 0 });
    const probe = "/usr/lib/extension-release.d/extension-release.probe";
    expect(await host.run(["cat", probe])).toMatchObject({ stdout: "ID=_any" });
    await host.reboot();
    expect(await host.run(["cat", probe])).toMatchObject({ stdout: "ID=_any" });

    const components = await host.run(["/usr/lib/systemd/systemd-sysupdate", "components"]);
    expect(components).toMatchObject({ status: 0 });
  });

  test("shows the end of its journal when a condition is not met in time", async () => {
    await using host = await bootHost({ suite });
    await host.run(["logger", "a line that explains it"]);
    const never = host.waitFor("something impossible", async () => false, { timeoutMs: 200 });
    await expect(never).rejects.toThrow(/something impossible.*a line that explains it/s);
  });

  test("reaches a server of the test, together with another host in its network", async () => {
    const server = createServer((_, response) => response.end("from the test"));
    const port = await listen(server);
    await using network = await openNetwork();
    await network.expose(port);
    await using one = await bootHost({ suite, name: "one", network });
    await using two = await bootHost({ suite, name: "two", network });
    const get = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
    for (const host of [one, two]) {
      expect((await host.run(["bash", "-c", get])).stdout).toContain("from the test");
    }
    server.close();
  });
});

describeOnHosts.once("an untrusted host", (suite) => {
  test("finds a loop device of the machine only while it is free", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kiln-loop-"));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "disk"), Buffer.alloc(1024 * 1024));
    const device = (await run("losetup", ["--find", "--show", join(folder, "disk")])).trim();
    let isAttached = true;
    const detach = async () => {
      if (isAttached) await run("losetup", ["--detach", device]);
      isAttached = false;
    };
    stack.defer(detach);
    await using host = await bootHost({ suite, isUntrusted: true });
    const isThere = async () => (await host.run(["test", "-e", device])).status === 0;
    expect(await isThere()).toBe(false);
    expect((await host.run(["sh", "-c", "ls /dev/loop[0-9]*"])).stdout.split("\n").length).toBeGreaterThan(8);
    await detach();
    await host.waitFor("the device that is free now", isThere);
  });
});

describeOnHosts("a killed test run", (suite) => {
  test("leaves nothing behind that the next host does not remove", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kiln-killed-"));
    const image = await makeProbe(folder);
    const script = fileURLToPath(new URL("boot-and-wait.ts", import.meta.url));
    const child = execa(process.execPath, [script, suite, image], { stdin: "pipe", reject: false });
    const [output]: unknown[] = await once(child.stdout, "data");
    const root = String(output).trim();
    expect(await loopFiles()).toContain(basename(image));

    child.kill("SIGKILL");
    await child;
    // The path goes through the first process of its namespaces, which the kernel ends last.
    expect(await waitUntil(async () => !existsSync(root), 30_000)).toBe(true);
    expect(await waitUntil(async () => !(await loopFiles()).includes(basename(image)), 30_000)).toBe(true);

    await using next = await bootHost({ suite });
    const groups = await readdir(next.root.replace(/run\/kiln-host\/root$/, "sys/fs/cgroup"));
    expect(groups.filter((name) => name.startsWith(`kiln-host-${child.pid}-`))).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

/** Makes an image with a unique name that every host merges. */
async function makeProbe(folder: string): Promise<string> {
  await ensureTestPrograms("mksquashfs");
  const releases = join(folder, "tree/usr/lib/extension-release.d");
  await mkdir(releases, { recursive: true });
  await writeFile(join(releases, "extension-release.probe"), "ID=_any\n");
  const image = join(folder, `${basename(folder)}.raw`);
  await run("mksquashfs", [join(folder, "tree"), image, "-quiet", "-no-progress"]);
  return image;
}

async function loopFiles(): Promise<string> {
  return await run("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"]);
}
