import { createHash } from "node:crypto";

/** Everything that a GitHub holds. */
export interface GitHubState {
  repositories: RepositoryState[];
  tokens: Map<string, TokenState>;
  /** The addresses of its parts, without a slash at the end. */
  origins: Origins;
  nextId(): number;
}

/** The addresses of GitHub's parts. Downloads have their own host, which matters for redirects and tokens. */
export interface Origins {
  /** github.com: pages and downloads. */
  web: string;
  /** api.github.com */
  api: string;
  /** uploads.github.com; here a path at the API's host, as on an Enterprise Server. */
  uploads: string;
  /** What downloads redirect to: the object store, and archives of source code. */
  storage: string;
}

export type PermissionName = "contents" | "issues" | "actions" | "packages";
export type PermissionLevel = "read" | "write";
/** The permissions of a token; without any, it can read only what is public. */
export type Permissions = Partial<Record<PermissionName, PermissionLevel>>;

export interface TokenState {
  permissions: Permissions;
  login: string;
  /** The number of requests per hour, and how many of them have been used. */
  limit: number;
  used: number;
  /** When `used` is reset, in milliseconds since 1970. */
  resetsAt: number;
}

export interface RepositoryState {
  id: number;
  owner: string;
  name: string;
  isPrivate: boolean;
  /** Whether releases that are published from now on are immutable. */
  immutableReleases: boolean;
  /** By SHA-1. */
  commits: Map<string, CommitState>;
  /** The newest commit of the default branch; undefined in an empty repository. */
  head: string | undefined;
  tags: Map<string, TagState>;
  releases: ReleaseState[];
  /** The release that somebody chose as the latest, by its id. */
  latest: number | undefined;
  /** Tags of immutable releases, also of those that were deleted. */
  usedTags: Set<string>;
  issues: IssueState[];
  labels: LabelState[];
  workflows: WorkflowState[];
}

export interface CommitState {
  sha: string;
  message: string;
  date: Date;
  /** By path; what begins with `#!` is executable. */
  files: Record<string, string | Buffer | { link: string }>;
}

export interface TagState {
  name: string;
  commit: string;
  /** The SHA-1 of the tag object, if the tag is annotated. */
  object: string | undefined;
  message: string;
}

export interface ReleaseState {
  id: number;
  tag: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  immutable: boolean;
  createdAt: Date;
  publishedAt: Date | undefined;
  assets: AssetState[];
}

export interface AssetState {
  id: number;
  name: string;
  label: string | null;
  contentType: string;
  /** `starter` if its upload was cut off; GitHub's own description lacks this state. */
  state: "uploaded" | "starter";
  bytes: Buffer;
  /** `sha256:...`, or null for assets from before GitHub computed digests. */
  digest: string | null;
  createdAt: Date;
  downloads: number;
}

export interface LabelState {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface IssueState {
  id: number;
  number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  labels: string[];
  author: string;
  createdAt: Date;
  closedAt: Date | undefined;
  comments: CommentState[];
}

export interface CommentState {
  id: number;
  body: string;
  author: string;
  createdAt: Date;
}

export interface WorkflowState {
  id: number;
  name: string;
  path: string;
  state: "active" | "disabled_inactivity" | "disabled_manually" | "disabled_fork";
  runs: RunState[];
}

export interface RunState {
  id: number;
  number: number;
  event: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: "success" | "failure" | "cancelled" | null;
  branch: string;
  createdAt: Date;
}

/** A hash like git's. */
export function sha1Of(...parts: string[]): string {
  return createHash("sha1").update(parts.join("\0")).digest("hex");
}

/** The latest release: the chosen one, or else the newest that is neither a draft nor a prerelease. */
export function latestRelease({ releases, latest }: RepositoryState): ReleaseState | undefined {
  const eligible = releases.filter(({ draft, prerelease }) => !draft && !prerelease);
  const newestFirst = eligible.toSorted(
    (left, right) => right.createdAt.getTime() - left.createdAt.getTime() || right.id - left.id,
  );
  return eligible.find(({ id }) => id === latest) ?? newestFirst[0];
}
