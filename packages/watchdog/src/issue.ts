import { errorResponseOf, type GitHubClient, type RepositoryName } from "@sysext-kiln/github-client";
import { z } from "zod";
import { formatIssue, label, parseSince, title, type Report } from "./issue-text.ts";

const issueSchema = z.object({ number: z.int(), body: z.string().nullish(), html_url: z.url() });
type Issue = z.infer<typeof issueSchema>;

/**
 * Keeps the one issue that tells whether releases are well: opens it, writes the present state into it, or closes it.
 * @returns the number of the open issue; undefined where all is well
 */
export async function keepIssue(
  client: GitHubClient,
  repository: RepositoryName,
  report: Report,
): Promise<number | undefined> {
  const [first, ...others] = await openIssues(client, repository);
  // Two runs that failed at the same moment may both have opened one.
  for (const other of others) await close(client, repository, other, `The same as #${first?.number}.`);
  if (report.troubles.length === 0) {
    if (first) await close(client, repository, first, `All is well again: ${report.run}`);
    return undefined;
  }
  if (first) {
    const body = formatIssue(report, parseSince(first.body ?? ""));
    await client.call(
      client.rest.issues.update,
      { ...repository, issue_number: first.number, body },
      issueSchema,
    );
    return first.number;
  }
  await client.once(
    () =>
      client.call(
        client.rest.issues.create,
        { ...repository, title, body: formatIssue(report), labels: [label] },
        issueSchema,
      ),
    async () => (await openIssues(client, repository))[0],
  );
  const [kept, ...again] = await openIssues(client, repository);
  for (const other of again) await close(client, repository, other, `The same as #${kept?.number}.`);
  return kept?.number;
}

/** The open issues of this kind, the oldest first. */
async function openIssues(client: GitHubClient, repository: RepositoryName): Promise<Issue[]> {
  const issues = await client
    .list(client.rest.issues.listForRepo, { ...repository, labels: label, state: "open" }, issueSchema)
    .catch((error: unknown) => {
      // A fork has no issues until somebody switches them on; then there is none to close.
      if (errorResponseOf(error)?.status === 410) return [];
      throw error;
    });
  return issues
    .filter(({ body }) => parseSince(body ?? "") !== undefined)
    .toSorted((left, right) => left.number - right.number);
}

async function close(
  client: GitHubClient,
  repository: RepositoryName,
  { number }: Issue,
  comment: string,
): Promise<void> {
  const issue = { ...repository, issue_number: number };
  // In this order: a comment is made twice when the second request dies, an issue is never left open without a word.
  await client.call(client.rest.issues.createComment, { ...issue, body: comment }, z.unknown());
  await client.call(client.rest.issues.update, { ...issue, state: "closed" }, z.unknown());
}
