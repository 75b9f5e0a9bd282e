import { mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import { helloFolder } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { main } from "./paths.ts";

test("the example is built from Debian's archive for both architectures", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-example-"));
  const command = [main, "--extensions", dirname(helloFolder), "build", "hello", "--output", folder.path];
  expect(await tryRun(process.execPath, command)).toMatchObject({ status: 0 });
  const images = (await readdir(folder.path)).filter((name) => name.endsWith(".raw"));
  expect(images.toSorted()).toEqual([
    expect.stringMatching(/^hello-[\d.]+-arm64\.raw$/),
    expect.stringMatching(/^hello-[\d.]+-x86-64\.raw$/),
  ]);
});
