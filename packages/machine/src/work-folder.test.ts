import { once } from "node:events";
import { chmod, mkdir, mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { withWorkFolder } from "./work-folder.ts";

const module = new URL("work-folder.ts", import.meta.url).href;

/** A process that makes a work folder, prints its path, and waits, or does something else. */
function startWorker(
  parent: string,
  andThen = "await new Promise((resolve) => setTimeout(resolve, 60_000))",
  first = "",
) {
  const script = `
    const { withWorkFolder } = await import(${JSON.stringify(module)});
    ${first}
    await withWorkFolder({ parent: ${JSON.stringify(parent)}, prefix: ".work-" }, async (folder) => {
      process.stdout.write(folder);
      ${andThen};
    });`;
  return execa(process.execPath, ["--input-type=module", "--eval", script], { reject: false });
}

test("a work folder is removed when its work has finished or failed", async () => {
  await using parent = await mkdtempDisposable(join(tmpdir(), "kiln-work-"));
  expect(await withWorkFolder({ parent: parent.path }, async () => readdir(parent.path))).toHaveLength(1);
  await expect(
    withWorkFolder({ parent: parent.path }, () => Promise.reject(new Error("no"))),
  ).rejects.toThrow("no");
  expect(await readdir(parent.path)).toEqual([]);
});

test("a process that is interrupted removes its work folder", async () => {
  await using parent = await mkdtempDisposable(join(tmpdir(), "kiln-work-"));
  const worker = startWorker(parent.path);
  await once(worker.stdout, "data");
  worker.kill("SIGINT");
  expect(await worker).toMatchObject({ signal: "SIGINT" });
  expect(await readdir(parent.path)).toEqual([]);
});

test("a process that exits in the middle removes its work folder", async () => {
  await using parent = await mkdtempDisposable(join(tmpdir(), "kiln-work-"));
  expect(await startWorker(parent.path, "process.exit(3)")).toMatchObject({ exitCode: 3 });
  expect(await readdir(parent.path)).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)(
  "a folder that a killed process of another user left behind does no harm",
  async () => {
    await using parent = await mkdtempDisposable(join(tmpdir(), "kiln-work-"));
    await chmod(parent.path, 0o1777);
    const orphan = join(parent.path, ".work-999999999-abcdef");
    await mkdir(join(orphan, "disk"), { recursive: true });
    // Changes its user after loading the module, which may be readable for root only.
    const worker = startWorker(parent.path, "process.exit(3)", "process.seteuid(65534);");
    expect(await worker).toMatchObject({ exitCode: 3 });
    expect(await readdir(parent.path)).toEqual([basename(orphan)]);
  },
);

test("the next process removes what a killed one left behind, and nothing else", async () => {
  await using parent = await mkdtempDisposable(join(tmpdir(), "kiln-work-"));
  await mkdir(join(parent.path, "2019-photos"));
  await mkdir(join(parent.path, `.work-${process.pid}-abcdef`));
  const worker = startWorker(parent.path);
  await once(worker.stdout, "data");
  worker.kill("SIGKILL");
  await worker;
  expect(await readdir(parent.path)).toHaveLength(3);
  await withWorkFolder({ parent: parent.path, prefix: ".work-" }, () => Promise.resolve());
  expect((await readdir(parent.path)).toSorted()).toEqual([`.work-${process.pid}-abcdef`, "2019-photos"]);
});
