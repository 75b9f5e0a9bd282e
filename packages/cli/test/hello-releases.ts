import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { putFile, tinyProgram } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import { startReleaseServer, type ReleaseServer } from "./release-server.ts";
import { openTestRepository } from "./test-repository.ts";

const architecture = nativeArchitecture();

/** The service writes its program's output to a file, which shows the running version. */
const service = `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart=sh -c "{ /usr/bin/hello; cat /usr/share/hello/greeting; } >/run/hello && exec sleep infinity"
`;

const hosts = `hosts:
  service: hello.service
  healthySeconds: 5
  steadySeconds: 1
hostPrograms: [cat, sh, sleep]`;

/**
 * Signed releases of the extension `hello`, whose service shows which version is running and whether it is
 * healthy.
 */
export interface HelloReleases extends AsyncDisposable {
  folder: string;
  /** The public keyring of the key that signs them. */
  keyring: string;
  /** The private key that signs them. */
  signingKey: string;
  /** Another private key. */
  foreignKey: string;
  /** Makes a further key, in the folder of the repository. */
  makeKey(name: string): Promise<{ key: string; keyring: string }>;
  /** Signs what is published from now on with another private key. */
  signWith(key: string): void;
  /**
   * Adds versions to upstream and publishes. The update directory is kept as `updates-` and the first
   * version.
   */
  offer(versions: readonly string[], options?: OfferOptions): Promise<void>;
  /** Runs kiln, which must succeed; returns its standard output. */
  kiln(...args: string[]): Promise<string>;
  /** Serves a copy of what was published, which a test may damage. */
  serve(): Promise<ReleaseServer>;
}

export interface OfferOptions {
  state?: "healthy" | "unhealthy";
  /**
   * Other contents of a file in the image: with them the same version is built again, as the next revision.
   */
  greeting?: string;
}

export function imageOf(version: string): string {
  return `hello-${version}-${architecture}.raw`;
}

/** @param settings the text of `kiln.yaml` */
export async function openHelloReleases(settings = ""): Promise<HelloReleases> {
  const helloRepository = await openTestRepository();
  const { folder } = helloRepository;
  await writeFile(join(folder, "kiln.yaml"), settings);
  const stages = join(folder, "stages");
  await helloRepository.define({
    "hosts:\n  service: hello.service": hosts,
    "asset:": `architectures: [${architecture}]\nversions:\n  track: ["3.5", "3.6"]\nasset:`,
  });
  const files = join(folder, "extensions/hello/files/usr");
  await writeFile(join(files, "lib/systemd/system/hello.service"), service);
  await putFile(join(files, "lib/sysext-kiln/hello/health"), "grep -qw healthy /run/hello\n");
  await helloRepository.addKilnHost();

  async function kiln(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await helloRepository.kiln(...args);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return stdout;
  }
  const trusted = await helloRepository.makeKey("trusted");
  helloRepository.environment["KILN_SIGNING_KEY_FILE"] = trusted.key;

  return {
    folder,
    keyring: trusted.keyring,
    signingKey: trusted.key,
    foreignKey: (await helloRepository.makeKey("foreign")).key,
    kiln,
    makeKey: (name) => helloRepository.makeKey(name),
    signWith(key) {
      helloRepository.environment["KILN_SIGNING_KEY_FILE"] = key;
    },
    async offer(versions, { state = "healthy", greeting = "hello" } = {}) {
      const [name = ""] = versions;
      await writeFile(join(files, "share/hello/greeting"), `${greeting}\n`);
      // A version with a revision is a rebuild of one that upstream already has.
      for (const version of versions.filter((one) => !/-\d+$/.test(one))) {
        await helloRepository.archive.add({
          name: "hello",
          version: `${version.replace(/-(?=rc)/, "~")}-1`,
          architecture: architecture === "arm64" ? "arm64" : "amd64",
          files: { "usr/bin/hello": tinyProgram(architecture, `hello ${version} ${state}\n`) },
        });
      }
      await helloRepository.archive.publish("trixie");
      await kiln("release", "--to", "public");
      const latest = join(helloRepository.public, "releases/latest/download");
      await cp(`${latest}/`, join(stages, `updates-${name}`), { recursive: true, dereference: true });
    },
    async serve() {
      const root = join(folder, `served-${crypto.randomUUID()}`);
      await cp(join(helloRepository.public, "releases/download"), join(root, "releases/download"), {
        recursive: true,
      });
      await cp(stages, join(root, "releases/download"), { recursive: true });
      return await startReleaseServer(root);
    },
    [Symbol.asyncDispose]: () => helloRepository[Symbol.asyncDispose](),
  };
}
