import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildRecordSchema, formatBuildRecord } from "@sysext-kiln/builder";
import { openRegistry, pushContainer } from "@sysext-kiln/container";
import { digestOf, run, tryRun } from "@sysext-kiln/machine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startRegistry, type TestRegistry } from "./registry.ts";
import { main } from "./paths.ts";

const built = z.object({ digest: z.string(), tag: z.string(), version: z.string() });
const pushed = z.object({ moved: z.array(z.string()), digest: z.string(), wasThere: z.boolean() });

let folder: string;
let registry: TestRegistry;
let first: z.infer<typeof built>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-container-"));
  registry = await startRegistry();
  await run(process.execPath, [main, "build", "keepalived", "--output", join(folder, "images")]);
  first = await build("images", "first");
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test("the container has the same bytes when it is built again", async () => {
  const again = await build("images", "again");
  expect(again).toEqual({ ...first, path: join(folder, "again") });
  const names = await readdir(join(folder, "first"), { recursive: true, withFileTypes: true });
  for (const entry of names.filter((name) => name.isFile())) {
    const path = join(entry.parentPath, entry.name);
    expect(await digestOf(path.replace("/first/", "/again/"))).toBe(await digestOf(path));
  }
});

test("kiln container push adds the container's own tag, its version and latest, and never moves the first", async () => {
  const { tag, digest, version } = first;
  const repository = `${registry.host}/one/keepalived`;
  expect(await push("first", repository)).toMatchObject({
    moved: [version, "latest"],
    digest,
    wasThere: false,
  });
  expect(await tagsOf(repository)).toEqual([tag, version, "latest"].toSorted());
  for (const name of [tag, version, "latest"]) expect(await digestAt(repository, name)).toBe(digest);
  expect(await push("first", repository)).toMatchObject({ digest, wasThere: true });

  // The same contents with the label of another commit.
  const relabelled = await build("images", "relabelled", "--revision", "2".repeat(40));
  expect(relabelled).toMatchObject({ tag, digest: expect.not.stringMatching(digest) });
  expect(await push("relabelled", repository)).toMatchObject({ digest, wasThere: true });
  for (const name of [tag, version, "latest"]) expect(await digestAt(repository, name)).toBe(digest);
});

test("kiln container push keeps latest at the newest version", async () => {
  const repository = `${registry.host}/two/keepalived`;
  await imagesAs("9.9.9", "newer");
  await imagesAs("1.1.1", "older");
  const newer = await build("newer", "newer-layout");
  await push("newer-layout", repository);
  await build("older", "older-layout");
  expect(await push("older-layout", repository)).toMatchObject({ moved: ["1.1.1"] });
  expect(await digestAt(repository, "latest")).toBe(newer.digest);
});

test.each([
  [
    "was built from a folder",
    "one that was built from a folder (kiln build --source)",
    async (path: string) => {
      const record = buildRecordSchema.parse(JSON.parse(await readFile(path, "utf8")));
      await writeFile(path, formatBuildRecord({ ...record, upstream: "folder" }));
    },
  ],
  [
    "has no build record",
    "one whose image had no build record, or the record of another image",
    (path: string) => rm(path),
  ],
])("kiln container push refuses a keepalived that %s", async (why, found, change) => {
  const images = `that ${why}`;
  await imagesAs("3.3.3", images);
  for (const name of await readdir(join(folder, images)))
    if (name.endsWith(".build.json")) await change(join(folder, images, name));
  await build(images, `layout ${why}`);
  const repository = `${registry.host}/four/keepalived`;
  const outcome = await kiln("container", "push", join(folder, `layout ${why}`), repository);
  expect(outcome.status).not.toBe(0);
  expect(outcome.stderr).toContain(`found: ${found}`);
  expect(await digestAt(repository, "3.3.3")).toBeNull();
});

test("a push that is killed before it has tagged latest has not tagged the version either", async () => {
  const repository = `${registry.host}/three/keepalived`;
  const whole = await openRegistry(repository, () => undefined);
  let retagged = 0;
  const dying = {
    ...whole,
    async retag(from: string, to: string) {
      if (retagged++ > 0) throw new Error("killed");
      await whole.retag(from, to);
    },
  };
  await expect(pushContainer(join(folder, "first"), dying, () => undefined)).rejects.toThrow("killed");
  expect(await tagsOf(repository)).not.toContain(first.version);
  expect(await push("first", repository)).toMatchObject({ wasThere: true });
  expect(await tagsOf(repository)).toEqual([first.tag, first.version, "latest"].toSorted());
});

test("kiln container refuses an output folder with other files, and a repository with a tag", async () => {
  const other = await kiln("container", "build", "--images", join(folder, "images"), "--output", folder);
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("to be a new folder, or one with a container in it");
  const tagged = await kiln("container", "push", join(folder, "first"), "ghcr.io/Owner/keepalived:1");
  expect(tagged.stderr).toContain("a repository such as ghcr.io/owner/keepalived, without a tag");
});

async function build(images: string, layout: string, ...labels: string[]) {
  const paths = ["--images", join(folder, images), "--output", join(folder, layout), ...labels];
  const json: unknown = JSON.parse(
    await run(process.execPath, [main, "container", "build", "--json", ...paths]),
  );
  return built.loose().parse(json);
}

async function push(layout: string, repository: string) {
  const args = ["container", "push", "--json", join(folder, layout), repository];
  const json: unknown = JSON.parse(await run(process.execPath, [main, ...args]));
  return pushed.parse(json);
}

function kiln(...args: string[]) {
  return tryRun(process.execPath, [main, ...args]);
}

/** The same images, named as another version. */
async function imagesAs(version: string, to: string): Promise<void> {
  await mkdir(join(folder, to));
  for (const name of await readdir(join(folder, "images"))) {
    await copyFile(join(folder, "images", name), join(folder, to, name.replace(/\d+\.\d+\.\d+/, version)));
  }
}

async function tagsOf(repository: string): Promise<string[]> {
  const [host, ...name] = repository.split("/");
  const json: unknown = await (await fetch(`http://${host}/v2/${name.join("/")}/tags/list`)).json();
  return z
    .object({ tags: z.array(z.string()) })
    .parse(json)
    .tags.toSorted();
}

async function digestAt(repository: string, tag: string): Promise<string | null> {
  const [host, ...name] = repository.split("/");
  const headers = { accept: "application/vnd.oci.image.index.v1+json" };
  const response = await fetch(`http://${host}/v2/${name.join("/")}/manifests/${tag}`, { headers });
  return response.headers.get("docker-content-digest");
}
