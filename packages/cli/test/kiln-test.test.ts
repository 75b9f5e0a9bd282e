import { tryRun } from "@sysext-kiln/machine";
import { describe, expect, test } from "vitest";
import { resultsOf } from "../src/commands/test/report.ts";
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
    expect(stdout).toMatch(/\nfailed: vitest did not report its results\n0 passed, 1 failed$/);
    expect(status).toBe(1);
  });
});

const report = (...testResults: object[]) =>
  JSON.stringify({ numPassedTests: 3, numPendingTests: 1, testResults });

describe("a run of vitest", () => {
  const passing = { name: "/src/a.test.ts", status: "passed", message: "", assertionResults: [] };

  test("has its passed and skipped tests", () => {
    expect(resultsOf("/src", 0, report(passing))).toEqual({ passed: 3, skipped: 1, failures: [] });
  });

  test("names each test that failed, with the first line of its message", () => {
    const failed = { fullName: "a thing is so", status: "failed", failureMessages: ["\u001B[31mno\n  at x"] };
    const other = { fullName: "a thing is here", status: "passed", failureMessages: [] };
    const file = { ...passing, status: "failed", assertionResults: [failed, other] };
    expect(resultsOf("/src", 1, report(file)).failures).toEqual(["a.test.ts > a thing is so: no"]);
  });

  test("names a file that cannot be loaded", () => {
    const file = { ...passing, status: "failed", message: "SyntaxError: no" };
    expect(resultsOf("/src", 1, report(file)).failures).toEqual(["a.test.ts: SyntaxError: no"]);
  });

  test("has one failure if vitest fails without one of a test", () => {
    expect(resultsOf("/src", 1, report(passing)).failures).toEqual(["vitest ended with status 1"]);
  });

  test("has one failure if vitest writes no report", () => {
    const failures = ["vitest did not report its results"];
    expect(resultsOf("/src", 1, undefined)).toEqual({ passed: 0, skipped: 0, failures });
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
