import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageOf, openFakeHost, tryNewProgram, type FakeHost } from "./fake-host.ts";

const bootstrap = fileURLToPath(new URL("../src/frozen/bootstrap.sh", import.meta.url));
const programs = "var/lib/sysext-kiln/program";

let host: FakeHost;
beforeEach(async () => {
  host = await openFakeHost();
});
afterEach(() => host[Symbol.asyncDispose]());

describe("the bootstrap takes the program", () => {
  test("from the linked image at the first run, and from its copy at later ones", async () => {
    await host.addImage("1.0.0", "completes");
    await host.link("1.0.0");
    expect(await host.run()).toEqual({ status: 0, ran: ["1.0.0 run"] });
    expect(await host.version("good")).toBe("1.0.0");
    await rm(join(host.root, "opt"), { recursive: true });
    expect(await host.run()).toEqual({ status: 0, ran: ["1.0.0 run"] });
  });

  test.each([
    ["a changed file", `${imageOf("1.0.0")}/kiln-host`, "echo damaged\n"],
    ["an empty file", `${imageOf("1.0.0")}/kiln-host`, ""],
    ["empty checksums", `${imageOf("1.0.0")}/SHA256SUMS`, ""],
    ["checksums of other files", `${imageOf("1.0.0")}/SHA256SUMS`, `${"0".repeat(64)}  other\n`],
  ])("from the image again if the copy has %s", async (_, path, text) => {
    await host.addImage("1.0.0", "completes");
    await host.link("1.0.0");
    await host.run();
    await host.write(`${programs}/${path}`, text);
    expect(await host.run()).toEqual({ status: 0, ran: ["1.0.0 run"] });
    expect(await host.version("good")).toBe("1.0.0");
  });

  test("from the newest other image if the linked one is damaged or missing", async () => {
    await host.addImage("1.9.0", "completes");
    await host.addImage("1.10.0", "completes");
    await host.addImage("1.10.0-2", "completes");
    await host.addImage("1.11.0", "completes");
    await host.write(`${programs}/refused`, `${imageOf("1.11.0")}\n`);
    await host.write(`opt/extensions/kiln-host/${imageOf("1.12.0")}`, "");
    await host.link("1.12.0");
    expect((await host.run()).ran).toEqual(["1.10.0-2 run"]);
    await rm(join(host.root, programs, "good"));
    await rm(join(host.root, "etc/extensions/kiln-host.raw"));
    expect((await host.run()).ran).toEqual(["1.10.0-2 run"]);
  });

  test("from a refused image if there is no other", async () => {
    await host.addImage("1.0.0", "completes");
    await host.link("1.0.0");
    await host.write(`${programs}/refused`, `${imageOf("1.0.0")}\n`);
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
  });

  test("from /usr if there is no loop device", async () => {
    await host.addImage("1.0.0", "completes");
    await host.link("1.0.0");
    const text = await host.read(`opt/extensions/kiln-host/${imageOf("1.0.0")}`);
    await host.write("usr/lib/sysext-kiln/kiln-host/kiln-host", text);
    await host.write("no-loop-device", "");
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
  });

  test("into /run if nothing can be written to /var", async () => {
    await host.addImage("1.0.0", "completes");
    await host.link("1.0.0");
    await host.write("var/lib/sysext-kiln", "not a folder");
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
  });
});

describe("a new program", () => {
  test("becomes the good one after two completed runs", async () => {
    await tryNewProgram(host, "completes");
    expect(await host.run()).toEqual({ status: 0, ran: ["2.0.0 run"] });
    expect(await host.version("good")).toBe("1.0.0");
    expect(await host.run()).toEqual({ status: 0, ran: ["2.0.0 run"] });
    expect([await host.version("good"), await host.version("trial")]).toEqual(["2.0.0", undefined]);
    expect((await host.run()).ran).toEqual(["2.0.0 run"]);
  });

  test.each(["crashes", "is invalid"] as const)(
    "that %s is refused after two attempts, each of which is followed by the good one",
    async (behavior) => {
      await tryNewProgram(host, behavior);
      expect((await host.run()).ran).toEqual(["2.0.0 run", "1.0.0 run"]);
      expect(await host.version("trial")).toBe("2.0.0");
      expect(await host.run()).toEqual({ status: 0, ran: ["2.0.0 run", "1.0.0 run"] });
      expect(await host.version("trial")).toBeUndefined();
      expect(await host.read(`${programs}/refused`)).toBe(`${imageOf("2.0.0")}\n`);
      expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    },
  );

  test("that hangs is ended after RUN_SECONDS", async () => {
    await tryNewProgram(host, { script: "exec sleep 60" });
    await host.write("etc/sysext-kiln/host.conf", "RUN_SECONDS=1\n");
    expect((await host.run()).ran).toEqual(["2.0.0 run", "1.0.0 run"]);
  });

  test("has its attempt recorded before it starts", async () => {
    await tryNewProgram(host, {
      script: `cp "$KILN_HOST_ROOT/${programs}/attempts" "$KILN_HOST_ROOT/before"`,
    });
    await host.run();
    expect(await host.read("before")).toBe(`started ${imageOf("2.0.0")}\n`);
  });

  test("is not blamed for the attempts of the one before it", async () => {
    await tryNewProgram(host, "crashes");
    await host.run();
    await host.addImage("3.0.0", "completes");
    await host.startTrial("3.0.0");
    expect((await host.run()).ran).toEqual(["3.0.0 run"]);
    await host.run();
    expect(await host.version("good")).toBe("3.0.0");
  });

  test("is not started while its attempt cannot be recorded", async () => {
    await tryNewProgram(host, "completes");
    await mkdir(join(host.root, programs, "attempts"));
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    expect(await host.version("trial")).toBe("2.0.0");
  });

  test("is not started if it was refused", async () => {
    await tryNewProgram(host, "completes");
    await host.write(`${programs}/refused`, `${imageOf("2.0.0")}\n`);
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
    expect(await host.version("trial")).toBeUndefined();
  });

  test("is copied again if its copy is damaged, and left alone if that is impossible", async () => {
    await tryNewProgram(host, "completes");
    await host.write(`${programs}/${imageOf("2.0.0")}/kiln-host`, "");
    expect((await host.run()).ran).toEqual(["2.0.0 run"]);
    await host.write(`${programs}/${imageOf("2.0.0")}/kiln-host`, "");
    await rm(join(host.root, "opt/extensions/kiln-host", imageOf("2.0.0")));
    expect((await host.run()).ran).toEqual(["1.0.0 run"]);
  });

  test("runs at once if it appears during a run", async () => {
    await host.addImage("2.0.0", "completes");
    const appear = `ln -s ${imageOf("2.0.0")} "$KILN_HOST_ROOT/${programs}/trial"
      echo >"$KILN_HOST_ROOT/run/sysext-kiln/completed"`;
    await host.addImage("1.0.0", { script: appear });
    await host.link("1.0.0");
    expect(await host.run()).toEqual({ status: 0, ran: ["1.0.0 run", "2.0.0 run"] });
  });

  test("is not blamed if systemd stops its run", async () => {
    await tryNewProgram(host, { script: `echo >"$KILN_HOST_ROOT/running"; exec sleep 60` });
    for (const attempt of [1, 2, 3]) {
      await rm(join(host.root, "running"), { force: true });
      const bootstrapProcess = host.start();
      await expect.poll(() => host.read("running"), { timeout: 10_000 }).not.toBe("");
      const pid = bootstrapProcess.pid ?? 0;
      // As systemd does, to every process of the unit; timeout passes it on to the program.
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
      for (const one of [pid, ...children.trim().split(" ").map(Number)]) process.kill(one, "SIGTERM");
      expect({ attempt, status: (await bootstrapProcess).exitCode }).toEqual({ attempt, status: 143 });
    }
    expect(await host.read(`${programs}/refused`)).toBe("");
    expect(await host.version("trial")).toBe("2.0.0");
  });
});

describe("at boot, the bootstrap", () => {
  test("runs the good program, also during a trial, and never fails", async () => {
    await tryNewProgram(host, "completes");
    expect(await host.run("boot")).toEqual({ status: 0, ran: ["1.0.0 boot"] });
    await host.write(`${programs}/${imageOf("1.0.0")}/kiln-host`, "");
    await host.addImage("1.0.0", "crashes");
    expect(await host.run("boot")).toEqual({ status: 0, ran: ["1.0.0 boot"] });
    expect(await host.read(`${programs}/attempts`)).toBe("");
  });

  test.each([
    ["254", "daemon-reload\n"],
    ["255", ""],
    ["262~rc1", ""],
  ])("reloads systemd %s only if a merge does not", async (version, calls) => {
    await host.write("systemd-version", version);
    await host.run("boot");
    expect(await host.read("systemctl")).toBe(calls);
  });
});

describe("the bootstrap as a file", () => {
  test("is short, and shellcheck has no findings in it", async () => {
    const lines = (await readFile(bootstrap, "utf8")).split("\n");
    expect(lines.filter((line) => !/^\s*(#|$)/.test(line)).length).toBeLessThanOrEqual(130);
    const { shellcheck } = await ensureTestPrograms("shellcheck");
    const { stdout, status } = await tryRun(shellcheck, ["--norc", "--shell=sh", bootstrap]);
    expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
  });
});
