import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { extensions as ownExtensions } from "./paths.ts";
import { namesIn, openTestRepository, type TestRepository } from "./test-repository.ts";

let repository: TestRepository;
beforeEach(async () => {
  repository = await openTestRepository();
});
afterEach(() => repository[Symbol.asyncDispose]());

const settings = (text: string) => writeFile(join(repository.folder, "kiln.yaml"), text);

describe("what kiln.yaml says", { timeout: 120_000 }, () => {
  test("about the number of retained versions applies to each extension", async () => {
    await settings("retain: 1\n");
    for (const version of ["1.0.0-1", "1.1.0-1"]) {
      await repository.offer(version);
      expect(await repository.kiln("release", "--to", "public")).toMatchObject({ status: 0 });
    }
    const manifest = join(repository.public, "releases/latest/download/SHA256SUMS");
    const offered = namesIn(await readFile(manifest, "utf8"));
    expect(offered).toEqual(["hello-1.1.0-arm64.raw", "hello-1.1.0-x86-64.raw"]);
  });

  test("about the URL of the releases is what hosts are configured with", async () => {
    const missing = await repository.kiln("host-config", "hello", "--to", "public");
    expect(missing.stderr).toMatch(/usage.*--base-url, or "baseUrl" in kiln\.yaml\n +found: +neither/s);
    await settings("baseUrl: https://example.org/x\n");
    await repository.addKilnHost();
    await repository.offer("1.0.0-1");
    expect(await repository.kiln("release", "--to", "public")).toMatchObject({ status: 0 });
    const { stdout } = await repository.kiln("host-config", "hello", "--to", "public");
    expect(stdout).toContain("https://example.org/x/releases/download/hello-v1.0.0/hello-1.0.0-x86-64.raw");
  });

  test("about included extensions is known to every command, but none changes their definitions", async () => {
    await settings("include: [etcd]\n");
    const path = join(ownExtensions, "etcd/extension.yaml");
    const before = await readFile(path, "utf8");
    const { stderr, status } = await repository.kiln("pause", "etcd", "3.5.30", "it is slow");
    expect(stderr).toMatch(/usage.*one that kiln\.yaml includes\n +next: +copy .*extensions\/etcd into/s);
    expect(status).toBe(2);
    expect(await readFile(path, "utf8")).toBe(before);
    expect((await repository.kiln("plan", "unknown")).stderr).toMatch(
      /one of the extensions etcd, hello, kiln-host/,
    );
  });
});
