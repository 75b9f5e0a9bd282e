import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import {
  openWorkflowRunner,
  type BeforeJob,
  type WorkflowRun,
  type WorkflowRunner,
} from "@sysext-kiln/testbed/workflow";
import { namesIn, openTestRepository, type TestRepository } from "./test-repository.ts";
import { root } from "./paths.ts";

/** A repository on GitHub: its workflows run there, with the actions' bundles as they are committed. */
export interface HostedRepository extends AsyncDisposable {
  github: GitHub;
  repository: Repository;
  /** What hosts put before `releases/`. */
  url: string;
  /** The permissions of each token that a job was given. */
  tokens: ReadonlyMap<string, Permissions>;
  release: WorkflowRunner;
  watchdog: WorkflowRunner;
}

type Permissions = Parameters<GitHub["token"]>[0];

export interface HostedRepositoryOptions {
  /** The folder of the extensions. */
  extensions: string;
  /** The repository's variables. */
  vars?: Readonly<Record<string, string>>;
  /** Variables of the runner's machine. */
  machine?: Readonly<Record<string, string>>;
  /** Is called with each token before a job gets it. */
  onToken?: ((token: string) => void) | undefined;
  /** Takes rights from a job's token. */
  restrict?: ((permissions: Permissions) => Permissions) | undefined;
  /** Is called before each job with the artifacts of the jobs before it. */
  beforeJob?: BeforeJob | undefined;
  /** The maximum number of jobs in a matrix, instead of GitHub's 256. */
  largestMatrix?: number | undefined;
  /** Whether the repository's releases are immutable. */
  immutableReleases?: boolean | undefined;
}

export async function openHostedRepository(options: HostedRepositoryOptions): Promise<HostedRepository> {
  const { extensions, vars = {}, machine = {}, restrict = (all) => all, largestMatrix = 256 } = options;
  const { immutableReleases = false, onToken } = options;
  await using stack = new AsyncDisposableStack();
  const github = stack.use(await startGitHub());
  const repository = github.repository("example/kiln", { immutableReleases });
  const tokens = new Map<string, Permissions>();
  const open = async (file: string) => {
    repository.workflow(file);
    const runner = await openWorkflowRunner({
      file: join(root, ".github/workflows", file),
      async checkOut(workspace) {
        await checkOut(extensions, workspace);
        await limitMatrix(workspace, largestMatrix);
      },
      repository: "example/kiln",
      apiUrl: github.origins.api,
      serverUrl: github.origins.web,
      tokenFor: (permissions) => {
        const token = github.token(restrict(permissions));
        tokens.set(token, restrict(permissions));
        onToken?.(token);
        return token;
      },
      beforeJob: options.beforeJob,
      machine: { no_proxy: "127.0.0.1", KILN_GITHUB_WAIT_SCALE: "0", ...machine },
    });
    const { KILN_UPSTREAM_API_URL, KILN_UPSTREAM_SERVER_URL } = github.environment;
    Object.assign(runner.vars, { KILN_UPSTREAM_API_URL, KILN_UPSTREAM_SERVER_URL, ...vars });
    return stack.use(runner);
  };
  const release = await open("release.yml");
  const watchdog = await open("watchdog.yml");
  const all = stack.move();
  return {
    github,
    repository,
    url: `${github.origins.web}/example/kiln`,
    tokens,
    release,
    watchdog,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/**
 * Copies the committed actions, without anything else that a bundle could depend on, the extensions with the
 * settings beside them, and the container's sources.
 */
async function checkOut(extensions: string, workspace: string): Promise<void> {
  await cp(extensions, join(workspace, "extensions"), { recursive: true });
  const settings = join(dirname(extensions), "kiln.yaml");
  if (existsSync(settings)) await cp(settings, join(workspace, "kiln.yaml"));
  await cp(join(root, "deploy/container"), join(workspace, "deploy/container"), { recursive: true });
  for (const name of await readdir(join(root, "packages"))) {
    if (!existsSync(join(root, "packages", name, "action.yml"))) continue;
    for (const part of ["action.yml", "package.json", "dist"])
      await cp(join(root, "packages", name, part), join(workspace, "packages", name, part), {
        recursive: true,
      });
  }
}

/** Replaces the default of the action's limit, which the workflow does not set. */
async function limitMatrix(workspace: string, limit: number): Promise<void> {
  const path = join(workspace, "packages/version-watcher/action.yml");
  const text = await readFile(path, "utf8");
  const limited = text.replace('default: "256"', `default: "${limit}"`);
  if (limit !== 256 && limited === text) throw new Error(`the default in ${path} is not 256`);
  await writeFile(path, limited);
}

/** A test repository that is hosted on GitHub. */
export interface HostedTestRepository extends HostedRepository {
  /** The checkout that was committed to it. */
  local: TestRepository;
}

export async function openHostedTestRepository(
  options: Omit<HostedRepositoryOptions, "extensions" | "vars"> = {},
): Promise<HostedTestRepository> {
  await using stack = new AsyncDisposableStack();
  const local = stack.use(await openTestRepository());
  const mirror = Object.entries(local.archive.environment).filter(([name]) =>
    name.startsWith("KILN_DEBIAN_"),
  );
  const hosted = stack.use(
    await openHostedRepository({
      ...options,
      extensions: join(local.folder, "extensions"),
      vars: Object.fromEntries(mirror),
    }),
  );
  const all = stack.move();
  return { ...hosted, local, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** The names of the jobs that ran. */
export function jobsOf({ jobs }: WorkflowRun): string[] {
  return jobs.map(({ name }) => name);
}

/** The errors that GitHub shows with a run, with their jobs. */
export function errorsOf({
  jobs,
}: WorkflowRun): { job: string; title: string | undefined; message: string }[] {
  return jobs.flatMap(({ id, log }) =>
    log.annotations
      .filter(({ level }) => level === "error")
      .map(({ title, message }) => ({ job: id, title, message })),
  );
}

/** The tags of the published releases. */
export function tagsOf({ repository }: HostedRepository): string[] {
  return repository.state.releases
    .filter(({ draft }) => !draft)
    .map(({ tag }) => tag)
    .toSorted();
}

/** The images that hosts find in the update directory. */
export async function offeredBy({ url }: HostedRepository): Promise<string[]> {
  const answer = await fetch(`${url}/releases/latest/download/SHA256SUMS`);
  return namesIn(await answer.text());
}
