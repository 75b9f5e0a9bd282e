import { copyFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import type { ReleaseIndex } from "@sysext-kiln/extension";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";
import type { ReleaseServer } from "./release-server.ts";
import { indexIn, replaceIndex } from "./signed-index.ts";

const [oldest, old, next] = ["3.5.9", "3.5.10", "3.5.12"] as const;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases();
  await releases.offer([oldest]);
  await releases.offer([old]);
  await releases.offer([next]);
});

afterAll(async () => {
  await releases[Symbol.asyncDispose]();
});

/** The update directory of a version, as it was published. */
const published = (server: ReleaseServer, version: string) =>
  server.file(`../../download/updates-${version}`);

const manifestNames = ["SHA256SUMS", "SHA256SUMS.gpg"] as const;

/** What systemd 262, or older ones, report about a file whose digest is not the one in the manifest or in the index. */
const hasOtherDigest = /Checksum of (downloaded resource does not match|\S+ file did not check out)/;

interface Attack {
  /** Changes what is served: a copy of the newest update directory. */
  serve: (server: ReleaseServer) => Promise<void>;
  /** Why the host refuses it. */
  reason: RegExp;
}

/** What somebody serves who controls the network, and has everything that the key ever signed. */
const attacks: Readonly<Record<string, Attack>> = {
  "freeze: an index that has expired, as withholding updates leads to": {
    serve: (server) => replaceIndex(releases, server, ({ created }) => ({ expires: created - 1 })),
    reason: /has expired/,
  },
  "rollback: the update directory before the one that the host has seen": {
    serve: async (server) => {
      await rm(published(server, "attack"), { recursive: true });
      await cp(published(server, oldest), published(server, "attack"), { recursive: true });
    },
    reason: /number \d+, is older than number \d+/,
  },
  "mix and match: the newest index beside the manifest of an older update directory": {
    serve: async (server) => {
      for (const name of manifestNames)
        await copyFile(`${published(server, oldest)}/${name}`, server.file(name));
    },
    reason: /kiln-index-\d+\.txt failed with code 404/,
  },
  "mix and match: an index that was changed, beside the valid manifest": {
    serve: (server) => replaceIndex(releases, server, () => ({ images: [] }), { signs: false }),
    reason: hasOtherDigest,
  },
  "mix and match: an image of another version under the name of the new one": {
    serve: (server) => copyFile(imageIn(server, old), imageIn(server, next)),
    reason: hasOtherDigest,
  },
  "replay: the signed manifest of a permanent release": {
    serve: async (server) => {
      for (const name of manifestNames)
        await copyFile(server.file(`../../download/hello-v${next}/${name}`), server.file(name));
    },
    reason: /offers no index/,
  },
  "replay: the index of another repository that the same key signs": {
    serve: (server) => replaceIndex(releases, server, () => ({ repository: "urn:other" })),
    reason: /another repository, urn:other/,
  },
};

/** The image in the permanent release of a version. */
function imageIn(server: ReleaseServer, version: string): string {
  return server.file(`../../download/hello-v${version}/${imageOf(version)}`);
}

/** Serves an attack while work runs, and then the old version again. */
async function underAttack(
  { server, setLatest }: HelloHost,
  { serve }: Attack,
  work: () => Promise<void>,
): Promise<void> {
  const copy = published(server, "attack");
  const image = await readFile(imageIn(server, next));
  await cp(published(server, next), copy, { recursive: true });
  await setLatest("attack");
  await serve(server);
  await work();
  await setLatest(old);
  await rm(copy, { recursive: true });
  await writeFile(imageIn(server, next), image);
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
    const { setLatest, update, state, status } = hello;
    const reasons: Record<string, unknown> = {};
    for (const [name, attack] of Object.entries(attacks)) {
      await underAttack(hello, attack, async () => {
        await update();
        reasons[name] = (await status()).fetchFailure;
        expect({ name, ...(await state()) }).toEqual({ name, ...stateOf(old) });
      });
    }
    const expected = Object.entries(attacks).map(([name, { reason }]) => [
      name,
      expect.stringMatching(reason),
    ]);
    expect(reasons).toEqual(Object.fromEntries(expected));
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
      replaceIndex(releases, server, ({ images, created }) => ({
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
