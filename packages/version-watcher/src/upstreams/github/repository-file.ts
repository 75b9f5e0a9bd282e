import { commitOfTag, listTags, parseRepositoryName } from "@sysext-kiln/github-client";
import { readRemoteDocument } from "@sysext-kiln/machine";
import type { GitHubAccess } from "./tag-content.ts";
import { tagsByVersion } from "../version-of.ts";

/** The largest file that is read, in bytes: it contains no more than a version. */
const largest = 10_000;

/** The contents of a file in a repository at the tag of a version; undefined if it does not exist there. */
export async function fileAtVersion(
  { client, serverUrl, say }: GitHubAccess,
  repository: string,
  form: string | undefined,
  version: string,
  path: string,
): Promise<string | undefined> {
  const at = parseRepositoryName(repository);
  say(`reading ${path} of ${repository} ${version}`);
  const [tag] = tagsByVersion(await listTags(client, at), form).get(version) ?? [];
  if (!tag) return undefined;
  const commit = await commitOfTag(client, at, tag);
  const url = `${serverUrl}/${repository}/raw/${commit}/${path}`;
  return (await readRemoteDocument(url, { largest }))?.body.toString();
}
