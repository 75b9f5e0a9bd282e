import { KilnError } from "@sysext-kiln/error";
import type { HttpVersions } from "@sysext-kiln/extension";
import { listTags, parseRepositoryName } from "@sysext-kiln/github-client";
import { readRemoteDocument, type RemoteDocument, type Say } from "@sysext-kiln/machine";
import { z } from "zod";
import type { GitHubAccess } from "../github/tag-content.ts";
import { isHtml } from "../released/checksum-list.ts";
import { versionOf } from "../version-of.ts";
import { versionsInJson } from "./json.ts";
import { versionsInPage } from "./html.ts";

/** The largest list of versions that is read, in bytes. */
const largest = 20_000_000;
/** How many pages a list of tags has at most. */
const mostPages = 100;

/** How the kinds of lists are reached. */
export interface ListAccess {
  /** Called only for a list of tags on GitHub. */
  github: () => GitHubAccess;
  /** Takes a line for a person about what is being read. */
  say: Say;
}

/**
 * All versions that a document or the tags of a repository list.
 * @throws KilnError `document-invalid`, `download-missing`, `network-unreachable`
 */
export async function listVersions(
  { json, html, github, gitlab }: HttpVersions,
  access: ListAccess,
): Promise<Set<string>> {
  const { say } = access;
  if (json) return versionsInJson(json, async (url) => parseJson(await read(url, say), url));
  if (html) return versionsInPage((await read(html.url, say)).body.toString(), html.pattern);
  if (gitlab) return fromGitLab(gitlab, say);
  if (!github) throw new Error("the definition does not say where versions are listed");
  say(`reading the tags of ${github.repository} on GitHub`);
  const tags = await listTags(access.github().client, parseRepositoryName(github.repository));
  return versionsOf(
    tags.map(({ name }) => name),
    github.tags,
  );
}

/** The tags of a project (GitLab's API of tags), whose pages are numbered. */
async function fromGitLab(
  { url, project, tags }: NonNullable<HttpVersions["gitlab"]>,
  say: Say,
): Promise<Set<string>> {
  const base = `${url.replace(/\/+$/, "")}/api/v4/projects/${encodeURIComponent(project)}/repository/tags`;
  const names: string[] = [];
  let page = "1";
  for (let count = 0; count < mostPages; count += 1) {
    const at = `${base}?per_page=100&page=${page}`;
    const document = await read(at, say);
    const parsed = z.array(z.object({ name: z.string() })).safeParse(parseJson(document, at));
    if (!parsed.success) throw invalid(`${at} to be a list of tags`, "another document");
    names.push(...parsed.data.map(({ name }) => name));
    if (document.nextPage === undefined) break;
    page = document.nextPage;
  }
  return versionsOf(names, tags);
}

function versionsOf(names: readonly string[], form: string | undefined): Set<string> {
  return new Set(names.map((name) => versionOf(name, form)).filter((version) => version !== undefined));
}

/** Reads a list of versions, which is kept: what it names is verified by other means. */
async function read(url: string, say: Say): Promise<RemoteDocument> {
  say(`reading ${url}`);
  const document = await readRemoteDocument(url, { largest, keep: true });
  if (document) return document;
  throw new KilnError("download-missing", {
    expected: `a list of versions at ${url}`,
    found: "no such document",
    next: `correct "versions" in extension.yaml`,
  });
}

function parseJson({ body }: RemoteDocument, url: string): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (cause) {
    const found = isHtml(body.toString()) ? "an HTML page" : "another document";
    throw invalid(`${url} to be a JSON document`, found, cause);
  }
}

function invalid(expected: string, found: string, cause?: unknown): KilnError {
  return new KilnError("document-invalid", {
    expected,
    found,
    next: `correct "versions" in extension.yaml, or wait until the server is repaired`,
    cause,
  });
}
