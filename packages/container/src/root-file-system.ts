import { chmod, copyFile, cp, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { spellings, type Architecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";

interface RootOptions {
  /** Where it is laid out. */
  readonly root: string;
  readonly recipe: string;
  /** What the Dockerfile left. */
  readonly compiled: string;
  readonly architecture: Architecture;
  /** The extension's image. */
  readonly image: string;
}

/** Empty folders, for what is mounted there. */
const mountPoints = ["etc/keepalived", "run/keepalived", "dev", "proc", "sys"];

/** What of the extension's image the container has; its units need a systemd. */
const taken = ["usr/bin/keepalived", "usr/share/licenses"];

/** Lays out a container's whole file system: keepalived from the extension's image, keepalivedctl, and two static files. */
export async function layOutRoot({
  root,
  recipe,
  compiled,
  architecture,
  image,
}: RootOptions): Promise<void> {
  await run("unsquashfs", ["-no-progress", "-quiet", "-dest", root, image, ...taken]);
  const { debian } = spellings[architecture];
  await copyFile(join(compiled, debian, "keepalivedctl"), join(root, "usr/bin/keepalivedctl"));
  const licence = join(root, "usr/share/licenses/keepalivedctl/go");
  await mkdir(dirname(licence), { recursive: true });
  await copyFile(join(compiled, "go-copyright"), licence);
  await cp(join(recipe, "files"), root, { recursive: true });
  for (const folder of mountPoints) await mkdir(join(root, folder), { recursive: true });
  await setModes(root);
}

/** Modes that do not depend on the umask that the files were checked out with. */
async function setModes(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isFile() && entry.parentPath.endsWith("/usr/bin");
    await chmod(path, entry.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}
