import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kilnHostName } from "@sysext-kiln/extension";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import {
  filesText,
  helloFolder,
  helloText,
  startArchive,
  tinyProgram,
  type TestArchive,
} from "@sysext-kiln/testbed";
import { extensions as ownExtensions, main } from "./paths.ts";

/** A repository with one extension, `hello`, and a Debian archive with versions of it. */
export interface TestRepository extends AsyncDisposable {
  archive: TestArchive;
  folder: string;
  /** Variables that kiln gets in addition to this process's environment: a test may add to them. */
  environment: Record<string, string>;
  /** The directory that kiln publishes to. */
  public: string;
  /** Adds a version for the architectures to the archive, and publishes the suite. */
  offer(version: string, architectures?: readonly ("x86-64" | "arm64")[]): Promise<void>;
  /** Writes the definition of `hello`, in which it replaces texts. */
  define(replace?: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Adds or changes an extension like `hello`, from the same package, whose smoke run expects the program to
   * print `expected`.
   */
  addExtension(name: string, expected: "hello" | "goodbye"): Promise<void>;
  /** Makes a signing key in a folder with its name; returns the paths of it and of its keyring. */
  makeKey(name: string): Promise<{ key: string; keyring: string }>;
  /** Adds the extension `kiln-host` of this repository, without its smoke run. */
  addKilnHost(): Promise<void>;
  /** Runs kiln in the repository as a person starts it. */
  kiln(...args: string[]): Promise<Outcome>;
  /** Runs kiln with a cache on a disk of its own, of a size such as `1m`. */
  kilnOnSmallDisk(size: string, ...args: string[]): Promise<Outcome>;
}

/** The names of images in a manifest. */
export function namesIn(manifest: string): string[] {
  return manifest
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(66))
    .filter((name) => name.endsWith(".raw"));
}

export async function openTestRepository(): Promise<TestRepository> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kiln-repository-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const archive = stack.use(await startArchive());
  const extensions = join(folder, "extensions");
  const env: Record<string, string> = { ...archive.environment, KILN_CACHE_DIR: join(folder, "cache") };
  let resources = stack;
  const helloRepository: TestRepository = {
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
    async addExtension(name, expected) {
      const text = await readFile(join(extensions, "hello/extension.yaml"), "utf8");
      const definition = text
        .replace("name: hello", `name: ${name}`)
        .replace("asset: hello", `asset: ${name}`)
        .replace("hello {version}", `${expected} {version}`);
      await mkdir(join(extensions, name, "files"), { recursive: true });
      await writeFile(join(extensions, name, "extension.yaml"), definition);
    },
    async makeKey(name) {
      const key = join(folder, name, "key.asc");
      await mkdir(dirname(key));
      const { status, stderr } = await helloRepository.kiln("key", "new", "--output", key, "--name", name);
      if (status !== 0) throw new Error(stderr);
      return { key, keyring: join(dirname(key), "import-pubring.gpg") };
    },
    async addKilnHost() {
      const own = join(extensions, kilnHostName);
      await cp(join(ownExtensions, kilnHostName), own, { recursive: true, verbatimSymlinks: true });
      const definition = filesText().replaceAll(/\bhello\b(?=$|-\{)/gm, kilnHostName);
      await writeFile(join(own, "extension.yaml"), definition);
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
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  await helloRepository.define();
  resources = stack.move();
  return helloRepository;
}
