import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { openHostFolder, type HostFolder, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const programs = "var/lib/sysext-kiln/program";
const kilnHost = (version: string) => imageOf(version, "kiln-host");

/** A program that passes its self-test, and writes its version for every other command. */
const passes = (version: string) =>
  `#!/bin/sh\n[ "$1" = self-test ] || echo ${version} >>"$KILN_HOST_ROOT/ran"\n`;

/** A host on which version 1.0.0 of kiln-host is in use, and etcd 3.5.9. */
async function hostWithProgram(): Promise<HostFolder> {
  const host = await openHostFolder(["etcd", "kiln-host"]);
  await host.place("3.5.9");
  await host.link("3.5.9");
  await publishProgram(host, "1.0.0", passes("1.0.0"), "place");
  await host.link("1.0.0", "kiln-host");
  await makeGood(host, "1.0.0");
  await host.boot();
  await host.run();
  return host;
}

async function publishProgram(
  host: HostFolder,
  version: string,
  text: string,
  where: "publish" | "place" = "publish",
): Promise<void> {
  await host[where](version, { name: "kiln-host", services: "" });
  await host.write(`world/trees/${kilnHost(version)}/usr/lib/sysext-kiln/kiln-host/kiln-host`, text);
}

/** What the bootstrap does after two complete runs. */
async function makeGood(host: HostFolder, version: string): Promise<void> {
  const folder = join(host.root, programs);
  await mkdir(join(folder, kilnHost(version)), { recursive: true });
  for (const link of ["good", "trial"]) await rm(join(folder, link), { force: true });
  await symlink(kilnHost(version), join(folder, "good"));
}

async function linkOf(host: HostFolder, path: string): Promise<string | undefined> {
  const target = await readlink(join(host.root, path)).catch(() => "");
  return /kiln-host-(.*)-x86-64\.raw$/.exec(target)?.[1];
}

async function links(host: HostFolder) {
  return {
    good: await linkOf(host, `${programs}/good`),
    trial: await linkOf(host, `${programs}/trial`),
    linked: await linkOf(host, "etc/extensions/kiln-host.raw"),
  };
}

describe("a new version of kiln-host", () => {
  test("comes before everything else, and is the trial of the bootstrap", async () => {
    await using host = await hostWithProgram();
    await publishProgram(host, "1.0.1", passes("1.0.1"));
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({
      status: 0,
      stdout: `<5>kiln-host: trying ${kilnHost("1.0.1")}`,
    });
    expect(await links(host)).toEqual({ good: "1.0.0", trial: "1.0.1", linked: "1.0.1" });
    expect(await host.versions()).toMatchObject({ linked: "3.5.9" });
    expect(await host.read("run/sysext-kiln/completed")).toBe("complete\n");
    const sums = await host.read(`${programs}/${kilnHost("1.0.1")}/SHA256SUMS`);
    expect(sums).toMatch(/^[0-9a-f]{64} {2}extension\.conf\n[0-9a-f]{64} {2}kiln-host\n/);

    // The run of the new program merges it together with the other new images.
    await host.write("world/calls", "");
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.5.10", runs: "3.5.10" });
    expect((await host.read("world/calls")).match(/refresh/g)).toHaveLength(1);
    expect(await host.read("world/merged/kiln-host")).toBe(`${kilnHost("1.0.1")}\n`);
    expect(await host.state("kiln-host")).toMatchObject({ state: "trial", previous: kilnHost("1.0.0") });

    await makeGood(host, "1.0.1");
    await host.run();
    expect(await host.state("kiln-host")).toMatchObject({ state: "settled", image: kilnHost("1.0.1") });
  });

  test.each([
    ["fails its self-test", "#!/bin/sh\nexit 1\n"],
    ["is not shell", "#!/bin/sh\nif\n"],
  ])("that %s is refused, and the rest of the run goes on", async (_, text) => {
    await using host = await hostWithProgram();
    await publishProgram(host, "1.0.1", text);
    await host.publish("3.5.10");
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain(`the self-test of ${kilnHost("1.0.1")} failed`);
    expect(await links(host)).toEqual({ good: "1.0.0", trial: undefined, linked: "1.0.0" });
    expect(await host.versions()).toMatchObject({ runs: "3.5.10" });
    await host.write("world/calls", "");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.read("world/calls")).not.toContain("kiln-host update");
  });

  test("that the bootstrap has refused is not used again, and a later one is", async () => {
    await using host = await hostWithProgram();
    await publishProgram(host, "1.0.1", passes("1.0.1"));
    await host.run();
    await rm(join(host.root, programs, "trial"));
    await host.write(`${programs}/refused`, `${kilnHost("1.0.1")}\n`);
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain(`${kilnHost("1.0.1")} did not complete its runs`);
    expect(await links(host)).toEqual({ good: "1.0.0", trial: undefined, linked: "1.0.0" });
    expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
    await publishProgram(host, "1.0.2", passes("1.0.2"));
    await host.run();
    expect(await links(host)).toEqual({ good: "1.0.0", trial: "1.0.2", linked: "1.0.2" });
    await makeGood(host, "1.0.2");
    await host.run();
    await host.run();
    expect(await host.images("kiln-host")).not.toContain(kilnHost("1.0.1"));
  });

  test("is not taken while it is held", async () => {
    await using host = await hostWithProgram();
    await publishProgram(host, "1.0.1", passes("1.0.1"));
    await host.kilnHost(["hold", "kiln-host"]);
    await host.run();
    expect(await links(host)).toMatchObject({ linked: "1.0.0" });
  });

  test("that was withdrawn is removed once it was left, as the bootstrap would try it again", async () => {
    await using host = await hostWithProgram();
    for (const version of ["1.0.0", "1.0.1"]) await publishProgram(host, version, passes(version));
    const one = { extension: "kiln-host" };
    await host.offer({ number: 1, images: { "1.0.0": one, "1.0.1": one } });
    await host.run();
    await makeGood(host, "1.0.1");
    await host.offer({ number: 2, images: { "1.0.0": one, "1.0.1": { ...one, withdrawn: "hangs" } } });
    await host.run();
    expect(await links(host)).toEqual({ good: "1.0.1", trial: "1.0.0", linked: "1.0.0" });
    await makeGood(host, "1.0.0");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.images("kiln-host")).toEqual([kilnHost("1.0.0")]);
  });

  test("that was withdrawn is not fetched by the bootstrap either, until the withdrawal is undone", async () => {
    await using host = await hostWithProgram();
    for (const version of ["1.0.0", "1.0.1"]) await publishProgram(host, version, passes(version));
    const one = { extension: "kiln-host" };
    await host.write(`${programs}/refused`, `${kilnHost("0.9.0")}\n`);
    await host.offer({ number: 1, images: { "1.0.0": one, "1.0.1": { ...one, withdrawn: "hangs" } } });
    await host.run();
    await host.run();
    expect(await host.read(`${programs}/refused`)).toBe(`${kilnHost("0.9.0")}\n${kilnHost("1.0.1")}\n`);
    expect((await host.state("kiln-host"))["refused"]).toBe(`${kilnHost("0.9.0")} did not complete its runs`);
    await host.offer({ number: 2, images: { "1.0.0": one, "1.0.1": one } });
    await host.run();
    await host.run();
    expect(await host.read(`${programs}/refused`)).toBe(`${kilnHost("0.9.0")}\n`);
    expect(await links(host)).toMatchObject({ trial: "1.0.1" });
  });

  test("is offered to the bootstrap as long as it is the good one, although it was withdrawn", async () => {
    await using host = await hostWithProgram();
    await publishProgram(host, "1.0.0", passes("1.0.0"));
    await host.offer({ number: 1, images: { "1.0.0": { extension: "kiln-host", withdrawn: "hangs" } } });
    await host.run();
    await host.run();
    expect(await host.read(`${programs}/refused`)).toBe("");
  });

  test.each([4, 8, 11, 14, 17, 20, 23])(
    "is taken by a later run if one was killed at step %i",
    async (step) => {
      await using host = await hostWithProgram();
      await publishProgram(host, "1.0.1", passes("1.0.1"));
      expect(await host.run({ KILL_AT: String(step) })).toMatchObject({ status: undefined });
      await host.run();
      expect(await links(host)).toEqual({ good: "1.0.0", trial: "1.0.1", linked: "1.0.1" });
      await host.run();
      expect(await host.state("kiln-host")).toMatchObject({ state: "trial", image: kilnHost("1.0.1") });
    },
  );
});

describe("the link of kiln-host, moved by hand", () => {
  test("to an older image makes that one the trial, and the newer one is not taken again", async () => {
    await using host = await hostWithProgram();
    await publishProgram(host, "0.9.0", passes("0.9.0"), "place");
    await host.link("0.9.0", "kiln-host");
    await host.run();
    expect(await links(host)).toEqual({ good: "1.0.0", trial: "0.9.0", linked: "0.9.0" });
    await makeGood(host, "0.9.0");
    await host.run();
    expect(await links(host)).toEqual({ good: "0.9.0", trial: undefined, linked: "0.9.0" });
  });

  test("to an image that is not there is restored", async () => {
    await using host = await hostWithProgram();
    await host.link("7.0.0", "kiln-host");
    await host.run();
    expect(await links(host)).toMatchObject({ linked: "1.0.0" });
  });
});

describe("the merged program", () => {
  test("hands commands of operators to the good one, which knows this host's states", async () => {
    await using host = await hostWithProgram();
    const { tryRun } = await import("@sysext-kiln/machine");
    const good = `${programs}/${kilnHost("1.0.0")}`;
    await host.write(`${good}/kiln-host`, passes("good"));
    const { stdout } = await tryRun("sha256sum", ["kiln-host"], { cwd: join(host.root, good) });
    await host.write(`${good}/SHA256SUMS`, `${stdout}\n`);
    const merged = join(host.root, "usr/lib/sysext-kiln/kiln-host");
    await tryRun("cp", ["-R", `${host.root}/program/.`, merged]);
    const env = { KILN_HOST_ROOT: host.root };
    await tryRun("sh", [join(merged, "kiln-host"), "hold", "etcd"], { env });
    expect(await host.read("ran")).toBe("good\n");
    await host.write(`${good}/kiln-host`, "damaged\n");
    await tryRun("sh", [join(merged, "kiln-host"), "hold", "etcd"], { env });
    expect((await host.kilnHost(["status"])).stdout).toContain("etcd: settled, held");
  });
});

test("the transfer of kiln-host is restored if an older version of it has lost it", async () => {
  await using host = await hostWithProgram();
  const transfer = "etc/sysupdate.kiln-host.d/kiln-host.conf";
  const text = await host.read(transfer);
  await host.write("etc/sysext-kiln/recovery/kiln-host.conf", text);
  await rm(join(host.root, "etc/sysupdate.kiln-host.d"), { recursive: true });
  await publishProgram(host, "1.0.1", passes("1.0.1"));
  await host.run();
  expect(await host.read(transfer)).toBe(text);
  expect(await links(host)).toMatchObject({ trial: "1.0.1" });
});

test("--version prints what the builder has written beside the program", async () => {
  await using host = await openHostFolder();
  await host.write("program/extension.conf", "NAME=kiln-host\nVERSION=1.0.0-2\nSERVICES=\n");
  expect(await host.kilnHost(["--version"])).toMatchObject({ status: 0, stdout: "kiln-host 1.0.0-2" });
});

test("self-test passes, and names a program that is missing", async () => {
  await using host = await openHostFolder();
  expect(await host.kilnHost(["self-test"])).toMatchObject({
    status: 0,
    stdout: "kiln-host: self-test passed",
  });
  await mkdir(join(host.root, "empty"));
  const { tryRun } = await import("@sysext-kiln/machine");
  const which = async (name: string) => (await tryRun("sh", ["-c", `command -v ${name}`])).stdout.trim();
  for (const name of ["readlink", "mktemp", "rm", "cat", "mv"]) {
    await symlink(await which(name), join(host.root, "empty", name));
  }
  const words = [join(host.root, "program/kiln-host"), "self-test"];
  const env = { KILN_HOST_ROOT: host.root, PATH: join(host.root, "empty") };
  const outcome = await tryRun("/bin/sh", words, { env });
  expect(outcome).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("this host has no program base64"),
  });
});
