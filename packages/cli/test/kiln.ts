import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { helloFolder, helloText, startArchive, tinyProgram, type TestArchive } from "@sysext-kiln/testbed";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** A repository of one extension, `hello`, and an archive that has versions of it; kiln runs as a person starts it. */
export interface Workshop extends AsyncDisposable {
  archive: TestArchive;
  folder: string;
  /** The environment that kiln gets besides this process's: a test may add to it. */
  environment: Record<string, string>;
  /** Where `kiln` publishes. */
  public: string;
  /** Adds a version for the architectures, and publishes the suite. */
  offer(version: string, architectures?: readonly ("x86-64" | "arm64")[]): Promise<void>;
  /** Writes the extension's definition, with lines in the place of others. */
  define(replace?: Readonly<Record<string, string>>): Promise<void>;
  kiln(...args: string[]): Promise<Outcome>;
  /** Runs kiln with a cache on a disk of its own, of a size such as `1m`. */
  kilnOnSmallDisk(size: string, ...args: string[]): Promise<Outcome>;
}

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-workshop-"));
  const archive = await startArchive();
  const extensions = join(folder, "extensions");
  const env: Record<string, string> = { ...archive.environment, KILN_CACHE_DIR: join(folder, "cache") };
  const workshop: Workshop = {
    archive,
    folder,
    environment: env,
    public: join(folder, "public"),
    async offer(version, architectures = ["x86-64", "arm64"]) {
      const upstream = version.replace(/-[^-]*$/, "");
      for (const architecture of architectures) {
        await archive.add({
          name: "hello",
          version,
          architecture: architecture === "arm64" ? "arm64" : "amd64",
          files: { "usr/bin/hello": tinyProgram(architecture, `hello ${upstream}\n`) },
        });
      }
      await archive.publish("trixie");
    },
    async define(replace = {}) {
      await cp(helloFolder, join(extensions, "hello"), { recursive: true });
      await mkdir(join(extensions, "hello/files/usr/share/hello"), { recursive: true });
      await writeFile(join(extensions, "hello/extension.yaml"), helloText(replace));
      await writeFile(join(extensions, "hello/files/usr/share/hello/greeting"), "hello\n");
    },
    kiln: (...args) =>
      tryRun(process.execPath, [main, "--extensions", extensions, ...args], { cwd: folder, env }),
    async kilnOnSmallDisk(size, ...args) {
      await mkdir(join(folder, "cache"), { recursive: true });
      const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
      const mounted = `mount -t tmpfs -o size=${size} tmpfs "$KILN_CACHE_DIR" && exec "$@"`;
      const command = [
        "sh",
        "-c",
        mounted,
        "sh",
        process.execPath,
        main,
        "--extensions",
        extensions,
        ...args,
      ];
      return tryRun("unshare", ["--mount", ...asRoot, ...command], { cwd: folder, env });
    },
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
  await workshop.define();
  return workshop;
}
