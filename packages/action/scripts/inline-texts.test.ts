import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { rolldown } from "rolldown";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inlineTexts } from "./inline-texts.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-inline-"));
  await mkdir(join(folder, "src/scripts"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

/** Bundles a module with these lines, and gives what the bundle prints in another folder. */
async function outputOf(...lines: string[]): Promise<string> {
  await writeFile(
    join(folder, "src/main.ts"),
    `import { readFileSync } from "node:fs";\n${lines.join("\n")}\n`,
  );
  const bundle = await rolldown({
    input: join(folder, "src/main.ts"),
    platform: "node",
    plugins: [inlineTexts],
  });
  await bundle.write({ file: join(folder, "elsewhere/index.mjs"), format: "esm" });
  await rm(join(folder, "src"), { recursive: true });
  return await run(process.execPath, [join(folder, "elsewhere/index.mjs")]);
}

test("a bundle has the text of a file that its sources read beside themselves", async () => {
  const text = "#!/bin/sh\necho \"$1\" '$&' `date` \\\n\t# ${name} é\n";
  await writeFile(join(folder, "src/scripts/hello.sh"), text);
  const reading = 'const text = readFileSync(new URL("./scripts/hello.sh", import.meta.url), "utf8");';
  expect(await outputOf(reading, 'process.stdout.write(text + ".");')).toBe(`${text}.`);
});

test("a bundle with a path that would not exist is refused", async () => {
  const path = 'console.log(new URL("./scripts", import.meta.url).href);';
  await expect(outputOf(path)).rejects.toThrow(/main\.ts uses a path that does not exist beside its bundle/);
});

test("a bundle may have a path of a file in the bundle", async () => {
  const path = 'console.log(new URL("main.js", import.meta.url).href.split("/").at(-2));';
  expect(await outputOf(path)).toBe("elsewhere");
});
