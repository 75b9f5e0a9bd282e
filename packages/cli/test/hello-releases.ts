import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { tinyProgram } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import { openWorkshop } from "./kiln.ts";
import { openSite, type Site } from "./site.ts";

const architecture = nativeArchitecture();

/** The service keeps what its program says, so that it shows which version really runs. */
const service = `[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart=sh -c "{ /usr/bin/hello; cat /usr/share/hello/greeting; } >/run/hello && exec sleep infinity"
`;

const hosts = `hosts:
  service: hello.service
  healthCheck: grep -q well /run/hello
  healthySeconds: 5
  steadySeconds: 1
hostPrograms: [cat, sh, sleep]`;

/** Signed releases of an extension `hello`, whose service shows which version runs and says whether it is well. */
export interface HelloReleases extends AsyncDisposable {
  folder: string;
  /** The key that signs them, and one that does not. */
  keyring: string;
  strangersKey: string;
  /** Adds versions to upstream, and publishes. The update directory of then is kept under the first one's name. */
  offer(versions: readonly string[], options?: OfferOptions): Promise<void>;
  /** Runs kiln, which must succeed; gives its standard output. */
  kiln(...args: string[]): Promise<string>;
  /** Serves a copy of what was published to one host: a test may damage it. */
  open(): Promise<Site>;
}

export interface OfferOptions {
  state?: "well" | "ill";
  /** Another content of a file in the image: the same version is built again, as the next revision. */
  greeting?: string;
}

export function imageOf(version: string): string {
  return `hello-${version}-${architecture}.raw`;
}

/** @param environment variables for kiln */
export async function openHelloReleases(
  environment: Readonly<Record<string, string>> = {},
): Promise<HelloReleases> {
  const workshop = await openWorkshop();
  Object.assign(workshop.environment, environment);
  const { folder } = workshop;
  const stages = join(folder, "stages");
  await workshop.define({
    "hosts:\n  service: hello.service": hosts,
    "asset:": `architectures: [${architecture}]\nversions:\n  track: ["3.5", "3.6"]\nasset:`,
  });
  const files = join(folder, "extensions/hello/files/usr");
  await writeFile(join(files, "lib/systemd/system/hello.service"), service);

  async function kiln(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await workshop.kiln(...args);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return stdout;
  }
  async function makeKey(name: string): Promise<string> {
    await mkdir(join(folder, name));
    await kiln("key", "new", "--output", join(folder, name, "key.asc"));
    return join(folder, name);
  }
  const ours = await makeKey("ours");
  workshop.environment["KILN_SIGNING_KEY_FILE"] = join(ours, "key.asc");

  return {
    folder,
    keyring: join(ours, "import-pubring.gpg"),
    strangersKey: join(await makeKey("strangers"), "key.asc"),
    kiln,
    async offer(versions, { state = "well", greeting = "hello" } = {}) {
      const [name = ""] = versions;
      await writeFile(join(files, "share/hello/greeting"), `${greeting}\n`);
      // What is built again is the version that upstream has already.
      for (const version of versions.filter((one) => !/-\d+$/.test(one))) {
        await workshop.archive.add({
          name: "hello",
          version: `${version.replace(/-(?=rc)/, "~")}-1`,
          architecture: architecture === "arm64" ? "arm64" : "amd64",
          files: { "usr/bin/hello": tinyProgram(architecture, `hello ${version} ${state}\n`) },
        });
      }
      await workshop.archive.publish("trixie");
      await kiln("release", "--to", "public");
      const latest = join(workshop.public, "releases/latest/download");
      await cp(`${latest}/`, join(stages, `updates-${name}`), { recursive: true, dereference: true });
    },
    async open() {
      const root = join(folder, `site-${crypto.randomUUID()}`);
      await cp(join(workshop.public, "releases/download"), join(root, "releases/download"), {
        recursive: true,
      });
      await cp(stages, join(root, "releases/download"), { recursive: true });
      return await openSite(root);
    },
    [Symbol.asyncDispose]: () => workshop[Symbol.asyncDispose](),
  };
}
