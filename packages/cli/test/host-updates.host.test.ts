import { appendFile, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { bootHost, describeOnHosts, tinyProgram, type Host } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./kiln.ts";
import { serveDirectory } from "./serve.ts";

const architecture = nativeArchitecture();
const update = ["systemctl", "start", "hello-update.service"] as const;

/** The service keeps what its program says, so that it shows which version really runs. */
const service = `[Service]
ExecStart=sh -c "/usr/bin/hello >/run/hello && exec sleep infinity"
`;
const hosts = `hosts:
  service: hello.service
  healthCheck: grep -q well /run/hello
  healthySeconds: 8
  steadySeconds: 2
hostPrograms: [sh]`;

function imageOf(version: string): string {
  return `hello-${version}-${architecture}.raw`;
}

describeOnHosts("a live update", (suite) => {
  const resources = new AsyncDisposableStack();
  let workshop: Workshop;
  let host: Host;

  beforeAll(async () => {
    workshop = resources.use(await openWorkshop());
    await workshop.define({
      "hosts:\n  service: hello.service": hosts,
      "asset:": `architectures: [${architecture}]\nasset:`,
    });
    const units = join(workshop.folder, "extensions/hello/files/usr/lib/systemd/system");
    await mkdir(join(units, "multi-user.target.d"), { recursive: true });
    await writeFile(join(units, "hello.service"), service);
    await writeFile(join(units, "multi-user.target.d/10-hello.conf"), "[Unit]\nUpholds=hello.service\n");
    workshop.environment["KILN_SIGNING_KEY_FILE"] = join(workshop.folder, "key.asc");
    await succeed("key", "new", "--output", "key.asc");
    await offer("1.0.0");

    const { baseUrl, ports } = resources.use(await serveDirectory(workshop.public));
    await succeed(
      "host-config",
      "hello",
      "--base-url",
      baseUrl,
      "--arch",
      architecture,
      "--format",
      "files",
      "--output",
      "host",
    );
    host = resources.use(await bootHost({ suite, prepare }));
    for (const port of ports) await host.network.expose(port);
  });
  afterAll(() => resources.disposeAsync());

  async function succeed(...args: string[]): Promise<void> {
    const { status, stderr } = await workshop.kiln(...args);
    expect({ status, stderr }).toMatchObject({ status: 0 });
  }

  /** Publishes a version whose service says that it is well, or does not. */
  async function offer(version: string, state = "well"): Promise<void> {
    await workshop.archive.add({
      name: "hello",
      version: `${version}-1`,
      architecture: architecture === "arm64" ? "arm64" : "amd64",
      files: { "usr/bin/hello": tinyProgram(architecture, `hello ${version} ${state}\n`) },
    });
    await workshop.archive.publish("trixie");
    await succeed("release", "--to", "public");
  }

  /** What Ignition leaves: the configuration's files, the first image and its link. */
  async function prepare(root: string): Promise<void> {
    await cp(join(workshop.folder, "host"), root, { recursive: true });
    await mkdir(join(root, "opt/extensions/hello"), { recursive: true });
    await mkdir(join(root, "etc/extensions"), { recursive: true });
    const image = `hello-1.0.0-${architecture}.raw`;
    await cp(
      join(workshop.public, "releases/download/hello-v1.0.0", image),
      join(root, "opt/extensions/hello", image),
    );
    await symlink(`/opt/extensions/hello/${image}`, join(root, "etc/extensions/hello.raw"));
  }

  async function running(): Promise<string> {
    return (await host.run(["cat", "/run/hello"])).stdout.trim();
  }

  async function linked(): Promise<string> {
    return basename((await host.run(["readlink", "/etc/extensions/hello.raw"])).stdout.trim());
  }

  const published = (name: string) => join(workshop.public, "releases/latest/download", name);

  test("begins with the image that was there at first boot", async () => {
    await host.waitFor("the service", async () => (await running()) === "hello 1.0.0 well");
    expect((await host.run(update)).status).toBe(0);
    expect(await linked()).toBe(imageOf("1.0.0"));
  });

  test("brings a newer version into the running process, and keeps the one before", async () => {
    await offer("1.1.0");
    expect(await host.run(update)).toMatchObject({ status: 0 });
    expect(await running()).toBe("hello 1.1.0 well");
    expect(await linked()).toBe(imageOf("1.1.0"));
    expect((await host.run(["ls", "/opt/extensions/hello"])).stdout).toContain(imageOf("1.0.0"));
  });

  test("is refused where the manifest was changed, where an image was, and where the signature is missing", async () => {
    await offer("1.2.0");
    const damages = [
      { file: "SHA256SUMS", damage: (path: string) => appendFile(path, `${"0".repeat(64)}  x\n`) },
      { file: "SHA256SUMS.gpg", damage: (path: string) => rm(path) },
      { file: imageOf("1.2.0"), damage: (path: string) => appendFile(path, "x") },
      { file: imageOf("1.2.0"), damage: (path: string) => rm(path) },
      { file: imageOf("1.2.0"), damage: (path: string) => writeFile(path, "") },
    ];
    for (const { file, damage } of damages) {
      const path = published(file);
      const bytes = await readFile(path);
      // The permanent release's file is the same one: what is damaged is a copy of it.
      await rm(path);
      await writeFile(path, bytes);
      await damage(path);
      expect((await host.run(update)).status, `with a damaged ${file}`).not.toBe(0);
      expect(await running()).toBe("hello 1.1.0 well");
      expect(await linked()).toBe(imageOf("1.1.0"));
      await writeFile(path, bytes);
    }
    expect(await host.run(update)).toMatchObject({ status: 0 });
    expect(await running()).toBe("hello 1.2.0 well");
  });

  test("goes back by itself from a version that is not well, and does not try that one again", async () => {
    await offer("1.3.0", "ill");
    expect((await host.run(update)).status).not.toBe(0);
    await host.waitFor("the version before", async () => (await running()) === "hello 1.2.0 well");
    expect(await linked()).toBe(imageOf("1.2.0"));
    expect(await host.journal("hello-update.service")).toMatch(
      /not well with hello-1\.3\.0-\S+: going back to hello-1\.2\.0-/,
    );

    expect(await host.run(update)).toMatchObject({ status: 0 });
    expect(await running()).toBe("hello 1.2.0 well");
    expect(await linked()).toBe(imageOf("1.2.0"));
  });

  test("takes a later good version all the same", async () => {
    await offer("1.4.0");
    expect(await host.run(update)).toMatchObject({ status: 0 });
    expect(await running()).toBe("hello 1.4.0 well");
    expect(await linked()).toBe(imageOf("1.4.0"));
  });
});
