import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { machinePrograms } from "./root.ts";
import { runInSandbox } from "./sandbox.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-sandbox-"));
});

afterAll(() => rm(folder, { recursive: true }));

test("a program's output and status are returned", async () => {
  const script = "echo out; echo err >&2; exit 3";
  expect(await runInSandbox(["sh", "-c", script], { root: machinePrograms })).toMatchObject({
    stdout: "out",
    stderr: "err",
    status: 3,
  });
});

test("a program's environment is PATH, PWD and what is given", async () => {
  const { stdout } = await runInSandbox(["env"], { root: machinePrograms, env: { LC_ALL: "C.UTF-8" } });
  expect(stdout.split("\n").toSorted()).toEqual([
    "LC_ALL=C.UTF-8",
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "PWD=/",
  ]);
});

test("a tree is a program's root, except for what the sandbox itself has, and links stay links", async () => {
  const root = join(folder, "root");
  for (const name of ["etc", "proc", "tmp"]) await mkdir(join(root, name), { recursive: true });
  await writeFile(join(root, "tmp/hidden"), "");
  await symlink("/etc", join(root, "settings"));
  const binds = ["usr", "lib", "lib64"].map((name) => ({ source: `/${name}`, target: `/${name}` }));
  const { stdout } = await runInSandbox(["/usr/bin/ls", "-m", "/", "/tmp", "/proc/self/task"], {
    root: { folder: root },
    readOnly: binds,
  });
  expect(stdout).toMatch(/^\/:\ndev, etc, lib, lib64, proc, settings, tmp, usr\n/);
  expect(stdout).toMatch(/\/tmp:$/);
});

test("a program can write where it is allowed to", async () => {
  const out = join(folder, "out");
  await mkdir(out);
  const writable = [{ source: out, target: "/out" }];
  const { status } = await runInSandbox(["touch", "/out/file"], { root: machinePrograms, writable });
  expect(status).toBe(0);
  const elsewhere = await runInSandbox(["touch", "/file", "/usr/file", "/dev/file"], {
    root: machinePrograms,
    writable,
  });
  expect(elsewhere.stderr.match(/Read-only file system/g)).toHaveLength(3);
});

test("a crash starts no program of the machine: the limit of core files stays 1 byte", async () => {
  const script = "ulimit -c 0; grep core /proc/self/limits";
  const { stdout } = await runInSandbox(["bash", "-c", script], { root: machinePrograms });
  expect(stdout).toMatch(/^Max core file size +1 +1 +bytes/);
});

test("it has the descriptors 0 to 2, of which none is a socket", async () => {
  const { stdout } = await runInSandbox(["bash", "-c", "readlink /proc/$$/fd/*"], { root: machinePrograms });
  expect(stdout).toMatch(/^\/dev\/null\npipe:\[\d+\]\npipe:\[\d+\]$/);
});

test("a tree that only its owner may enter can be a program's root", async () => {
  const root = join(folder, "private/root");
  await mkdir(join(root, "usr"), { recursive: true });
  await chmod(join(folder, "private"), 0o700);
  await writeFile(join(root, "usr/data"), "read");
  const binds = ["bin", "lib", "lib64"].map((name) => ({ source: `/${name}`, target: `/${name}` }));
  const { stdout } = await runInSandbox(["/bin/cat", "/usr/data"], {
    root: { folder: root },
    readOnly: binds,
  });
  expect(stdout).toBe("read");
});
