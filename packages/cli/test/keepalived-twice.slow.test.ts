import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import { expect, test } from "vitest";
import { main } from "./paths.ts";

test("keepalived's images are identical when everything is compiled twice without caches", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kiln-twice-"));
  try {
    const outcome = await tryRun(process.execPath, [main, "build", "keepalived", "--twice"], { cwd: folder });
    expect(outcome.stderr).toBe("");
    expect(outcome.stdout).toMatch(/both builds are identical\.$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
