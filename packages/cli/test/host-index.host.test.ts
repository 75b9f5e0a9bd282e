import { hash } from "node:crypto";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatIndex, indexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import { configuredSigner } from "@sysext-kiln/publisher";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";
import type { ReleaseServer } from "./release-server.ts";

const [old, next] = ["3.5.10", "3.5.12"] as const;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases("bestBeforeDays: 30\n");
  await releases.offer(["3.5.9"]);
  await releases.offer([old]);
  await releases.offer([next]);
});

afterAll(async () => {
  await releases[Symbol.asyncDispose]();
});

async function indexIn(server: ReleaseServer): Promise<ReleaseIndex> {
  const folder = server.file(".");
  const name = (await readdir(folder)).find((one) => one.startsWith("kiln-index-")) ?? "";
  return parseIndex(await readFile(join(folder, name), "utf8"), name);
}

/** Replaces the index of the latest update directory, signed as the publisher would, or not at all. */
async function replaceIndex(
  server: ReleaseServer,
  change: (index: ReleaseIndex) => Partial<ReleaseIndex>,
  { signs = true } = {},
): Promise<void> {
  const index = await indexIn(server);
  const changed = { ...index, ...change(index) };
  const text = formatIndex(changed);
  await rm(server.file(indexName(index.number)));
  await writeFile(server.file(indexName(changed.number)), text);
  if (!signs) return;
  const signer = await configuredSigner({
    signingKey: undefined,
    signingKeyFile: releases.signingKey,
    signingPassphrase: undefined,
  });
  const manifest = await readFile(server.file("SHA256SUMS"), "utf8");
  const lines = manifest.replace(/^.*kiln-index-.*\n/m, "");
  const sorted = `${lines}${hash("sha256", text)}  ${indexName(changed.number)}\n`;
  await writeFile(server.file("SHA256SUMS"), sorted);
  await writeFile(server.file("SHA256SUMS.gpg"), (await signer?.sign(sorted, new Date())) ?? "");
}

/** What somebody serves who controls the network, and has everything that the key ever signed. */
const attacks: Readonly<Record<string, { serve: (server: ReleaseServer) => Promise<void>; reason: RegExp }>> =
  {
    "an index that has expired, as withholding updates leads to": {
      serve: (server) => replaceIndex(server, ({ created }) => ({ expires: created - 1 })),
      reason: /has expired/,
    },
    "an older index than the host has seen": {
      serve: (server) => replaceIndex(server, () => ({ number: 1, created: 1 })),
      reason: /number 1, is older than number \d+/,
    },
    "an index that was changed, beside a valid manifest": {
      serve: (server) => replaceIndex(server, () => ({ images: [] }), { signs: false }),
      reason: /./,
    },
    "the signed manifest of a permanent release": {
      serve: async (server) => {
        for (const name of ["SHA256SUMS", "SHA256SUMS.gpg"])
          await copyFile(server.file(`../../download/hello-v${next}/${name}`), server.file(name));
      },
      reason: /./,
    },
    "the index of another repository that the same key signs": {
      serve: (server) => replaceIndex(server, () => ({ repository: "urn:other" })),
      reason: /another repository, urn:other/,
    },
    "an image of another version under the name of the new one": {
      serve: (server) =>
        copyFile(
          server.file(`../../download/hello-v${old}/${imageOf(old)}`),
          server.file(`../../download/hello-v${next}/${imageOf(next)}`),
        ),
      reason: /./,
    },
  };

/** Serves an attack while work runs, and then what was there before. */
async function underAttack(server: ReleaseServer, attack: string, work: () => Promise<void>): Promise<void> {
  const { number } = await indexIn(server);
  const image = `../../download/hello-v${next}/${imageOf(next)}`;
  const names = ["SHA256SUMS", "SHA256SUMS.gpg", indexName(number), image];
  const bytes = await Promise.all(names.map((name) => readFile(server.file(name))));
  await attacks[attack]?.serve(server);
  await work();
  for (const name of await readdir(server.file(".")))
    if (name.startsWith("kiln-index-")) await rm(server.file(name));
  for (const [position, name] of names.entries()) {
    await rm(server.file(name), { force: true });
    await writeFile(server.file(name), bytes[position] ?? "");
  }
}

function stateOf(version: string) {
  const says = `hello ${version} healthy\nhello`;
  return { running: says, linked: imageOf(version), merged: says };
}

async function bootFollowingHost(suite: HelloHost["host"]["suite"]): Promise<HelloHost> {
  const hello = await bootHelloHost(releases, { suite, first: old });
  await succeed(hello.host, "sh", "-c", "echo CLOCK=trusted >>/etc/sysext-kiln/host.conf");
  await hello.host.waitFor("the service", async () => (await hello.state()).running !== "");
  expect(await hello.update()).toBe(0);
  return hello;
}

describeOnHosts.concurrent("a host that follows the index", (suite) => {
  test("refuses what somebody serves who controls the network, states the reason, and takes the next valid one", async () => {
    await using hello = await bootFollowingHost(suite);
    const { server, setLatest, update, state, status } = hello;
    for (const [attack, { reason }] of Object.entries(attacks)) {
      await setLatest(next);
      await underAttack(server, attack, async () => {
        await update();
        const { fetchFailure } = await status();
        expect({ attack, fetchFailure }).toEqual({ attack, fetchFailure: expect.stringMatching(reason) });
        expect({ attack, ...(await state()) }).toEqual({ attack, ...stateOf(old) });
      });
      await setLatest(old);
    }
    await setLatest(next);
    expect(await update()).toBe(0);
    expect(await state()).toEqual(stateOf(next));
  });

  test("waits for its turn and for the end of a pause, and leaves a version that is withdrawn", async () => {
    await using hello = await bootFollowingHost(suite);
    const { server, setLatest, update, state, status } = hello;
    await setLatest(next);
    const { number } = await indexIn(server);
    const now = Math.floor(Date.now() / 1000);
    const change = (more: number, fields: Partial<ReleaseIndex["images"][number]>) =>
      replaceIndex(server, ({ images, created }) => ({
        number: number + more,
        created: created + 1,
        images: images.map((image) => (image.name === imageOf(next) ? { ...image, ...fields } : image)),
      }));
    await change(1, { start: now, rollout: 1_000_000_000, paused: { since: now, reason: "slow" } });
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ offered: expect.stringContaining("paused: slow") });
    await change(2, { start: now, rollout: 1_000_000_000, paused: undefined });
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ offered: expect.stringContaining("its turn is at") });
    expect(await state()).toEqual(stateOf(old));
    await change(3, { start: 1, rollout: 1 });
    expect(await update()).toBe(0);
    expect(await state()).toEqual(stateOf(next));
    await change(4, { withdrawn: "loses data" });
    expect(await update()).toBe(0);
    expect(await state()).toEqual(stateOf(old));
    expect(await hello.host.run(["cat", "/run/sysext-kiln/metrics.prom"])).toMatchObject({
      stdout: expect.stringContaining(`kiln_host_index_number{extension="hello"} ${number + 4}`),
    });
  });
});
