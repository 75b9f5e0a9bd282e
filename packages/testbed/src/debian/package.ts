import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";

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
    await put(tree, "DEBIAN/control", `${control.join("\n")}\n`);
    for (const [path, bytes] of Object.entries(files)) await put(tree, path, bytes);
    await mkdir(dirname(target), { recursive: true });
    await run("dpkg-deb", ["--build", "--root-owner-group", tree, target]);
  } finally {
    await rm(tree, { recursive: true });
  }
}

async function put(tree: string, path: string, bytes: string | Buffer): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), bytes, { mode: typeof bytes === "string" ? 0o644 : 0o755 });
}
