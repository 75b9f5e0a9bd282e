import { tryRun } from "@sysext-kiln/machine";
import { describe, expect, test } from "vitest";
import { main } from "./paths.ts";

const kiln = (words: readonly string[]) => tryRun(process.execPath, [main, ...words]);

test("kiln --version prints the version and the commit", async () => {
  const { stdout } = await kiln(["--version"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+( \([0-9a-f]{7,}\+?\))?$/);
});

describe("a wrong command line", () => {
  test.each([
    [["frob"], "a command of `./kiln`", "unknown command 'frob'"],
    [["plan", "--form"], "an option of `./kiln plan`", "unknown option '--form' (Did you mean --from?)"],
    [["build"], "the required arguments of `./kiln build`", "missing required argument 'extension'"],
    [["build", "a", "b", "c"], "no more than the arguments of `./kiln build`", "too many arguments"],
    [["build", "etcd", "--arch", "sparc"], "an allowed value for `./kiln build`", "Allowed choices are"],
    [
      ["build", "keepalived", "--source", ".", "--from", "github"],
      "compatible options of `./kiln build`",
      "option '--from <upstream>' cannot be used with option '--source <directory>'",
    ],
    // Only what an upstream vouches for is published.
    [
      ["release", "keepalived", "--source", "."],
      "an option of `./kiln release`",
      "unknown option '--source'",
    ],
    [["list", "--to", "s3://bucket/x"], "a directory, or github:OWNER/REPO", "a URL with s3://"],
    [
      ["bake", "a.img", "--output", "b.qcow2", "--format", "vmdk"],
      "--output to end in .vmdk, as --format vmdk does",
      "b.qcow2",
    ],
    [["key", "new"], "the required options of `./kiln key new`", "'--output <file>' not specified"],
  ])("%j is refused with what is wrong about it", async (words, expected, found) => {
    const { status, stderr } = await kiln(words);
    expect(status).toBe(2);
    expect(stderr).toContain(`error (usage): expected ${expected}\n`);
    expect(stderr).toContain(found);
  });
});
