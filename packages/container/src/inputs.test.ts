import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { containerRecipeDigest } from "./inputs.ts";

const original = fileURLToPath(new URL("../../../deploy/container", import.meta.url));

let recipe: string;
beforeEach(async () => {
  recipe = await mkdtemp(join(tmpdir(), "kiln-recipe-"));
  await cp(original, recipe, { recursive: true });
});
afterEach(() => rm(recipe, { recursive: true }));

describe("the digest of the container's recipe", () => {
  test("is the same in another folder", async () => {
    expect(await containerRecipeDigest(recipe)).toBe(await containerRecipeDigest(original));
  });

  test.each(["README.md", "keepalivedctl/addresses_test.go"])("does not depend on %s", async (path) => {
    const before = await containerRecipeDigest(recipe);
    await appendFile(join(recipe, path), "\n");
    expect(await containerRecipeDigest(recipe)).toBe(before);
  });

  test.each(["Dockerfile", "keepalivedctl/addresses.go", "keepalivedctl/go.mod", "files/etc/passwd"])(
    "depends on %s",
    async (path) => {
      const before = await containerRecipeDigest(recipe);
      await appendFile(join(recipe, path), "\n");
      expect(await containerRecipeDigest(recipe)).not.toBe(before);
    },
  );

  test("depends on a file that is added", async () => {
    const before = await containerRecipeDigest(recipe);
    await writeFile(join(recipe, "keepalivedctl/test.go"), "package main\n");
    expect(await containerRecipeDigest(recipe)).not.toBe(before);
  });
});
