import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { verify } from "@sysext-kiln/publisher";
import { parseManifest } from "../src/manifest.ts";
import { hello } from "./images.ts";
import { inFolder } from "./place.ts";
import { openGitHub, type GitHubPlace } from "./place-github.ts";
import { publishVersions } from "./publish-versions.ts";

/** A repository in which the next version makes everything happen: drafts, uploads, copies, and old directories that go. */
export interface Trials extends AsyncDisposable {
  /** How many requests it takes to publish the next version. */
  readonly requests: number;
  /** What is there in the end when nothing goes wrong. */
  readonly finished: Contents;
  /** Lets something go wrong while the next version is published. */
  run(trial: Trial): Promise<Outcome>;
}

export interface Outcome {
  /** For messages. */
  what: string;
  /** Everything that is there, drafts and what an upload left included. */
  contents: Contents;
  /** The moments at which hosts could not read a whole update directory. */
  broken: string[];
}

export type Contents = ReturnType<typeof contentsOf>;

export interface Trial {
  what: string;
  /** Publishes the next version, and lets something go wrong. @param first the number of its first request */
  publish: (place: GitHubPlace, first: number) => Promise<void>;
  /** Whether another publisher comes after it, as the next run. */
  again: boolean;
}

const before = ["1.0.0", "1.1.0", "1.2.0"];
export const next = "1.3.0";

export async function openTrials(immutableReleases: boolean): Promise<Trials> {
  const open = () => inFolder((folder) => openGitHub(folder, { immutableReleases }));
  const template = await open();
  await publishVersions(template.store, hello, template.folder, before);
  const place = await open();
  place.repository.takeOver(template.repository.state);
  await publishVersions(place.store, hello, place.folder, [next]);
  const requests = place.github.requests.length;
  const finished = contentsOf(place);
  await place[Symbol.asyncDispose]();

  return {
    requests,
    finished,
    async run({ what, publish, again }) {
      const at = await open();
      try {
        at.repository.takeOver(template.repository.state);
        const broken = watchDirectory(at);
        await publish(at, at.github.requests.length + 1);
        await verify(at.source);
        if (again) await publishVersions(at.another(), hello, at.folder, [next]);
        await verify(at.source);
        return { what, contents: contentsOf(at), broken };
      } finally {
        await at[Symbol.asyncDispose]();
      }
    },
    [Symbol.asyncDispose]: () => template[Symbol.asyncDispose](),
  };
}

function contentsOf({ repository: { state } }: GitHubPlace) {
  const releases = state.releases.map(({ id, tag, draft, body, assets }) => ({
    tag,
    draft,
    body,
    latest: id === state.latest,
    assets: assets.map(({ name, state: is, bytes }) => `${name} ${is} ${sha256(bytes)}`).toSorted(),
  }));
  return {
    releases: releases.toSorted((left, right) => (left.tag < right.tag ? -1 : 1)),
    tags: [...state.tags.keys()].toSorted(),
  };
}

/** Looks, after every request of whoever it is, whether hosts could read a whole update directory at that moment. */
export function watchDirectory({ github, repository: { state } }: GitHubPlace): string[] {
  const broken: string[] = [];
  github.watch(({ number, method, path }) => {
    const latest = state.releases.find(({ id, draft }) => id === state.latest && !draft);
    const held = new Map(latest?.assets.map(({ name, bytes }) => [name, bytes]));
    const entries = parseManifest(held.get("SHA256SUMS")?.toString() ?? "", "the update directory");
    const isWhole =
      entries.length > 0 && entries.every(({ name, sha256: digest }) => isIt(held.get(name), digest));
    if (!isWhole) broken.push(`after ${number}, ${method} ${path}`);
  });
  return broken;
}

function isIt(bytes: Buffer | undefined, digest: string): boolean {
  return bytes !== undefined && sha256(bytes) === digest;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Runs a trial for each number from 1 on, some at the same time; gives those that did not end as they should. */
export async function failures(
  trials: Trials,
  { count, width }: { count: number; width: number },
  trialOf: (number: number) => Trial,
): Promise<Outcome[]> {
  const left = Array.from({ length: count }, (_, index) => index + 1);
  const failed: Outcome[] = [];
  const work = async () => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      const outcome = await trials.run(trialOf(number));
      if (outcome.broken.length > 0 || !isDeepStrictEqual(outcome.contents, trials.finished))
        failed.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return failed;
}
