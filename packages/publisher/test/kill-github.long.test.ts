import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault } from "@sysext-kiln/testbed";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failedCases, next, openFaultRunner, type FaultRunner } from "./fault-cases.ts";
import type { GitHubTestStore } from "./test-store.ts";

const script = fileURLToPath(new URL("publisher-process.ts", import.meta.url));

let compiled: string;
let runner: FaultRunner;
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), "kiln-compiled-"));
  runner = await openFaultRunner(false);
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  await rm(compiled, { recursive: true });
});

/** Publishes the next version in a process of its own, which is killed when the fault occurs. */
async function publishAndDie(
  { github, folder }: GitHubTestStore,
  target: Parameters<typeof github.fault>[0],
  fault: Fault,
): Promise<void> {
  const cache = join(folder, "cache");
  const env = { ...github.environment, KILN_CACHE_DIR: cache, NODE_COMPILE_CACHE: compiled };
  const child = execa(process.execPath, [script, "github:acme/extensions", folder, next], {
    env,
    reject: false,
  });
  github.fault(target, { ...fault, onFault: () => child.kill("SIGKILL") });
  const { signal, stderr } = await child;
  if (signal !== "SIGKILL") throw new Error(`the publisher was not killed: ${stderr}`);
}

test(
  "a publisher that is killed at any request leaves hosts a complete update directory, and the next run finishes its work",
  {
    timeout: 300_000,
  },
  async () => {
    const failed = await failedCases(runner, { count: runner.requests, width: 3 }, (number) => ({
      what: `killed at request ${number}`,
      rerun: true,
      publish: (storeUnderTest, first) => publishAndDie(storeUnderTest, first + number - 1, { cut: "after" }),
    }));
    expect(failed).toEqual([]);
  },
);

test("a publisher that is killed during any upload does so too", { timeout: 120_000 }, async () => {
  const failed = await failedCases(runner, { count: 6, width: 3 }, (nth) => {
    let seen = 0;
    const isNth = ({ part }: { part: string }) => part === "uploads" && (seen += 1) === nth;
    return {
      what: `killed at upload ${nth}`,
      rerun: true,
      publish: (storeUnderTest) => publishAndDie(storeUnderTest, isNth, { cut: "during" }),
    };
  });
  expect(failed).toEqual([]);
});
