import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { withBareMachine, type BareMachine } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { describeTree } from "./folder-contents.ts";

const command = ["./kiln", "release", "etcd", "keepalived", "--from", "debian", "--to", "public"] as const;
const wanted = process.env["KILN_FRESH"];
const suites = (["bookworm", "trixie"] as const).filter((suite) => wanted === undefined || wanted === suite);

test.for(suites)(
  "the README's first command builds everything on a bare %s, and nothing the second time",
  async (suite) => {
    const say = (line: string) => void process.stderr.write(`${suite}: ${line}\n`);
    await withBareMachine(
      suite,
      async (machine) => {
        const begin = performance.now();
        const first = await machine.run(command, { onLine: say });
        expect(first).toMatchObject({ status: 0 });
        say(`the main job took ${((performance.now() - begin) / 1000).toFixed(0)} s from nothing`);
        await expectReleases(machine);

        const publicFolder = machine.outside(join(machine.clone, "public"));
        const before = await describeTree(publicFolder);
        const second = await machine.run(command, { onLine: say });
        expect(second).toMatchObject({ status: 0 });
        expect(second.stdout + second.stderr).toMatch(/nothing to do/i);
        expect(await describeTree(publicFolder)).toEqual(before);
      },
      say,
    );
  },
);

async function expectReleases(machine: BareMachine): Promise<void> {
  const releases = machine.outside(join(machine.clone, "public/releases"));
  const tags = (await readdir(join(releases, "download"))).filter((tag) => !tag.startsWith("updates-"));
  for (const tag of [/^etcd-v\d/, /^keepalived-v\d/, /^kiln-host-v\d/])
    expect(tags).toContainEqual(expect.stringMatching(tag));
  for (const tag of tags) {
    const [, extension = "", version] = /^(.+?)-v(\d.*)$/.exec(tag) ?? [];
    await expectManifest(join(releases, "download", tag), extension, version);
  }
  const updates = await realpath(join(releases, "latest/download"));
  expect(updates).toContain(join(releases, "download/updates-"));
  for (const extension of ["etcd", "keepalived", "kiln-host"]) await expectManifest(updates, extension);
}

/**
 * Checks a manifest as its reader would, and that it has images of an extension for both architectures, of
 * the version if one is given.
 */
async function expectManifest(folder: string, extension: string, version = ""): Promise<void> {
  await run("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: folder });
  const files = await readdir(folder);
  for (const architecture of ["x86-64", "arm64"]) {
    const image = new RegExp(`^${extension}-v?${version.replaceAll(".", "\\.")}.*-${architecture}\\.raw$`);
    expect(files).toContainEqual(expect.stringMatching(image));
  }
}
