import { errorResponseOf, type GitHubClient, type RepositoryName } from "@sysext-kiln/github-client";
import { z } from "zod";
import { formatIssue, label, parseSince, titles, type Report, type Subject } from "./issue-text.ts";

const issueSchema = z.object({ number: z.int(), body: z.string().nullish(), html_url: z.url() });
type Issue = z.infer<typeof issueSchema>;

/**
 * Keeps one issue open while there are problems: opens it, updates its text, or closes it.
 * @returns the number of the open issue; undefined if there are no problems
 */
export async function updateIssue(
  client: GitHubClient,
  repository: RepositoryName,
  report: Report,
): Promise<number | undefined> {
  const { issues } = client.rest;
  const [first, ...others] = await openIssues(client, repository, report.subject);
  // Two runs that failed at the same time may have opened one each.
  for (const other of others) await close(client, repository, other, `A duplicate of #${first?.number}.`);
  if (report.problems.length === 0) {
    if (first) await close(client, repository, first, `There are no more problems: ${report.run}`);
    return undefined;
  }
  if (first) {
    const body = formatIssue(report, parseSince(first.body ?? "", report.subject));
    await client.call(issues.update, { ...repository, issue_number: first.number, body }, issueSchema);
    return first.number;
  }
  const issue = { ...repository, title: titles[report.subject], body: formatIssue(report), labels: [label] };
  await client.once(
    () => client.call(issues.create, issue, issueSchema),
    async () => (await openIssues(client, repository, report.subject))[0],
  );
  const [kept, ...duplicates] = await openIssues(client, repository, report.subject);
  for (const other of duplicates) await close(client, repository, other, `A duplicate of #${kept?.number}.`);
  return kept?.number;
}

/** The watchdog's open issues about a subject, oldest first. */
async function openIssues(
  client: GitHubClient,
  repository: RepositoryName,
  subject: Subject,
): Promise<Issue[]> {
  const issues = await client
    .list(client.rest.issues.listForRepo, { ...repository, labels: label, state: "open" }, issueSchema)
    .catch((error: unknown) => {
      // The status of a repository with issues disabled, as in a new fork: there is none to close.
      if (errorResponseOf(error)?.status === 410) return [];
      throw error;
    });
  return issues
    .filter(({ body }) => parseSince(body ?? "", subject) !== undefined)
    .toSorted((left, right) => left.number - right.number);
}

async function close(
  client: GitHubClient,
  repository: RepositoryName,
  { number }: Issue,
  comment: string,
): Promise<void> {
  const { issues } = client.rest;
  const issue = { ...repository, issue_number: number };
  // In this order, a failure between the requests repeats the comment, but never closes the issue without it.
  await client.call(issues.createComment, { ...issue, body: comment }, z.unknown());
  await client.call(issues.update, { ...issue, state: "closed" }, z.unknown());
}
