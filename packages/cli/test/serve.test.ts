import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startProcess } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serveDirectory, type KilnServer } from "./serve.ts";
import { main } from "./paths.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-serve-"));
  await mkdir(join(folder, "releases/download/updates-7"), { recursive: true });
  await mkdir(join(folder, "releases/latest"));
  await symlink("../download/updates-7", join(folder, "releases/latest/download"));
  await writeFile(join(folder, "releases/download/updates-7/SHA256SUMS"), "the manifest\n");
  await mkdir(join(folder, ".drafts/updates-8"), { recursive: true });
  await writeFile(join(folder, ".drafts/updates-8/SHA256SUMS"), "a draft\n");
});
afterEach(() => rm(folder, { recursive: true }));

/** The redirect that one request is answered with. */
async function redirect(url: string): Promise<{ status: number; location: URL }> {
  const { status, headers } = await fetch(url, { redirect: "manual" });
  return { status, location: new URL(headers.get("location") ?? "none:", url) };
}

/** The line about where `kiln serve` listens; undefined if it ends without it. */
async function listeningLine(host: string): Promise<string | undefined> {
  const args = [main, "serve", folder, "--port", "0", "--host", host];
  const child = startProcess(process.execPath, args, { reject: false, buffer: false });
  try {
    for await (const line of createInterface(child.stdout)) if (line.startsWith("Listening")) return line;
    return undefined;
  } finally {
    child.kill();
    await child;
  }
}

async function statuses(served: KilnServer, paths: readonly string[]): Promise<number[]> {
  return Promise.all(paths.map(async (path) => (await fetch(`${served.baseUrl}${path}`)).status));
}

test("a directory is served without drafts", async () => {
  await using served = await serveDirectory(folder);
  const manifest = await fetch(`${served.baseUrl}/releases/latest/download/SHA256SUMS`);
  expect([manifest.redirected, await manifest.text()]).toEqual([false, "the manifest\n"]);
  const hidden = ["/.drafts/updates-8/SHA256SUMS", "/%2edrafts/updates-8/SHA256SUMS", "/releases/nothing"];
  expect(await statuses(served, hidden)).toEqual([404, 404, 404]);
});

describe("the output says where it listens", () => {
  test.each(["0.0.0.0", "0", "::ffff:0.0.0.0"])("with --host %s on every interface", async (host) => {
    expect(await listeningLine(host)).toBe("Listening on every interface of this machine");
  });

  test.each([["127.0.0.1"], ["127.1"]])("with --host %s only on the loopback", async (host) => {
    expect(await listeningLine(host)).toMatch(/^Listening on 127\.0\.0\.1 only; /);
  });

  test("an empty host, which would mean every interface, is refused", async () => {
    expect(await listeningLine("")).toBeUndefined();
  });
});

describe("served as GitHub does", () => {
  test("the latest release redirects to its tag, and that to another origin with a query string", async () => {
    await using served = await serveDirectory(folder, "example/extensions");
    const latest = await redirect(`${served.baseUrl}/releases/latest/download/SHA256SUMS`);
    expect(latest.status).toBe(302);
    expect(latest.location.pathname).toBe("/example/extensions/releases/download/updates-7/SHA256SUMS");
    const tag = await redirect(latest.location.href);
    expect(tag.status).toBe(302);
    expect(tag.location.origin).not.toBe(latest.location.origin);
    expect(tag.location.pathname).not.toContain("SHA256SUMS");
    expect(await (await fetch(tag.location)).text()).toBe("the manifest\n");
    tag.location.search = "?sp=r&sig=somebody";
    expect((await fetch(tag.location)).status).toBe(403);
  });

  test("nothing outside the repository and its releases is served", async () => {
    await using served = await serveDirectory(folder, "example/extensions");
    const paths = [
      "/releases/download/updates-7/nothing",
      "/releases/download/updates-8/SHA256SUMS",
      "/releases/download/..%2f..%2f.drafts/updates-8/SHA256SUMS",
      "/releases/download/updates-7/",
      "/../other/releases/latest/download/SHA256SUMS",
      "//",
    ];
    expect(new Set(await statuses(served, paths))).toEqual(new Set([404]));
  });

  test("the repository must have an owner and a name", async () => {
    await expect(serveDirectory(folder, "extensions")).rejects.toThrow("ended before it served");
  });
});
