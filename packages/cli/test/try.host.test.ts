import { existsSync } from "node:fs";
import { cp, mkdtempDisposable, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { openTerminal } from "./terminal.ts";
import { suiteOfSystemd } from "@sysext-kiln/booted-host";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const extensions = fileURLToPath(new URL("../../../extensions", import.meta.url));

function kiln(args: readonly string[], input?: string): Promise<Outcome> {
  return tryRun(process.execPath, [main, ...args], input === undefined ? {} : { input });
}

/** What a host leaves where it is not put away: its processes, and the control groups of a process that is gone. */
async function leftBehind(): Promise<string[]> {
  const { stdout } = await tryRun("pgrep", ["--full", "--list-full", "--", "systemd-nspawn .*--machine=try"]);
  const groups = (await readdir("/sys/fs/cgroup")).filter((name) => {
    const [, maker] = /^kiln-host-(\d+)-/.exec(name) ?? [];
    return maker !== undefined && !existsSync(`/proc/${maker}`);
  });
  return [...stdout.split("\n").filter((line) => line !== ""), ...groups];
}

describeOnHosts("kiln try", (suite) => {
  const systemd = suite === suiteOfSystemd["257"] ? "257" : "262";

  test("runs a command where the services run, and hands on what it reads, writes and ends with", async () => {
    const script = 'systemctl is-active etcd keepalived; etcdctl put said "$(cat)"; etcdctl get said; exit 7';
    const tried = ["try", "etcd", "keepalived", "--systemd", systemd, "--", "sh", "-c", script];
    const { stdout, stderr, status } = await kiln(tried, "hello");
    expect(stdout).toBe("active\nactive\nOK\nsaid\nhello");
    expect(stderr).toContain(`boot systemd ${systemd}`);
    expect(status).toBe(7);
    expect(await leftBehind()).toEqual([]);
  });

  test("gives a shell with a terminal, and Ctrl-D leaves nothing behind", async () => {
    await using terminal = openTerminal(["try", "etcd", "--systemd", systemd]);
    await terminal.typeAfter(/Ctrl-D ends it[^]*root@try/, "systemctl is-active etcd; tty\r");
    // One program that says something and then waits: a shell that is about to start a second one may miss a Ctrl-C.
    const waiting = "tail -f /etc/hostname\r";
    await terminal.typeAfter(/active\r\n\/dev\/pts\/\d+[^]*root@try/, waiting);
    await terminal.typeAfter(/\btry\r/, "\x03");
    await terminal.typeAfter(/\^C[^]*root@try/, waiting);
    await terminal.typeAfter(/\btry\r/, "\x1a");
    await terminal.typeAfter(/Stopped[^]*root@try/, "kill %1; wait; printf 'over\\n'\r");
    await terminal.typeAfter(/over\r[^]*root@try/, "\x04");
    expect((await terminal.ended()).status).toBe(0);
    expect(await leftBehind()).toEqual([]);
  });
});

describeOnHosts.once("kiln try with a file that is no image", () => {
  test("says so, and boots no host with it", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-try-"));
    const image = join(folder.path, "etcd-3.5.30-x86-64.raw");
    await writeFile(image, "nothing\n");
    const { stderr, status } = await kiln(["try", `etcd=${image}`, "--", "true"]);
    expect(stderr).toMatch(/^error \(extension-image-invalid\)/);
    expect(status).toBe(1);
  });
});

describeOnHosts.once("kiln try with a service that does not start", () => {
  test("does not run the command, and says what the service said", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-try-"));
    await cp(extensions, folder.path, { recursive: true });
    await writeFile(join(folder.path, "etcd/try/etc/etcd/etcd.env"), "ETCD_LISTEN_CLIENT_URLS=nonsense\n");
    const { stdout, stderr, status } = await kiln([
      "--extensions",
      folder.path,
      "try",
      "etcd",
      "--",
      "echo",
      "ran",
    ]);
    expect(stderr).toMatch(
      /service-unhealthy.*etcd\.service to run[^]*nonsense[^]*next: +look at extensions\/etcd\/try/,
    );
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });
});
