import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { settledHost, type HostFolder, statusOf, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const [before, old, next] = ["3.5.9", "3.5.10", "3.5.11"] as const;

/** A host that runs `old` and follows an index with it; `before` and `next` are published. */
async function followingHost(settings = ""): Promise<HostFolder> {
  const host = await settledHost(old);
  await host.write("etc/sysext-kiln/host.conf", settings);
  for (const version of [before, old, next]) await host.publish(version);
  await host.offer({ number: 5, images: { [old]: {} } });
  expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
  await host.write("world/calls", "");
  return host;
}

test("an image that the index lists is downloaded by its digest from its release, merged and judged", async () => {
  await using host = await followingHost();
  await host.offer({ number: 6, images: { [old]: {}, [next]: {} } });
  expect(await host.run()).toMatchObject({ status: 0 });
  expect(await host.versions()).toEqual({ linked: next, merged: next, runs: next });
  expect(await host.read("world/calls")).toBe(`pull ${imageOf(next)}\nrefresh\n`);
  expect(await host.read("world/urls")).toBe(
    `https://example.org/releases/download/etcd-v${next}/${imageOf(next)}\n`,
  );
});

test("a host whose repository has no index yet follows the manifest, and from then on only the index", async () => {
  await using host = await settledHost(old);
  await host.publish(next);
  await host.run();
  expect(await host.versions()).toMatchObject({ runs: next });
  await host.publish("3.5.12");
  await host.offer({ number: 1, images: { [next]: {} } });
  await host.run();
  expect(await host.versions()).toMatchObject({ runs: next });
});

test("an image is never taken whose bytes differ from the index, also if it is on disk already", async () => {
  await using host = await followingHost();
  await host.offer({ number: 6, images: { [old]: {}, [next]: { sha256: "0".repeat(64) } } });
  expect(await host.run()).toMatchObject({ stdout: expect.stringContaining("DOWNLOAD INVALID") });
  await host.place(next);
  await host.offer({ number: 7, images: { [old]: {}, [next]: { sha256: "0".repeat(64) } } });
  expect(await host.run()).toMatchObject({ status: 1, stdout: expect.stringContaining("is removed") });
  expect(await host.versions()).toMatchObject({ runs: old });
  expect(await host.images()).toEqual([imageOf(old)]);
});

test("what a reason says never counts as a line of the index", async () => {
  await using host = await followingHost();
  const words = `${imageOf(next)} ${"e".repeat(64)} 9 other-tag 0 0`;
  await host.offer({
    number: 6,
    images: {
      [before]: { withdrawn: `use image ${words}, not withdrawn ${imageOf(next)} x` },
      [old]: {},
      [next]: {},
    },
  });
  expect(await host.run()).toMatchObject({ status: 0 });
  expect(await host.versions()).toMatchObject({ runs: next });
  expect(await host.read("world/urls")).toContain(`/etcd-v${next}/`);
});

test("an index with a thousand images of an extension is read quickly", async () => {
  await using host = await followingHost();
  const listed = { sha256: "0".repeat(64), size: 9, tag: "none", start: 0, rollout: 0, withdrawn: "old" };
  const older = Array.from({ length: 1000 }, (_, patch) => ({ ...listed, name: imageOf(`3.4.${patch}`) }));
  await host.offer({ number: 6, images: { [old]: {}, [next]: {} }, more: older });
  const begin = performance.now();
  await host.run();
  expect(performance.now() - begin).toBeLessThan(30_000);
  expect(await host.versions()).toMatchObject({ runs: next });
});

test("an image whose name is a path is not in the offers", async () => {
  await using host = await followingHost();
  await host.offer({ number: 6, images: { [old]: {}, [next]: {} } });
  const index = "world/repository/kiln-index/kiln-index-6.txt";
  await host.write(index, (await host.read(index)).replace("etcd-3.5.11-", "etcd-3/../../../3.5.11-"));
  expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
  expect(await host.read("world/calls")).toBe("");
});

test("an image of an extension whose name begins with the same word is not taken", async () => {
  await using host = await followingHost();
  await host.write("world/repository/etcd-tools/etcd-tools-9.9.9-x86-64.raw", "other\n");
  const images = { [old]: { withdrawn: "loses data" }, "9.9.9": { extension: "etcd-tools" } };
  await host.offer({ number: 6, images });
  expect(await host.run()).toMatchObject({ stdout: expect.stringContaining("no other image") });
  expect(await host.images()).toEqual([imageOf(old)]);
});

test("an image on disk that the index does not list is not taken", async () => {
  await using host = await followingHost();
  await host.place("3.5.99");
  await host.run();
  expect(await host.versions()).toMatchObject({ runs: old });
});

describe("an index is refused, and the reason is in the status,", () => {
  async function expectRefusal(host: HostFolder, reason: string): Promise<void> {
    await host.run();
    expect(await host.versions()).toMatchObject({ runs: old });
    expect(await statusOf(host)).toMatchObject({
      fetchFailure: expect.stringContaining(reason),
      indexNumber: "5",
    });
    await host.offer({ number: 8, images: { [next]: {} } });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toMatchObject({ runs: next });
  }
  const images = { [next]: {} };

  test("if it was created earlier", async () => {
    await using host = await followingHost();
    await host.offer({ number: 4, images });
    await expectRefusal(host, "number 4, is older than number 5");
  });

  test("if it was created at the same time, and has other contents", async () => {
    await using host = await followingHost();
    await host.offer({ number: 5, images });
    await expectRefusal(host, "other contents than before");
  });

  test("if it has expired", async () => {
    await using host = await followingHost();
    await host.offer({ number: 6, expires: 1_764_489_600, images });
    await expectRefusal(host, "has expired");
  });

  test("if it is that of another repository", async () => {
    await using host = await followingHost();
    await host.offer({ number: 6, repository: "https://example.org/other", images });
    await expectRefusal(host, "another repository, https://example.org/other instead of https://example.org");
  });

  test("if its format is not known", async () => {
    await using host = await followingHost();
    await rm(join(host.root, "world/repository/kiln-index"), { recursive: true });
    await host.write("world/repository/kiln-index/kiln-index-6.txt", "kiln-index 2\nnumber 6\n");
    await expectRefusal(host, "format");
  });

  test("if its name has another number", async () => {
    await using host = await followingHost();
    const text = await host.read("world/repository/kiln-index/kiln-index-5.txt");
    await rm(join(host.root, "world/repository/kiln-index/kiln-index-5.txt"));
    await host.write("world/repository/kiln-index/kiln-index-6.txt", text);
    await expectRefusal(host, "format");
  });

  test("if it is larger than any index, and it does not fill the disk", async () => {
    await using host = await followingHost();
    await rm(join(host.root, "world/repository/kiln-index"), { recursive: true });
    await host.write("world/repository/kiln-index/kiln-index-6.txt", "x\n".repeat(5_000_000));
    await expectRefusal(host, "the download failed");
    expect(await host.list("run/sysext-kiln/index")).toEqual(["kiln-index-8.txt"]);
  });

  test("if there is none any more, as in the manifest of a permanent release", async () => {
    await using host = await followingHost();
    await rm(join(host.root, "world/repository/kiln-index"), { recursive: true });
    await expectRefusal(host, "offers no index");
  });
});

test("the index of another repository than the settings name is refused from the start", async () => {
  await using host = await settledHost(old);
  await host.write("etc/sysext-kiln/host.conf", "REPOSITORY=https://example.org/mine\n");
  await host.publish(next);
  expect(await host.run()).toMatchObject({ status: 1, stdout: expect.stringContaining("offers no index") });
  await host.offer({ number: 1, images: { [next]: {} } });
  expect(await host.run()).toMatchObject({
    status: 1,
    stdout: expect.stringContaining("another repository"),
  });
  expect(await host.versions()).toMatchObject({ runs: old });
  await host.offer({ number: 1, repository: "https://example.org/mine", images: { [next]: {} } });
  expect(await host.run()).toMatchObject({ status: 0 });
  expect(await host.versions()).toMatchObject({ runs: next });
});

test("nothing counts as expired while the clock may be wrong", async () => {
  await using host = await followingHost();
  await host.write("world/clock-is-wrong", "");
  await host.offer({ number: 6, expires: 1, images: { [next]: {} } });
  expect(await host.run()).toMatchObject({ status: 0 });
  expect(await host.versions()).toMatchObject({ runs: next });
});

test("a damaged index on the host is reported, nothing is taken by it, and the next check replaces it", async () => {
  await using host = await followingHost();
  const [name = ""] = await host.list("var/lib/sysext-kiln/index");
  await appendFile(join(host.root, "var/lib/sysext-kiln/index", name), "x");
  await host.boot();
  await host.place(next);
  expect(await statusOf(host)).toMatchObject({ indexNumber: "0" });
  await host.offer({ number: 6, images: { [next]: {} } });
  await host.run();
  expect(await host.versions()).toMatchObject({ runs: next });
  expect(await statusOf(host)).toMatchObject({ indexNumber: "6" });
});

test("a damaged index on the host is also replaced by the same one", async () => {
  await using host = await followingHost();
  const [name = ""] = await host.list("var/lib/sysext-kiln/index");
  await appendFile(join(host.root, "var/lib/sysext-kiln/index", name), "x");
  await host.boot();
  await host.run();
  expect(await statusOf(host)).toMatchObject({ indexNumber: "5", fetchFailure: null });
});

test("what a run that was cut off left of an older index is replaced by the next check", async () => {
  await using host = await followingHost();
  await host.write("run/sysext-kiln/offers/etcd", "");
  await host.run();
  expect(await statusOf(host)).toMatchObject({ indexNumber: "5" });
});

test("nothing is taken if the index cannot be read for lack of space", async () => {
  await using host = await followingHost();
  await host.boot();
  await rm(join(host.root, "run/sysext-kiln/offers"), { recursive: true });
  await host.write("run/sysext-kiln/offers", "");
  await writeFile(join(host.root, "world/repository-fails"), "Could not connect, failed\n");
  await host.place(next);
  await host.run();
  expect(await host.versions()).toMatchObject({ runs: old });
});

test("after a reboot the index is read from the disk again", async () => {
  await using host = await followingHost();
  await host.boot();
  await writeFile(join(host.root, "world/repository-fails"), "Could not connect, failed\n");
  await host.place(next);
  await host.run();
  expect(await host.versions()).toMatchObject({ runs: old });
  expect(await statusOf(host)).toMatchObject({ indexNumber: "5" });
});
