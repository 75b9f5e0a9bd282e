import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import { snapshotFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "./paths.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-rehearse-"));
  const files = {
    "text.db": "no snapshot\n".repeat(1000),
    "newer.db": snapshotFile({ cluster: { clusterVersion: "3.6.0" } }),
    "locked.db": snapshotFile({ auth: { authEnabled: Buffer.from([1]) } }),
    "yaml.env": "ETCD_CONFIG_FILE=/etc/etcd/etcd.yaml\n",
    "members.json": "{}\n",
    empty: "\n",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
});
afterAll(() => rm(folder, { recursive: true }));

const series = ["--from", "3.5", "--to", "3.6"];

describe.concurrent("kiln rehearse refuses", () => {
  test.each([
    ["an extension that does not exist", ["nothing", ...series], "unknown-extension", '"nothing"'],
    ["an extension without data", ["keepalived", ...series], "unknown-extension", "found: keepalived"],
    [
      "a series that is not the next one",
      ["etcd", "--from", "3.5", "--to", "3.7"],
      "usage",
      "the series after 3.5: 3.6\n  found: 3.7",
    ],
    [
      "a move back",
      ["etcd", "--from", "3.6.16", "--to", "3.5.30"],
      "usage",
      "the series after 3.6: 3.7\n  found: 3.5",
    ],
    ["no version", ["etcd", "--from", "latest", "--to", "3.6"], "usage", "--from to be a series such as 3.5"],
    [
      "a file that is no image of etcd",
      ["etcd", "--from", "./x.raw", "--to", "3.6"],
      "usage",
      "etcd's image to match",
    ],
    [
      "a command line without the next version",
      ["etcd", "--from", "3.5"],
      "usage",
      "'--to <image>' not specified",
    ],
    [
      "a snapshot and a number of keys",
      ["etcd", ...series, "--snapshot", "text.db", "--keys", "5"],
      "usage",
      "either --snapshot or --keys",
    ],
    ["a number that is none", ["etcd", ...series, "--keys", "many"], "usage", "a number from 1 to"],
    ["too many keys", ["etcd", ...series, "--keys", "10000001"], "usage", "a number from 1 to 10000000."],
    [
      "a snapshot that is none",
      ["etcd", ...series, "--snapshot", "text.db"],
      "snapshot-invalid",
      "text.db to be an undamaged snapshot",
    ],
    [
      "a snapshot that is missing",
      ["etcd", ...series, "--snapshot", "missing.db"],
      "file-inaccessible",
      "missing.db",
    ],
    [
      "a snapshot of a newer version",
      ["etcd", ...series, "--snapshot", "newer.db"],
      "snapshot-invalid",
      "one of a cluster of 3.6",
    ],
    [
      "authentication without a password",
      ["etcd", ...series, "--snapshot", "locked.db"],
      "usage",
      "--user root --password-file FILE",
    ],
    [
      "an empty password",
      ["etcd", ...series, "--snapshot", "locked.db", "--password-file", "empty"],
      "usage",
      "a password on one line in empty",
    ],
    [
      "settings in a configuration file",
      ["etcd", ...series, "--env", "yaml.env"],
      "usage",
      "ETCD_CONFIG_FILE=/etc/etcd/etcd.yaml",
    ],
    [
      "a list of members in another format",
      ["etcd", ...series, "--member-list", "members.json"],
      "usage",
      "8211f1d0f64f3269, started",
    ],
  ])("%s", async (_, words, code, text) => {
    const { status, stdout, stderr } = await tryRun(process.execPath, [main, "rehearse", ...words], {
      cwd: folder,
    });
    expect(stderr).toContain(`error (${code}): `);
    expect(stderr).toContain(text);
    expect(stdout).toBe("");
    expect(status).toBe(code === "usage" || code === "unknown-extension" ? 2 : 1);
  });

  test("an empty password on the standard input, which sudo leaves open", async () => {
    const options = ["--snapshot", "locked.db", "--password-file", "/dev/stdin"];
    const words = [process.execPath, main, "rehearse", "etcd", ...series, ...options];
    const script = 'exec "$@" <empty';
    const { stderr } = await tryRun("sh", ["-c", script, "sh", ...words], { cwd: folder });
    expect(stderr).toContain("a password on one line in /dev/stdin");
  });

  test("a disk without space, before it builds or downloads images", async () => {
    // The kernel's file systems have no space.
    const { status, stderr } = await tryRun(process.execPath, [main, "rehearse", "etcd", ...series], {
      cwd: folder,
      env: { KILN_CACHE_DIR: "/proc/kiln" },
    });
    expect(stderr).toMatch(/^error \(disk-full\): expected 3\.\d GB on the disk with \/proc\/kiln/);
    expect(status).toBe(1);
  });
});
