import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOrder, definitionSchema, type Extension } from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-store";
import { filesData } from "@sysext-kiln/testbed";
import {
  chooseUpstream,
  firstUpstream,
  type DebianArchive,
  openUpstream,
  watchExtension,
} from "@sysext-kiln/version-watcher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { releaseOf } from "./release.ts";

let folder: string;
let releases: Release[];
/** The packages that Debian's archive was asked for, with their architecture. */
let asked: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-files-"));
  await mkdir(join(folder, "files/usr/share"), { recursive: true });
  await writeFile(join(folder, "files/usr/share/greeting"), "hello\n");
  releases = [];
  asked = [];
});
afterEach(() => rm(folder, { recursive: true }));

/** An archive without any package. */
const archive: DebianArchive = {
  say: () => undefined,
  warn: () => undefined,
  sources: () => Promise.resolve([]),
  binaries: (_, name, architecture) => {
    asked.push(`${name} ${architecture}`);
    return Promise.resolve([]);
  },
};

function extension(changes: object = {}): Extension {
  return { folder, definition: definitionSchema.parse({ ...filesData(), ...changes }) };
}

function github(): never {
  throw new Error("GitHub was asked");
}

function watch(of = extension(), version?: string): Promise<BuildOrder[]> {
  const upstream = openUpstream(firstUpstream(of.definition), of, {
    ...{ say: () => undefined, archive, github, go: github },
  });
  return watchExtension(of, { upstream, archive, releases, version });
}

/** Publishes the orders as one release, and gives its tag. */
function publish(orders: readonly BuildOrder[]): string {
  const release = releaseOf(orders);
  releases.push(release);
  return release.tag;
}

describe("an extension of files", () => {
  test("has the version in its definition, without inputs, for both architectures", async () => {
    expect(await watch()).toMatchObject([
      { architecture: "x86-64", version: { upstream: "1.0.0", revision: 1 }, upstream: "files", inputs: [] },
      { architecture: "arm64", version: { upstream: "1.0.0", revision: 1 }, upstream: "files", inputs: [] },
    ]);
  });

  test("is up to date once it is published, until its files change", async () => {
    publish(await watch());
    expect(await watch()).toEqual([]);
    await writeFile(join(folder, "files/usr/share/greeting"), "good day\n");
    expect(publish(await watch())).toBe("hello-v1.0.0-2");
    expect(await watch()).toEqual([]);
  });

  test("follows the version in its definition, but never back", async () => {
    publish(await watch(extension({ upstreams: { files: { version: "1.1.0" } } })));
    expect(await watch()).toEqual([]);
    expect(publish(await watch(extension({ upstreams: { files: { version: "2.0.0" } } })))).toBe(
      "hello-v2.0.0",
    );
  });

  test("has no other version", async () => {
    await expect(watch(extension(), "1.2.0")).rejects.toMatchObject({
      code: "unknown-version",
      expected: "a version of hello that upstream files offers: 1.0.0",
    });
  });

  test("asks Debian for what stands in for the host once, for each machine that may run its scripts", async () => {
    const withShell = extension({ hostLibraries: { suite: "trixie", packages: ["dash"] } });
    publish(await watch());
    await expect(watch(withShell)).resolves.toEqual([]);
    expect(asked).toEqual([]);
    releases = [];
    await expect(watch(withShell)).rejects.toMatchObject({ code: "archive-invalid" });
    expect(new Set(asked)).toEqual(new Set(["dash x86-64", "dash arm64"]));
  });

  test("is built whichever upstream is chosen for the others", () => {
    const { definition } = extension();
    for (const from of ["debian", "github"] as const)
      for (const otherwise of ["fail", "skip", "first"] as const)
        expect(chooseUpstream(definition, { from, otherwise }, () => undefined)).toBe("files");
  });
});
