import { copyFile, cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setModes } from "@sysext-kiln/builder";
import { spellings, type Architecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";

interface RootOptions {
  /** The folder that becomes it. */
  readonly root: string;
  readonly recipe: string;
  /** The folder with the output of the Dockerfile. */
  readonly compiled: string;
  readonly architecture: Architecture;
  /** The extension's image. */
  readonly image: string;
}

/** Empty folders to mount on. */
const mountPoints = ["etc/keepalived", "run/keepalived", "dev", "proc", "sys"];

/** The parts of the extension's image that the container has; the units would need systemd. */
const parts = ["usr/bin/keepalived", "usr/share/licenses"];

/**
 * Writes a container's complete file system: keepalived from the extension's image, keepalivedctl, and two
 * static files.
 */
export async function layOutRoot({
  root,
  recipe,
  compiled,
  architecture,
  image,
}: RootOptions): Promise<void> {
  await run("unsquashfs", ["-no-progress", "-quiet", "-dest", root, image, ...parts]);
  const { debian } = spellings[architecture];
  await copyFile(join(compiled, debian, "keepalivedctl"), join(root, "usr/bin/keepalivedctl"));
  const licence = join(root, "usr/share/licenses/keepalivedctl/go");
  await mkdir(dirname(licence), { recursive: true });
  await copyFile(join(compiled, "go-copyright"), licence);
  await cp(join(recipe, "files"), root, { recursive: true });
  for (const folder of mountPoints) await mkdir(join(root, folder), { recursive: true });
  await setModes(root);
}
