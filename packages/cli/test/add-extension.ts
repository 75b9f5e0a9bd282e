import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Workshop } from "./kiln.ts";

/** Adds an extension like `hello`, of the same package, or changes it: its program does say "hello", or does not. */
export async function addExtension(
  { folder }: Pick<Workshop, "folder">,
  name: string,
  says: string,
): Promise<void> {
  const extensions = join(folder, "extensions");
  const text = await readFile(join(extensions, "hello/extension.yaml"), "utf8");
  await mkdir(join(extensions, name, "files"), { recursive: true });
  await writeFile(
    join(extensions, name, "extension.yaml"),
    text
      .replace("name: hello", `name: ${name}`)
      .replace("asset: hello", `asset: ${name}`)
      .replace("hello {version}", `${says} {version}`),
  );
}
