import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootHost, suiteOfSystemd, systemdVersions } from "@sysext-kiln/booted-host";
import { describeOnHosts, startProcess } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { useHostImages } from "./host-images.ts";
import { openTerminal } from "./terminal.ts";
import { extensions, main } from "./paths.ts";

/** How a run of kiln ended, and its process id. */
interface Ended {
  pid: number | undefined;
  stdout: string;
  stderr: string;
  status: number | undefined;
}

async function kiln(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = startProcess(process.execPath, [main, ...args], { input: "hello", reject: false, env });
  const { stdout, stderr, exitCode } = await child;
  return { pid: child.pid, stdout, stderr, status: exitCode };
}

/** A mark for the processes of one run of kiln: they inherit this variable, and no other process has it. */
function newMark(): { KILN_TEST_MARK: string } {
  return { KILN_TEST_MARK: randomUUID() };
}

/** What a run of kiln left on this machine: processes with its mark, and control groups of its hosts. */
async function leftBehind({ KILN_TEST_MARK }: ReturnType<typeof newMark>, pid: number | undefined) {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const left = processes.map(async (name) => {
    // The process may have ended meanwhile.
    const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
    if (!environment.includes(KILN_TEST_MARK)) return [];
    return [await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => name)];
  });
  const groups = (await readdir("/sys/fs/cgroup")).filter((name) => name.startsWith(`kiln-host-${pid}-`));
  return [...(await Promise.all(left)).flat(), ...groups];
}

// Builds missing images first, so that this does not count towards the time limits of the tests.
useHostImages();

describeOnHosts("kiln try", (suite) => {
  const systemd = systemdVersions.find((version) => suiteOfSystemd[version] === suite) ?? "";

  test("runs a command in the host with kiln's standard streams, and ends with its exit status", async () => {
    const script = 'systemctl is-active etcd keepalived; etcdctl put said "$(cat)"; etcdctl get said; exit 7';
    const mark = newMark();
    const args = ["try", "etcd", "keepalived", "--systemd", systemd, "--", "sh", "-c", script];
    const { pid, stdout, stderr, status } = await kiln(args, mark);
    expect(stdout).toBe("active\nactive\nOK\nsaid\nhello");
    expect(stderr).toContain(`boot systemd ${systemd}`);
    expect(status).toBe(7);
    expect(await leftBehind(mark, pid)).toEqual([]);
  });

  test("opens a shell in a terminal, and leaves nothing behind after Ctrl-D", async (context) => {
    const mark = newMark();
    const terminal = openTerminal(["try", "etcd", "--systemd", systemd], mark, context);
    await terminal.typeAfter(/Ctrl-D ends it[^]*root@try/, "systemctl is-active etcd; tty\r");
    // One program that prints and then waits: a shell that is about to start a second one may miss a Ctrl-C.
    const waiting = "tail -f /etc/hostname\r";
    await terminal.typeAfter(/active\r\n\/dev\/pts\/\d+[^]*root@try/, waiting);
    await terminal.typeAfter(/\btry\r/, "\x03");
    await terminal.typeAfter(/\^C[^]*root@try/, waiting);
    await terminal.typeAfter(/\btry\r/, "\x1a");
    await terminal.typeAfter(/Stopped[^]*root@try/, "kill -KILL %1; wait %1; printf 'over\\n'\r");
    await terminal.typeAfter(/over\r[^]*root@try/, "\x04");
    const { status, pid } = await terminal.ended();
    expect(status).toBe(0);
    expect(await leftBehind(mark, pid)).toEqual([]);
  });
});

describeOnHosts.once("kiln try with a file that is not an image", () => {
  test("reports it, and boots no host", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-try-"));
    const image = join(folder.path, "etcd-3.5.30-x86-64.raw");
    await writeFile(image, "nothing\n");
    const { stderr, status } = await kiln(["try", `etcd=${image}`, "--", "true"]);
    expect(stderr).toMatch(/^error \(extension-image-invalid\)/m);
    expect(status).toBe(1);
  });
});

describeOnHosts.once("kiln try with a service that does not start", () => {
  test("does not run the command, and prints what the service logged", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-try-"));
    await cp(extensions, folder.path, { recursive: true });
    await writeFile(join(folder.path, "etcd/try/etc/etcd/etcd.env"), "ETCD_LISTEN_CLIENT_URLS=nonsense\n");
    const definition = join(folder.path, "etcd/extension.yaml");
    const text = await readFile(definition, "utf8");
    await writeFile(definition, text.replace(/healthySeconds: \d+/, "healthySeconds: 10"));
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
      /service-unhealthy.*etcd\.service to stay healthy[^]*nonsense[^]*next: +check its configuration in extensions\/etcd\/try/,
    );
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });

  test("does not run the command if the service fails after a while, each time that it is started", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-try-"));
    const units = join(folder.path, "brief/files/usr/lib/systemd/system");
    await mkdir(units, { recursive: true });
    const definition = {
      name: "brief",
      summary: "a service that fails after two seconds",
      license: "MIT",
      asset: "brief-{version}-{arch}.raw",
      upstreams: { files: { version: "1.0.0" } },
      hostPrograms: ["sh"],
      hosts: { service: "brief.service", healthySeconds: 15, steadySeconds: 4 },
    };
    await writeFile(join(folder.path, "brief/extension.yaml"), stringify(definition));
    await mkdir(join(units, "multi-user.target.d"));
    await writeFile(join(units, "multi-user.target.d/brief.conf"), "[Unit]\nUpholds=brief.service\n");
    await writeFile(
      join(units, "brief.service"),
      "[Service]\nExecStart=sh -c 'sleep 2; echo failed; exit 1'\nRestart=always\n",
    );
    const { stdout, stderr, status } = await kiln([
      "--extensions",
      folder.path,
      "try",
      "brief",
      "--",
      "echo",
      "ran",
    ]);
    expect(stderr).toMatch(/service-unhealthy.*brief\.service to stay healthy for 4 seconds[^]*failed/);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });
});

// Beside the tests of `kiln try`, because only one untrusted host may run at a time.
describeOnHosts.once("an untrusted host", (suite) => {
  test("leaves the programs that the kernel starts as they were", async () => {
    const path = "/proc/sys/kernel/core_pattern";
    const before = await readFile(path, "utf8");
    const lines: string[] = [];
    const host = await bootHost({ suite, isUntrusted: true, say: (line) => lines.push(line) });
    const script = `mount -o remount,rw /proc/sys && echo changed > ${path}`;
    const { status } = await host.run(["sh", "-c", script]);
    await host.stop();
    expect(await readFile(path, "utf8")).toBe(before);
    // Where systemd-nspawn keeps the host from writing there, nothing has to be restored.
    expect(lines.filter((line) => /restored .*core_pattern/.test(line))).toHaveLength(status === 0 ? 1 : 0);
  });
});
