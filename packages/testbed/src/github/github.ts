import { randomUUID } from "node:crypto";
import { Faults, type ReceivedRequest, type InjectedFault, type Target } from "./faults.ts";
import { openRepository, type Repository } from "./repository.ts";
import { openPart, uploadsPath, type Exchange } from "./server.ts";
import type { GitHubState, Origins, Permissions } from "./state.ts";

/** A stateful GitHub in this process, on loopback addresses. */
export interface GitHub extends AsyncDisposable {
  origins: Origins;
  /**
   * The environment of a job of GitHub Actions: the addresses of the API and the server, and a token that may
   * write contents. In addition, upstreams are also on this GitHub, and waits are short.
   */
  environment: Record<
    | "GITHUB_API_URL"
    | "GITHUB_SERVER_URL"
    | "GITHUB_TOKEN"
    | "KILN_UPSTREAM_API_URL"
    | "KILN_UPSTREAM_SERVER_URL"
    | "KILN_GITHUB_WAIT_SCALE"
    | "no_proxy",
    string
  >;
  /** Every request that was received, in order. */
  requests: readonly ReceivedRequest[];
  /** A repository, which is created when it is first named. @param name `OWNER/NAME` */
  repository(name: string, options?: RepositoryOptions): Repository;
  /** Issues a token. */
  token(permissions: Permissions, options?: TokenOptions): string;
  /** Makes requests fail: the one with a number, or the next `times` for which a function returns true. */
  fault(target: Target, fault: InjectedFault, times?: number): void;
  /** Calls a function after each request has taken effect, before its answer is sent. */
  watch(watcher: (request: ReceivedRequest) => void): void;
}

export interface RepositoryOptions {
  isPrivate?: boolean;
  immutableReleases?: boolean;
}

export interface TokenOptions {
  /** The primary rate limit, in requests per hour. */
  limit?: number;
  /** How many of them have been used. */
  used?: number;
  /** When the hour ends, in milliseconds since 1970. */
  resetsAt?: number;
}

/** Shared by all GitHubs in this process, so that the contents of one can be copied to another. */
let lastId = 1000;

export async function startGitHub(): Promise<GitHub> {
  const state: GitHubState = {
    repositories: [],
    tokens: new Map(),
    origins: { web: "", api: "", uploads: "", storage: "" },
    nextId: () => (lastId += 1),
  };
  const exchange: Exchange = { state, faults: new Faults(), requests: [], watchers: [], mistakes: [] };
  const parts = ["web", "api", "storage"] as const;
  const opened = await Promise.all(parts.map((part) => openPart(part, exchange)));
  parts.forEach((part, index) => (state.origins[part] = opened[index]!.origin));
  state.origins.uploads = `${state.origins.api}${uploadsPath}`;
  const repositories = new Map<string, Repository>();

  const github: GitHub = {
    origins: state.origins,
    environment: {
      GITHUB_API_URL: state.origins.api,
      GITHUB_SERVER_URL: state.origins.web,
      GITHUB_TOKEN: "",
      KILN_UPSTREAM_API_URL: state.origins.api,
      KILN_UPSTREAM_SERVER_URL: state.origins.web,
      KILN_GITHUB_WAIT_SCALE: "0.001",
      no_proxy: "127.0.0.1",
    },
    requests: exchange.requests,

    repository(fullName, options = {}) {
      const found = repositories.get(fullName);
      if (found) return found;
      const [owner = "", name = ""] = fullName.split("/");
      const repository = openRepository(state, {
        id: state.nextId(),
        owner,
        name,
        isPrivate: options.isPrivate ?? false,
        immutableReleases: options.immutableReleases ?? false,
        commits: new Map(),
        head: undefined,
        tags: new Map(),
        releases: [],
        latest: undefined,
        usedTags: new Set(),
        issues: [],
        labels: [],
        workflows: [],
      });
      state.repositories.push(repository.state);
      repositories.set(fullName, repository);
      return repository;
    },

    token(permissions, { limit = 1000, used = 0, resetsAt = Date.now() + 60 * 60 * 1000 } = {}) {
      const secret = `ghs_${randomUUID().replaceAll("-", "")}`;
      state.tokens.set(secret, { permissions, login: "github-actions[bot]", limit, used, resetsAt });
      return secret;
    },

    fault: (target, fault, times = 1) => exchange.faults.add(target, fault, times),
    watch: (watcher) => exchange.watchers.push(watcher),

    async [Symbol.asyncDispose]() {
      for (const { server } of opened) {
        server.closeAllConnections();
        server.close();
      }
      // A mistake in the testbed would look like one in the code under test.
      if (exchange.mistakes.length > 0)
        throw new AggregateError(exchange.mistakes, "the testbed's GitHub failed");
    },
  };
  github.environment.GITHUB_TOKEN = github.token({ contents: "write" }, { limit: 100_000 });
  return github;
}
