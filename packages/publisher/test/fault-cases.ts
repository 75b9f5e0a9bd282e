import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { verify } from "@sysext-kiln/publisher";
import { parseManifest } from "../src/manifest.ts";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

/** One way in which publishing the next version fails. */
export interface FaultCase {
  /** For messages. */
  what: string;
  /** Publishes the next version with a fault. @param first the number of its first request */
  publish: (storeUnderTest: GitHubTestStore, first: number) => Promise<void>;
  /** Whether another publisher runs afterwards, as the next scheduled run does. */
  rerun: boolean;
}

/** The result of a fault case. */
export interface Outcome {
  what: string;
  /** Everything in the store, including drafts and incomplete uploads. */
  contents: Contents;
  /** The moments at which hosts could not read a complete update directory. */
  broken: readonly string[];
}

export type Contents = ReturnType<typeof contentsOf>;

/**
 * Runs fault cases, each in a GitHub of its own with three published versions. Publishing the next version
 * there makes everything happen: drafts, uploads, copies, and the removal of old update directories.
 */
export interface FaultRunner extends AsyncDisposable {
  /** How many requests it takes to publish the next version. */
  requests: number;
  /** The contents of the store afterwards if nothing fails. */
  expected: Contents;
  run(faultCase: FaultCase): Promise<Outcome>;
}

const published = ["1.0.0", "1.1.0", "1.2.0"];
export const next = "1.3.0";

/** When everything is published: the index states it, and all cases must have the same contents. */
export const now = new Date("2026-01-01T00:00:00Z");

export async function openFaultRunner(immutableReleases: boolean): Promise<FaultRunner> {
  await using stack = new AsyncDisposableStack();
  const template = stack.use(await openGitHubStore({ immutableReleases }));
  await publishVersions(template.store, hello, template.folder, published, { now });
  await using faultless = await openGitHubStore({ immutableReleases });
  faultless.repository.copyFrom(template.repository.state);
  await publishVersions(faultless.store, hello, faultless.folder, [next], { now });
  const resources = stack.move();
  return {
    requests: faultless.github.requests.length,
    expected: contentsOf(faultless),
    async run({ what, publish, rerun }) {
      await using storeUnderTest = await openGitHubStore({ immutableReleases });
      storeUnderTest.repository.copyFrom(template.repository.state);
      const broken = watchUpdateDirectory(storeUnderTest);
      await publish(storeUnderTest, storeUnderTest.github.requests.length + 1);
      await verify(storeUnderTest.source, { now });
      if (rerun)
        await publishVersions(storeUnderTest.reopen(), hello, storeUnderTest.folder, [next], { now });
      await verify(storeUnderTest.source, { now });
      return { what, contents: contentsOf(storeUnderTest), broken };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function contentsOf({ repository: { state } }: GitHubTestStore) {
  const releases = state.releases.map(({ id, tag, draft, body, assets }) => ({
    tag,
    draft,
    body,
    latest: id === state.latest,
    assets: assets.map(({ name, state: is, bytes }) => `${name} ${is} ${hash("sha256", bytes)}`).toSorted(),
  }));
  return {
    releases: releases.toSorted((left, right) => (left.tag < right.tag ? -1 : 1)),
    tags: [...state.tags.keys()].toSorted(),
  };
}

/**
 * Checks after every request, of any client, whether hosts can read a complete update directory at that
 * moment.
 */
export function watchUpdateDirectory({ github, repository: { state } }: GitHubTestStore): string[] {
  const broken: string[] = [];
  github.watch(({ number, method, path }) => {
    const latest = state.releases.find(({ id, draft }) => id === state.latest && !draft);
    const held = new Map(latest?.assets.map(({ name, bytes }) => [name, bytes]));
    const entries = parseManifest(held.get("SHA256SUMS")?.toString() ?? "", "the update directory");
    const isComplete =
      entries.length > 0 && entries.every(({ name, sha256: digest }) => hasDigest(held.get(name), digest));
    if (!isComplete) broken.push(`after ${number}, ${method} ${path}`);
  });
  return broken;
}

function hasDigest(bytes: Buffer | undefined, digest: string): boolean {
  return bytes !== undefined && hash("sha256", bytes) === digest;
}

/** Runs fault cases 1 to `count`, `width` at a time; returns those with another result. */
export async function failedCases(
  runner: FaultRunner,
  { count, width }: { count: number; width: number },
  caseOf: (number: number) => FaultCase,
): Promise<Outcome[]> {
  const left = Array.from({ length: count }, (_, index) => index + 1);
  const failed: Outcome[] = [];
  const work = async () => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      const outcome = await runner.run(caseOf(number));
      if (outcome.broken.length > 0 || !isDeepStrictEqual(outcome.contents, runner.expected))
        failed.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return failed;
}
