import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { expect, test } from "vitest";
import { z } from "zod";
import { main } from "./paths.ts";

const built = z.object({ digest: z.string() });

test("the container has the same bytes when its program is compiled twice without a cache", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kiln-twice-"));
  try {
    const images = join(folder, "images");
    await run(process.execPath, [main, "build", "keepalived", "--output", images]);
    const build = async (layout: string) => {
      const paths = ["--images", images, "--output", join(folder, layout)];
      const text = await run(process.execPath, [
        main,
        "container",
        "build",
        "--no-cache",
        "--json",
        ...paths,
      ]);
      const json: unknown = JSON.parse(text);
      return built.parse(json).digest;
    };
    expect(await build("first")).toBe(await build("second"));
  } finally {
    await rm(folder, { recursive: true });
  }
});
