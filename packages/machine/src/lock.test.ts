import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withLock } from "./lock.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-lock-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Another process that holds a lock until it is ended. */
async function startHolder(path: string) {
  const module = new URL("lock.ts", import.meta.url).href;
  const script = `const { withLock } = await import(${JSON.stringify(module)});
    await withLock(${JSON.stringify(path)}, () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });`;
  const holder = execa(process.execPath, ["--input-type=module", "-e", script], {
    reject: false,
    buffer: false,
  });
  await once(holder.stdout, "data");
  // In an object, because returning the promise itself would wait for it.
  return { holder };
}

test("a second user of a lock waits for the first", async () => {
  const order: string[] = [];
  const path = join(folder, "order");
  await Promise.all(
    ["a", "b", "c"].map((name) =>
      withLock(path, async () => {
        order.push(`${name} in`);
        await new Promise(setImmediate);
        order.push(`${name} out`);
      }),
    ),
  );
  const first = order.filter((_, index) => index % 2 === 0).map((entry) => entry.charAt(0));
  expect(order).toEqual(first.flatMap((name) => [`${name} in`, `${name} out`]));
});

test("without waiting, a taken lock is an error; a killed holder releases it", async () => {
  const path = join(folder, "killed");
  const { holder } = await startHolder(path);
  const refused = withLock(path, async () => "in", { wait: false, what: "the folder public" });
  await expect(refused).rejects.toMatchObject({
    code: "busy",
    expected: expect.stringContaining("public"),
  });
  holder.kill("SIGKILL");
  await holder;
  expect(await withLock(path, async () => "in")).toBe("in");
});

test("something other than a file is not a lock, and not waited for", async () => {
  await symlink("nowhere", join(folder, "link"));
  execFileSync("mkfifo", [join(folder, "fifo")]);
  for (const name of ["link", "fifo"])
    await expect(withLock(join(folder, name), async () => "in")).rejects.toMatchObject({
      code: "file-inaccessible",
    });
});

test("a lock is released when the function fails", async () => {
  const path = join(folder, "failing");
  await expect(withLock(path, () => Promise.reject(new Error("oh")))).rejects.toThrow("oh");
  expect(await withLock(path, async () => "in", { wait: false })).toBe("in");
});
