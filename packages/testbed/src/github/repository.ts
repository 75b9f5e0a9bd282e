import { hash } from "node:crypto";
import {
  sha1Of,
  type AssetState,
  type CommitState,
  type GitHubState,
  type ReleaseState,
  type RepositoryState,
  type RunState,
  type WorkflowState,
} from "./state.ts";

/** A repository as a test sets it up and inspects it. */
export interface Repository {
  /** Its contents, which a test may inspect and damage. */
  state: RepositoryState;
  /** Adds a commit to the default branch; returns its SHA-1. */
  commit(files?: CommitState["files"], date?: Date): string;
  /** Makes or moves a tag; returns the SHA-1 of its commit. */
  tag(name: string, options?: TagOptions): string;
  /** Makes a release with its tag, published by default. */
  release(tag: string, options?: ReleaseOptions): ReleaseState;
  /** An asset of a release. */
  asset(tag: string, name: string): AssetState;
  /** Adds a workflow. @param file its name below `.github/workflows` */
  workflow(file: string, options?: Partial<WorkflowState>): WorkflowState;
  /** Adds a run to a workflow. */
  run(workflow: WorkflowState, options?: Partial<RunState>): RunState;
  /** Copies the commits, tags and releases of another repository, which may be on another GitHub. */
  copyFrom(other: RepositoryState): void;
}

export interface TagOptions {
  /** The commit; without it, a new one. */
  commit?: string;
  /** Whether the tag is a git object itself. */
  annotated?: boolean;
}

export interface ReleaseOptions {
  /** Bytes by name. */
  assets?: Record<string, string | Buffer>;
  body?: string;
  draft?: boolean;
  prerelease?: boolean;
  latest?: boolean;
  date?: Date;
}

export function openRepository(github: GitHubState, state: RepositoryState): Repository {
  const repository: Repository = {
    state,

    commit(files = {}, date = new Date("2026-01-01T00:00:00Z")) {
      const content = Object.entries(files).map(([path, file]) => `${path} ${fileDigest(file)}`);
      const sha = sha1Of("commit", String(github.nextId()), date.toISOString(), ...content);
      state.commits.set(sha, { sha, message: "a change", date, files });
      state.head = sha;
      return sha;
    },

    tag(name, { commit = repository.commit({ README: `${name}\n` }), annotated = false } = {}) {
      const object = annotated ? sha1Of("tag", String(github.nextId()), commit) : undefined;
      state.tags.set(name, { name, commit, object, message: annotated ? name : "" });
      return commit;
    },

    release(tag, options = {}) {
      const { assets = {}, body = null, draft = false, prerelease = false, date = new Date() } = options;
      if (!draft && !state.tags.has(tag)) repository.tag(tag);
      const release: ReleaseState = {
        id: github.nextId(),
        tag,
        target: "main",
        name: tag,
        body,
        draft,
        prerelease,
        immutable: !draft && state.immutableReleases,
        createdAt: date,
        publishedAt: draft ? undefined : date,
        assets: Object.entries(assets).map(([name, bytes]) =>
          assetOf(github.nextId(), name, Buffer.from(bytes)),
        ),
      };
      state.releases.push(release);
      if (release.immutable) state.usedTags.add(tag);
      if (options.latest) state.latest = release.id;
      return release;
    },

    asset(tag, name) {
      const release = state.releases.find((one) => one.tag === tag);
      const asset = release?.assets.find((one) => one.name === name);
      if (!asset) throw new Error(`${state.owner}/${state.name} has no asset ${name} of ${tag}`);
      return asset;
    },

    workflow(file, options = {}) {
      const workflow: WorkflowState = {
        id: github.nextId(),
        name: file.replace(/\.ya?ml$/, ""),
        path: `.github/workflows/${file}`,
        state: "active",
        runs: [],
        ...options,
      };
      state.workflows.push(workflow);
      return workflow;
    },

    run(workflow, options = {}) {
      const run: RunState = {
        id: github.nextId(),
        number: workflow.runs.length + 1,
        event: "schedule",
        status: "completed",
        conclusion: "success",
        branch: "main",
        createdAt: new Date(),
        ...options,
      };
      workflow.runs.push(run);
      return run;
    },

    copyFrom(other) {
      const { commits, head, latest } = other;
      const releases = other.releases.map((release) => ({
        ...release,
        assets: release.assets.map((asset) => ({ ...asset })),
      }));
      const tags = new Map(other.tags);
      Object.assign(state, { commits, head, latest, releases, tags, usedTags: new Set(other.usedTags) });
    },
  };
  repository.commit({ "README.md": `# ${state.name}\n` });
  return repository;
}

function fileDigest(file: CommitState["files"][string]): string {
  const bytes = typeof file === "object" && "link" in file ? `-> ${file.link}` : file;
  return hash("sha256", bytes);
}

function assetOf(id: number, name: string, bytes: Buffer): AssetState {
  return {
    id,
    name,
    label: null,
    contentType: "application/octet-stream",
    state: "uploaded",
    bytes,
    digest: `sha256:${hash("sha256", bytes)}`,
    createdAt: new Date(),
    downloads: 0,
  };
}
