import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { modeOf, putFile } from "../files.ts";

/** A binary package to be made. */
export interface PackageContents {
  name: string;
  version: string;
  /** In Debian's spelling. */
  architecture: "amd64" | "arm64";
  /** Texts and programs by path; a program is a buffer, and is made executable. */
  files: Readonly<Record<string, string | Buffer>>;
}

/** Makes a real `.deb` with dpkg-deb. */
export async function makePackage(contents: PackageContents, target: string): Promise<void> {
  const { name, version, architecture, files } = contents;
  const tree = await mkdtemp(join(tmpdir(), "kiln-package-"));
  try {
    const control = [
      `Package: ${name}`,
      `Version: ${version}`,
      `Architecture: ${architecture}`,
      "Maintainer: nobody <nobody@example.org>",
      `Description: ${name}`,
    ];
    const all = { "DEBIAN/control": `${control.join("\n")}\n`, ...files };
    for (const [path, content] of Object.entries(all))
      await putFile(join(tree, path), content, { mode: modeOf(content) });
    await mkdir(dirname(target), { recursive: true });
    await run("dpkg-deb", ["--build", "--root-owner-group", tree, target]);
  } finally {
    await rm(tree, { recursive: true });
  }
}

/**
 * Downloads a package of this machine's Debian and unpacks it into an empty folder, without installing it: that could start
 * a server.
 */
export async function unpackDebianPackage(name: string, folder: string): Promise<void> {
  await run("apt-get", ["download", name], { cwd: folder });
  const [file = ""] = await readdir(folder);
  await run("dpkg-deb", ["--extract", join(folder, file), folder]);
}
