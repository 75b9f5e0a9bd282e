import { readFile } from "node:fs/promises";
import { usageErrors } from "@sysext-kiln/error";
import type { Snapshot, StoredMember } from "./snapshot.ts";

const usage = usageErrors("save what `etcdctl member list` prints in a file, in its default format");

/**
 * Reads what `etcdctl member list` prints: "ID, started, NAME, PEER URLS, CLIENT URLS, IS LEARNER" on each
 * line.
 * @returns the ids of the members
 * @throws KilnError `usage`
 */
export async function readMemberList(path: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.trim() !== "");
  const ids = lines.map((line) => /^([0-9a-f]{1,16}), (?:un)?started, /.exec(line)?.[1]);
  const wrong = lines[ids.indexOf(undefined)];
  if (wrong !== undefined || lines.length === 0)
    throw usage(
      `lines such as "8211f1d0f64f3269, started, one, ..." in ${path}`,
      wrong === undefined ? "an empty file" : JSON.stringify(wrong.slice(0, 80)),
    );
  return ids.filter((id) => id !== undefined);
}

/**
 * Compares the members that a snapshot stores with those of its cluster. 3.6 and newer take the members from
 * what is stored: removed ones would come back as zombies, and voters would become learners. A restored
 * snapshot does not show this, as its members are replaced.
 * @param cluster the ids of the cluster's members; undefined if they are not known
 * @returns what is wrong, and what to do about it
 */
export function storedMemberProblems(
  { members, removed }: Pick<Snapshot, "members" | "removed">,
  cluster: readonly string[] | undefined,
): string[] {
  const problems: string[] = [];
  for (const member of members) {
    const problem = problemOf(member, { members, removed, cluster });
    if (problem !== undefined) problems.push(problem);
  }
  const stored = new Set(members.map(({ id }) => id));
  for (const id of cluster ?? [])
    if (!stored.has(id))
      problems.push(
        `${id} is a member of the cluster, but is not stored. Check that the snapshot is recent and from this cluster.`,
      );
  return problems;
}

const restart =
  "On the host the snapshot was taken from, restart etcd with the newest version of its series, which corrects this; then take another snapshot";

interface Known extends Pick<Snapshot, "members" | "removed"> {
  cluster: readonly string[] | undefined;
}

function problemOf(member: StoredMember, { members, removed, cluster }: Known): string | undefined {
  const { id, name, clientUrls, peerUrls, isLearner } = member;
  if (cluster !== undefined && !cluster.includes(id))
    return `${id} is a zombie: it is stored, but is not a member of the cluster. ${restart}.`;
  if (removed.includes(id)) return `${id} is a zombie: it is stored, although it was removed. ${restart}.`;
  const twin = members.find(
    (other) => other !== member && peerUrls.some((url) => other.peerUrls.includes(url)),
  );
  if (twin !== undefined)
    return `${id} and ${twin.id} are stored with the same peer URL, so one of them is a zombie. ${restart}.`;
  if (isLearner)
    return `${id} is stored as a learner. Run: etcdctl member promote ${id}; or remove it. If \`etcdctl member list\` does not show it as a learner, what is stored is wrong. ${restart}.`;
  if (name === "" && clientUrls.length === 0)
    return `${id} is stored as a member that has never started. Start it, or run: etcdctl member remove ${id}. If \`etcdctl member list\` does not show it, it is a zombie. ${restart}.`;
  return undefined;
}
