import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { cachedDownload, run, tryRun } from "@sysext-kiln/machine";
import { startGitHub } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { newestInDebian } from "./debian-source.ts";
import { filesOf } from "./folder-contents.ts";
import { main } from "./paths.ts";

/** What autogen.sh and `make dist` add to the files of a tag. */
const generated =
  /^(configure|aclocal\.m4|build-aux\/.*|(.*\/)?Makefile\.in|lib\/(config\.h\.in|git-commit\.h))$/;

/** Unpacks the newest source of keepalived in Debian; returns its version. */
async function unpackSource(folder: string): Promise<string> {
  const { upstream, version } = await newestInDebian("keepalived");
  for (const input of await upstream.inputs(version, nativeArchitecture())) {
    if (!("sha256" in input) || !input.name.includes(".orig.")) continue;
    const archive = await cachedDownload(input);
    await run("tar", ["--extract", "--strip-components=1", "--file", archive, "--directory", folder]);
  }
  return version;
}

test("keepalived is built reproducibly from a tag, which has no configure script", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kiln-tag-"));
  const source = await mkdtemp(join(tmpdir(), "kiln-source-"));
  const github = await startGitHub();
  try {
    const version = await unpackSource(source);
    const files = await filesOf(source, (path) => !generated.test(path));
    expect(Object.keys(files)).toContain("autogen.sh");
    const repository = github.repository("acassen/keepalived");
    repository.tag(`v${version}`, { commit: repository.commit(files) });

    const args = ["build", "keepalived", "--from", "github", "--arch", nativeArchitecture(), "--twice"];
    const outcome = await tryRun(process.execPath, [main, ...args], { cwd: folder, env: github.environment });
    expect(outcome.stderr).toBe("");
    expect(outcome.stdout).toContain(`keepalived-v${version}-${nativeArchitecture()}.raw`);
    expect(outcome.stdout).toMatch(/both builds are identical\.$/);
  } finally {
    await github[Symbol.asyncDispose]();
    await Promise.all([folder, source].map((one) => rm(one, { recursive: true })));
  }
});
