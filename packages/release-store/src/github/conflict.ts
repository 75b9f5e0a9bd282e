import { KilnError } from "@sysext-kiln/error";
import { errorResponseOf } from "@sysext-kiln/github-client";
import { nameOf, type GitHubRepository } from "./repository.ts";

/**
 * Does what GitHub refuses where a tag is another release's, or was an immutable one's.
 * @throws KilnError `release-conflict`
 */
export async function refusingTakenTag<T>(
  repository: GitHubRepository,
  tag: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refused = errorResponseOf(error)?.errors.find(({ field }) => field === "tag_name");
    if (!refused) throw error;
    throw new KilnError("release-conflict", {
      expected: `the tag ${tag} in ${nameOf(repository)} to be free`,
      found: refused.message ?? "a release that was published before this draft of it",
      next: "run it again; the release that is there stays as it is",
      cause: error,
    });
  }
}
