import { chmod, lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { addFile, addTree, extractFromImage, setModes } from "@sysext-kiln/builder";
import { KilnError } from "@sysext-kiln/error";
import { spellings, type Architecture } from "@sysext-kiln/extension";

interface RootOptions {
  /** The folder that becomes it. */
  root: string;
  recipe: string;
  /** The folder with the output of the Dockerfile. */
  compiled: string;
  architecture: Architecture;
  /** The extension's image. */
  image: string;
}

/** Empty folders to mount on. */
const mountPoints = ["etc/keepalived", "run/keepalived", "dev", "proc", "sys"];

/** The parts of the extension's image that the container has; the units would need systemd. */
const parts = ["usr/bin/keepalived", "usr/share/licenses"];

/**
 * Writes a container's complete file system: keepalived from the extension's image, keepalivedctl, and two
 * static files. The image may be hostile: it is read in the sandbox, and its links are not followed.
 * @throws KilnError `extension-image-invalid`, `tree-invalid`
 */
export async function layOutRoot({
  root,
  recipe,
  compiled,
  architecture,
  image,
}: RootOptions): Promise<void> {
  const extracted = await extractFromImage(image, parts, `${root}.image`);
  const program = await lstat(join(extracted, "usr/bin/keepalived")).catch(() => undefined);
  if (!program?.isFile()) {
    throw new KilnError("extension-image-invalid", {
      expected: `${image} to contain the program usr/bin/keepalived`,
      found: program ? "something other than a regular file" : "no such file",
      next: "build it with ./kiln build keepalived",
    });
  }
  await mkdir(root);
  await addTree(extracted, root);
  const { debian } = spellings[architecture];
  await addFile(join(compiled, debian, "keepalivedctl"), root, "usr/bin/keepalivedctl");
  await addFile(join(compiled, "go-copyright"), root, "usr/share/licenses/keepalivedctl/go");
  await addTree(join(recipe, "files"), root);
  for (const folder of mountPoints) await mkdir(join(root, folder), { recursive: true });
  await setModes(root);
  // Metal3's operator for Ironic mounts nothing there, and runs the container as a user of its own.
  await chmod(join(root, "run/keepalived"), 0o1777);
}
