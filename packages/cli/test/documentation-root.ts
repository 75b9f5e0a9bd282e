import { appendFile, chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, readExamples } from "@sysext-kiln/testbed";
import { main } from "./paths.ts";

const examples = await readExamples();

/** The configurations of keepalived in the documentation. */
export const configurations = examples.filter(({ info: [language] }) => language === "conf");

/** Those that keepalived accepts; the others have further words after the language. */
export const validConfigurations = configurations.filter(({ info }) => info.length === 1);

/** The scripts that these configurations run. */
export const scripts = examples.filter(
  ({ info: [language, path] }) => language === "sh" && path?.startsWith("/"),
);

/** Makes a root file system with our image, the user of check scripts, and the pages' scripts; returns its path. */
export async function makeDocumentationRoot(folder: string): Promise<string> {
  await ensureTestPrograms("unsquashfs", "ip");
  const command = ["build", "keepalived", "--arch", nativeArchitecture(), "--output", folder];
  await run(process.execPath, [main, ...command]);
  const image = (await readdir(folder)).find((name) => name.endsWith(".raw")) ?? "";
  const root = join(folder, "root");
  await run("unsquashfs", ["-quiet", "-no-progress", "-dest", root, join(folder, image)]);
  await chmod(root, 0o755);
  const path = async (name: string) => {
    const file = join(root, name);
    await mkdir(dirname(file), { recursive: true });
    return file;
  };
  await writeFile(await path("/etc/passwd"), "root:x:0:0::/:/bin/sh\n");
  await appendFile(join(root, "etc/passwd"), "keepalived_script:x:999:999::/:/usr/sbin/nologin\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\nkeepalived_script:x:999:\n");
  // What the pages' checks run on a host.
  await writeFile(await path("/usr/bin/curl"), "", { mode: 0o755 });
  for (const { info, text } of scripts) await writeFile(await path(info[1] ?? ""), text, { mode: 0o755 });
  return root;
}
