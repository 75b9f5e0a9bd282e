import { tryRun } from "@sysext-kiln/machine";
import { describe, expect, test } from "vitest";
import { countsOf } from "../src/commands/test/run.ts";
import { tierOfFile } from "../src/commands/test/tiers.ts";
import { main } from "./paths.ts";

function kilnTest(paths: readonly string[], env: Record<string, string> = {}) {
  return tryRun(process.execPath, [main, "test", ...paths], { env });
}

const lastLine = (text: string) => text.trimEnd().split("\n").at(-1);

describe("kiln test with paths", () => {
  test("runs only their tests, and counts them in its last line", async () => {
    const { status, stdout } = await kilnTest(["packages/deployment/src/password.test.ts"]);
    expect(lastLine(stdout)).toMatch(/^[1-9]\d* passed, 0 failed$/);
    expect(stdout).not.toContain("virtual-addresses");
    expect(status).toBe(0);
  });

  test("passes and says so if there are no tests", async () => {
    const { status, stdout } = await kilnTest(["docs"]);
    expect(stdout).toContain("no tests of the tiers unit, network, build, host in docs");
    expect(lastLine(stdout)).toBe("0 passed, 0 failed");
    expect(status).toBe(0);
  });

  test("fails if a path does not exist", async () => {
    const { status, stderr } = await kilnTest(["packages/error", "packages/nowhere"]);
    expect(stderr).toContain("packages/nowhere to be a file or folder");
    expect(status).toBe(2);
  });

  test("fails if a path is a file without tests", async () => {
    const { status, stderr } = await kilnTest(["packages/error/src/index.ts"]);
    expect(stderr).toContain("packages/error/src/index.ts to be a test");
    expect(status).toBe(2);
  });

  test("counts one failure in its last line if vitest crashes", async () => {
    const crash = "data:text/javascript,if(process.argv[1]?.includes('vitest'))process.exit(7)";
    const env = { NODE_OPTIONS: `--import=${crash}` };
    const { status, stdout } = await kilnTest(["packages/deployment/src/password.test.ts"], env);
    expect(lastLine(stdout)).toBe("0 passed, 1 failed");
    expect(status).toBe(1);
  });
});

describe("a run of vitest counts", () => {
  const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1 };

  test("its tests", () => {
    expect(countsOf(0, JSON.stringify(report))).toEqual({ passed: 3, failed: 0, skipped: 1 });
    const failing = { ...report, numFailedTests: 2 };
    expect(countsOf(1, JSON.stringify(failing))).toEqual({ passed: 3, failed: 2, skipped: 1 });
  });

  test("a file that cannot be loaded as a failure", () => {
    expect(countsOf(1, JSON.stringify(report))).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  test("a crash as a failure", () => {
    expect(countsOf(1, undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

test.each([
  ["a.test.ts", "unit"],
  ["a.host.test.ts", "host"],
  ["a.b.test.ts", "unit"],
  ["a.ts", undefined],
])("%s is of the tier %s", (file, tier) => {
  expect(tierOfFile(file)).toBe(tier);
});
