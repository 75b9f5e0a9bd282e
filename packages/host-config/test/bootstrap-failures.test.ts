import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageOf, openFakeHost, tryNewProgram, type FakeHost } from "./fake-host.ts";

const programs = "var/lib/sysext-kiln/program";

let host: FakeHost;
beforeEach(async () => {
  host = await openFakeHost();
});
afterEach(() => host[Symbol.asyncDispose]());

/** A systemd-sysupdate that records its calls and installs an image. */
async function offer(version: string): Promise<void> {
  const path = join(host.root, "usr/lib/systemd/systemd-sysupdate");
  const target = `opt/extensions/kiln-host/${imageOf(version)}`;
  await host.addImage(version, "checks");
  await host.write("offered", await host.read(target));
  await rm(join(host.root, target));
  const text = `#!/bin/sh
echo "$* https_proxy=\${https_proxy-}" >>"$KILN_HOST_ROOT/sysupdate"
[ "$2" = vacuum ] || { mkdir -p "$KILN_HOST_ROOT/opt/extensions/kiln-host"; cp "$KILN_HOST_ROOT/offered" "$KILN_HOST_ROOT/${target}"; }
`;
  await writeFile(path, text);
  await chmod(path, 0o755);
}

describe("the last resort", () => {
  test("fetches a newer program if the good one does not complete, and tries it", async () => {
    await host.addImage("1.0.0", "crashes");
    await host.link("1.0.0");
    await offer("1.0.0-2");
    expect(await host.run()).toEqual({ status: 3, ran: ["1.0.0 run"] });
    const definitions = `--definitions=${host.root}/etc/sysupdate.kiln-host.d`;
    expect(await host.read("sysupdate")).toBe(
      `${definitions} vacuum https_proxy=\n${definitions} update https_proxy=\n`,
    );
    expect([await host.version("trial"), await host.version("linked")]).toEqual(["1.0.0-2", "1.0.0-2"]);
    expect((await host.run()).ran).toEqual(["1.0.0-2 run"]);
    expect((await host.run()).ran).toEqual(["1.0.0-2 run"]);
    expect(await host.version("good")).toBe("1.0.0-2");
  });

  test("fetches one if there is no program at all", async () => {
    await offer("1.0.0");
    expect(await host.run()).toEqual({ status: 1, ran: [] });
    expect(await host.run()).toEqual({ status: 0, ran: ["1.0.0 run"] });
  });

  test("uses the proxy of the settings", async () => {
    await host.write("etc/sysext-kiln/host.conf", "PROXY=http://proxy.example:3128\n");
    await offer("1.0.0");
    await host.run();
    expect(await host.read("sysupdate")).toContain("update https_proxy=http://proxy.example:3128\n");
  });

  test("does not return to a refused image, and leaves the good program in place if nothing is newer", async () => {
    await host.addImage("1.0.0", "crashes");
    await host.link("1.0.0");
    await host.write(`${programs}/refused`, `${imageOf("2.0.0")}\n`);
    await offer("2.0.0");
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    expect([await host.version("trial"), await host.version("linked")]).toEqual([undefined, "1.0.0"]);
  });

  test("is used after 200 runs without a check for updates, which a check ends", async () => {
    await host.addImage("1.0.0", "idles");
    await host.link("1.0.0");
    await offer("1.0.1");
    await host.write(`${programs}/unchecked`, "run\n".repeat(198));
    await host.run();
    expect(await host.read("sysupdate")).toBe("");
    await host.run();
    expect(await host.read("sysupdate")).toContain("update");
    expect(await host.version("trial")).toBe("1.0.1");
    await host.write(`${programs}/unchecked`, "run\n".repeat(250));
    await host.run();
    expect(await host.read(`${programs}/unchecked`)).toBe("");
  });
});

/** Programs that the bootstrap calls, which count their calls, and end everything at one of them. */
async function countCalls(): Promise<void> {
  const names = ["mkdir", "rm", "ln", "mv", "cp", "sync", "unshare", "find", "timeout", "sha256sum"];
  const folder = join(host.root, "counting");
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const text = `#!/bin/sh
echo >>"$KILN_HOST_ROOT/calls"
[ "$(wc -l <"$KILN_HOST_ROOT/calls")" != "$CUT" ] || kill -KILL 0
PATH=\${PATH#*:} exec ${name} "$@"
`;
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
}

async function cutAt(call: number): Promise<boolean> {
  await rm(join(host.root, "calls"), { force: true });
  const path = `${host.root}/counting:${host.root}/bin:${process.env["PATH"]}`;
  const { exitCode } = await host.start({ PATH: path, CUT: String(call) });
  return exitCode !== 0;
}

describe("a power cut before any of the bootstrap's commands", () => {
  test("does not keep the next runs from completing with the new program", async () => {
    let cuts = 0;
    for (let call = 1; ; call += 1) {
      await host[Symbol.asyncDispose]();
      host = await openFakeHost();
      await countCalls();
      await tryNewProgram(host, "checks");
      await rm(join(host.root, programs), { recursive: true });
      await mkdir(join(host.root, programs));
      await symlink(imageOf("2.0.0"), join(host.root, programs, "trial"));
      if (!(await cutAt(call))) break;
      cuts += 1;
      for (const run of [1, 2]) expect({ call, run, ...(await host.run()) }).toMatchObject({ status: 0 });
      expect({ call, good: await host.version("good") }).toEqual({ call, good: "2.0.0" });
    }
    expect(cuts).toBeGreaterThan(10);
  });
});
