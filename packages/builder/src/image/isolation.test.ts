import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import { expect, test } from "vitest";
import { isolated, type Rights } from "./isolation.ts";

const user: Rights = {
  uid: 1001,
  gid: 118,
  mayMapUsers: () => Promise.resolve(true),
  rootPrefix: () => Promise.resolve(["sudo", "-n"]),
};
/** As on Ubuntu 24.04, where AppArmor refuses it. */
const restricted = { ...user, mayMapUsers: () => Promise.resolve(false) };

test("a user who may be root in a namespace needs no other right", async () => {
  const line = await isolated("/root", user);
  expect(line[0]).toBe("env");
  expect(line).toContain("--map-root-user");
});

test("a user who may not lets root make it, and stays who he is in it", async () => {
  const line = await isolated("/root", restricted);
  expect(line.slice(0, 3)).toEqual(["sudo", "-n", "env"]);
  expect(line).not.toContain("--map-root-user");
  expect(line).toEqual(expect.arrayContaining(["--setuid=1001", "--setgid=118", "--root=/root"]));
});

test("a user without any way is told what to do", async () => {
  const alone = { ...restricted, rootPrefix: () => Promise.resolve(undefined) };
  await expect(isolated("/root", alone)).rejects.toMatchObject({
    code: "smoke-failed",
    message: expect.stringContaining("kernel that gives this user none"),
  });
});

// What sudo would start, for real: only root can.
test.runIf(process.getuid?.() === 0)("a program that root starts has lost root's rights", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kiln-isolation-"));
  try {
    const [program = "", ...args] = await isolated("/", {
      ...restricted,
      rootPrefix: () => Promise.resolve([]),
    });
    const script = `id -u; id -G; echo "left: $HOME"; touch ${folder}/x 2>/dev/null || echo refused`;
    const { stdout } = await tryRun(program, [...args, "sh", "-c", script]);
    expect(stdout.trim().split("\n")).toEqual(["1001", "118", "left: ", "refused"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
