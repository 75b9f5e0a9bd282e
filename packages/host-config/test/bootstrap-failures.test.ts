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

/**
 * A systemd-sysupdate that records its calls and installs an image.
 * @param definitions the folder of the transfer by which it finds that image; any by default
 */
async function offer(version: string, definitions = ""): Promise<void> {
  const path = join(host.root, "usr/lib/systemd/systemd-sysupdate");
  const target = `opt/extensions/kiln-host/${imageOf(version)}`;
  await host.addImage(version, "completes");
  await host.write("offered", await host.read(target));
  await rm(join(host.root, target));
  const text = `#!/bin/sh
echo "$* https_proxy=\${https_proxy-}" >>"$KILN_HOST_ROOT/sysupdate"
case $1 in *${definitions}*) ;; *) exit 1 ;; esac
[ "$2" = vacuum ] || { mkdir -p "$KILN_HOST_ROOT/opt/extensions/kiln-host"; cp "$KILN_HOST_ROOT/offered" "$KILN_HOST_ROOT/${target}"; }
`;
  await writeFile(path, text);
  await chmod(path, 0o755);
}

const recovery = "etc/sysext-kiln/recovery";

describe("a program that does not complete", () => {
  test("is replaced by a newer one, which the bootstrap fetches and tests itself", async () => {
    await host.addImage("1.0.0", "crashes");
    await host.link("1.0.0");
    await offer("1.0.0-2");
    expect(await host.run()).toEqual({ status: 3, ran: ["1.0.0 run", "1.0.0-2 self-test"] });
    const calls = [recovery, "etc/sysupdate.kiln-host.d"].flatMap((folder) =>
      ["vacuum", "update"].map((word) => `--definitions=${host.root}/${folder} ${word} https_proxy=\n`),
    );
    expect(await host.read("sysupdate")).toBe(calls.join(""));
    expect([await host.version("trial"), await host.version("linked")]).toEqual(["1.0.0-2", "1.0.0-2"]);
    expect((await host.run()).ran).toEqual(["1.0.0-2 run"]);
    expect((await host.run()).ran).toEqual(["1.0.0-2 run"]);
    expect(await host.version("good")).toBe("1.0.0-2");
  });

  test("is replaced also if none is on the host", async () => {
    await offer("1.0.0");
    expect(await host.run()).toEqual({ status: 1, ran: ["1.0.0 self-test"] });
    expect(await host.run()).toEqual({ status: 0, ran: ["1.0.0 run"] });
  });

  test("is replaced through the proxy of the settings", async () => {
    await host.write("etc/sysext-kiln/host.conf", "PROXY=http://proxy.example:3128\n");
    await offer("1.0.0");
    await host.run();
    expect(await host.read("sysupdate")).toContain("update https_proxy=http://proxy.example:3128\n");
  });

  test("is not replaced by a refused image, and stays in place if nothing is newer", async () => {
    await host.addImage("1.0.0", "crashes");
    await host.link("1.0.0");
    await host.write(`${programs}/refused`, `${imageOf("2.0.0")}\n`);
    await offer("2.0.0");
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    expect([await host.version("trial"), await host.version("linked")]).toEqual([undefined, "1.0.0"]);
  });
});

describe("a program that completes its runs, and never updates itself,", () => {
  beforeEach(async () => {
    await host.addImage("1.0.0", "completes");
    await host.link("1.0.0");
    await host.run();
  });

  test("is replaced by the daily recovery, which starts the timer that it may have stopped", async () => {
    await offer("1.0.1");
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    expect(await host.read("sysupdate")).toBe("");
    expect(await host.run("recover")).toEqual({ status: 0, ran: ["1.0.1 self-test", "1.0.1 run"] });
    expect(await host.version("linked")).toBe("1.0.1");
    expect(await host.read("systemctl")).toBe("start --no-block kiln-host.timer\n");
    expect(await host.run("recover")).toEqual({ status: 0, ran: ["1.0.1 self-test", "1.0.1 run"] });
    expect(await host.version("good")).toBe("1.0.1");
    expect(await host.run("recover")).toEqual({ status: 0, ran: ["1.0.1 run"] });
  });

  test.each(["removed its transfer", "changed its transfer"])(
    "is replaced also if it has %s",
    async (what) => {
      await offer("1.0.1", recovery);
      if (what.startsWith("changed"))
        await host.write("etc/sysupdate.kiln-host.d/kiln-host.conf", "damage\n");
      expect((await host.run("recover")).ran).toEqual(["1.0.1 self-test", "1.0.1 run"]);
    },
  );

  test("is not replaced by one that fails its self-test, but by the newest one before it", async () => {
    await host.addImage("1.0.1", "completes");
    await host.addImage("1.0.2", { script: "exit 1" });
    expect((await host.run("recover")).ran).toEqual(["1.0.2 self-test", "1.0.1 self-test", "1.0.1 run"]);
    expect([await host.version("trial"), await host.version("linked")]).toEqual(["1.0.1", "1.0.1"]);
  });

  test("is not replaced by an older one, nor while an operator holds it", async () => {
    await host.addImage("0.9.0", "completes");
    expect((await host.run("recover")).ran).toEqual(["1.0.0 run"]);
    await offer("1.0.1");
    await host.write("etc/sysext-kiln/kiln-host/held", "");
    await rm(join(host.root, "sysupdate"));
    expect((await host.run("recover")).ran).toEqual(["1.0.0 run"]);
    expect(await host.read("sysupdate")).toBe("");
  });
});

test("a run and a recovery follow one another", async () => {
  const script = `echo begin >>"$KILN_HOST_ROOT/order"; sleep 1; echo end >>"$KILN_HOST_ROOT/order"`;
  await host.addImage("1.0.0", { script });
  await host.link("1.0.0");
  await Promise.all([host.start(), host.start()]);
  expect(await host.read("order")).toBe("begin\nend\n".repeat(2));
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
      await tryNewProgram(host, "completes");
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
