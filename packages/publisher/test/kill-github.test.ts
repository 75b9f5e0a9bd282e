import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault } from "@sysext-kiln/testbed";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GitHubPlace } from "./place-github.ts";
import { failures, next, openTrials, type Trials } from "./trial.ts";

const script = fileURLToPath(new URL("publish-all.ts", import.meta.url));

let compiled: string;
let trials: Trials;
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), "kiln-compiled-"));
  trials = await openTrials(false);
});
afterAll(async () => {
  await trials[Symbol.asyncDispose]();
  await rm(compiled, { recursive: true });
});

/** Publishes the next version in a process of its own, which is killed when a fault strikes. */
async function publishAndDie(
  { github, folder }: GitHubPlace,
  target: Parameters<typeof github.fault>[0],
  fault: Fault,
): Promise<void> {
  const cache = join(folder, "cache");
  const env = { ...github.environment, KILN_CACHE_DIR: cache, NODE_COMPILE_CACHE: compiled };
  const child = execa(process.execPath, [script, "github:acme/extensions", folder, next], {
    env,
    reject: false,
  });
  github.fault(target, { ...fault, also: () => child.kill("SIGKILL") });
  const { signal, stderr } = await child;
  if (signal !== "SIGKILL") throw new Error(`the publisher was not killed: ${stderr}`);
}

test(
  "a publisher that is killed at any request leaves hosts a whole directory, and the next run finishes",
  {
    timeout: 300_000,
  },
  async () => {
    const failed = await failures(trials, { count: trials.requests, width: 3 }, (number) => ({
      what: `killed at request ${number}`,
      again: true,
      publish: (place, first) => publishAndDie(place, first + number - 1, { cut: "after" }),
    }));
    expect(failed).toEqual([]);
  },
);

test(
  "a publisher that is killed in the middle of any upload does so as well",
  { timeout: 120_000 },
  async () => {
    const failed = await failures(trials, { count: 6, width: 3 }, (nth) => {
      let seen = 0;
      const isNth = ({ part }: { part: string }) => part === "uploads" && (seen += 1) === nth;
      return {
        what: `killed at upload ${nth}`,
        again: true,
        publish: (place) => publishAndDie(place, isNth, { cut: "during" }),
      };
    });
    expect(failed).toEqual([]);
  },
);
