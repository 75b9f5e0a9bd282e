// For a test that kills this process: boots a host with an extension, prints the path of its root, and waits.
import { cp, mkdir, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { bootHost, hostSuites } from "@sysext-kiln/booted-host";

const [, , wanted, image] = process.argv;
const suite = hostSuites.find((known) => known === wanted);
if (suite === undefined || image === undefined) throw new Error("usage: boot-and-wait.ts SUITE IMAGE");
const host = await bootHost({
  suite,
  prepare: async (root) => {
    await mkdir(join(root, "etc/extensions"), { recursive: true });
    await cp(image, join(root, "opt", basename(image)));
    await symlink(join("/opt", basename(image)), join(root, "etc/extensions/probe.raw"));
  },
});
process.stdout.write(`${host.root}\n`);
process.stdin.resume();
