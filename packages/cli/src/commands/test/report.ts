import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

const reportSchema = z.object({
  numPassedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(
    z.object({
      /** The file. */
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export interface Results {
  passed: number;
  skipped: number;
  /** A line for each failure: the file, the test, and the beginning of its message. */
  failures: readonly string[];
}

/**
 * The results of a run of vitest. A file that cannot be loaded and a crash of vitest each count as one failure.
 * @param root the folder that the files are named relative to
 * @param status vitest's exit status
 * @param text vitest's JSON report; undefined if vitest did not write one
 */
export function resultsOf(root: string, status: number, text: string | undefined): Results {
  if (text === undefined) return { passed: 0, skipped: 0, failures: ["vitest did not report its results"] };
  const { numPassedTests, numPendingTests, testResults } = reportSchema.parse(JSON.parse(text));
  const failures = testResults.flatMap(({ name, status: fileStatus, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((result) => result.status === "failed");
    if (failed.length === 0) return fileStatus === "failed" ? [`${file}: ${beginning(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) => `${file} > ${fullName}: ${beginning(failureMessages?.[0] ?? "")}`,
    );
  });
  const isUnexplained = failures.length === 0 && status !== 0;
  return {
    passed: numPassedTests,
    skipped: numPendingTests,
    failures: isUnexplained ? [`vitest ended with status ${status}`] : failures,
  };
}

/** The first line of a message, without colors. */
function beginning(message: string): string {
  const [line = ""] = stripVTControlCharacters(message).split("\n");
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}
