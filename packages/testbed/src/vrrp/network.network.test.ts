import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { waitUntil } from "@sysext-kiln/booted-host";
import { execa } from "execa";
import { expect, test } from "vitest";
import { describeNetworks } from "../describe.ts";

const script = fileURLToPath(new URL("open-and-wait.ts", import.meta.url));

describeNetworks("a network", () => {
  test("is gone, with every process in it, when the process that opened it is killed", async () => {
    const opener = execa(process.execPath, [script], { reject: false, stdin: "pipe", buffer: false });
    const [root]: unknown[] = await once(opener.stdout, "data");
    const process1 = dirname(String(root).trim());
    expect(existsSync(process1)).toBe(true);
    opener.kill("SIGKILL");
    await opener;
    expect(await waitUntil(async () => !existsSync(process1), 10_000)).toBe(true);
  });
});
