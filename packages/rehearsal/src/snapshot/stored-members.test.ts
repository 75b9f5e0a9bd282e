import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StoredMember } from "./snapshot.ts";
import { readMemberList, storedMemberProblems } from "./stored-members.ts";

function member(id: string, name: string, more: Partial<StoredMember> = {}): StoredMember {
  const [peerUrls, clientUrls] = [[`http://${name}:2380`], [`http://${name}:2379`]];
  return { id, name, peerUrls, clientUrls, isLearner: false, ...more };
}

const [one, two] = [member("a1", "one"), member("b2", "two")];

describe("the members that a snapshot stores", () => {
  test("are right if they are those of the cluster", () => {
    expect(storedMemberProblems({ members: [one, two], removed: ["c3"] }, ["a1", "b2"])).toEqual([]);
    expect(storedMemberProblems({ members: [one, two], removed: [] }, undefined)).toEqual([]);
  });

  test.each([
    [
      "one that the cluster does not have",
      { members: [one, two], removed: [] },
      ["a1"],
      "b2 is a zombie: it is stored, but is not",
    ],
    [
      "one that was removed",
      { members: [one, two], removed: ["b2"] },
      undefined,
      "b2 is a zombie: it is stored, although it was removed",
    ],
    [
      "a learner",
      { members: [{ ...one, isLearner: true }], removed: [] },
      undefined,
      "a1 is stored as a learner",
    ],
    [
      "one that never started",
      { members: [{ ...one, name: "", clientUrls: [] }], removed: [] },
      undefined,
      "a1 is stored as a member that has never",
    ],
    [
      "one less than the cluster",
      { members: [one], removed: [] },
      ["a1", "b2"],
      "b2 is a member of the cluster, but is not stored",
    ],
  ])("are wrong with %s", (_, stored, cluster, problem) => {
    expect(storedMemberProblems(stored, cluster)).toEqual([expect.stringContaining(problem)]);
  });

  test("are wrong if two have the same peer URL, as after a restored snapshot", () => {
    const again = member("c3", "one");
    expect(storedMemberProblems({ members: [one, again], removed: [] }, undefined)).toEqual([
      expect.stringContaining("a1 and c3 are stored with the same peer URL"),
      expect.stringContaining("c3 and a1 are stored with the same peer URL"),
    ]);
  });
});

async function read(text: string): Promise<string[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-members-"));
  const path = join(folder.path, "members.txt");
  await writeFile(path, text);
  return await readMemberList(path);
}

describe("a list of members", () => {
  test("is what etcdctl prints", async () => {
    const text = `8211f1d0f64f3269, started, one, http://one:2380, http://one:2379, false
91bc3c398fb3c146, unstarted, , http://two:2380, , true\n`;
    expect(await read(text)).toEqual(["8211f1d0f64f3269", "91bc3c398fb3c146"]);
  });

  test.each(["", "\n", '{"members":[]}\n', "8211f1d0f64f3269, started, one\nnonsense\n"])(
    "is not %j",
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ code: "usage" });
    },
  );
});
