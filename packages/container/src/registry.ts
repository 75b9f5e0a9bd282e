import { createHash } from "node:crypto";
import { KilnError } from "@sysext-kiln/error";
import { ensurePrograms, run, tryRun, type Say } from "@sysext-kiln/machine";
import { z } from "zod";
import { dockerLogins, isDenied } from "./login.ts";
import { isLocal, registryHost } from "./repository.ts";

const tagsSchema = z.object({ Tags: z.array(z.string()) });
const indexSchema = z.object({ annotations: z.record(z.string(), z.string()).default({}) });

/** What registries answer, in skopeo's words, about a tag or a repository that does not exist. */
const isAbsent = /(manifest|name) unknown|not known|not found|status code.* 404/i;

/** One repository of a container registry. */
export interface Registry {
  /** Such as `ghcr.io/owner/keepalived`. */
  repository: string;
  /** The digest that a tag points to; undefined if it does not exist, or this login cannot see it. */
  digestOf(tag: string): Promise<string | undefined>;
  /** The annotations of an image index; undefined if it does not exist, or this login cannot see it. */
  annotationsOf(tag: string): Promise<Readonly<Record<string, string>> | undefined>;
  tags(): Promise<string[]>;
  push(layout: string, tag: string): Promise<void>;
  /** Makes a second tag point to what the first one points to. */
  retag(from: string, to: string): Promise<void>;
}

/**
 * Opens a repository through skopeo(1).
 * @param logins the path of a file with logins; without it, those of `docker login` are used
 * @throws KilnError `usage`; each method `network-unreachable`, and those that write `permission-missing`
 */
export async function openRegistry(repository: string, say: Say, logins = dockerLogins()): Promise<Registry> {
  const host = registryHost(repository);
  const { skopeo } = await ensurePrograms(["skopeo"], say);
  const plain = isLocal(host) ? ["tls-verify=false"] : [];
  const authfile = logins === undefined ? [] : [`--authfile=${logins}`];
  const access = [...plain.map((option) => `--${option}`), ...authfile];
  const copyAccess = [...plain.flatMap((option) => [`--src-${option}`, `--dest-${option}`]), ...authfile];
  const at = (tag: string) => `docker://${repository}:${tag}`;

  async function read(tag: string): Promise<string | undefined> {
    const inspect = ["inspect", "--raw", ...access, at(tag)];
    const { status, stdout, stderr, summary } = await tryRun(skopeo, inspect);
    if (status === 0) return stdout;
    if (isAbsent.test(stderr) || isDenied.test(stderr)) return undefined;
    // Anything else must not be mistaken for a tag that does not exist.
    throw new KilnError("network-unreachable", {
      expected: `${host} to answer what ${repository}:${tag} is`,
      found: summary,
      next: "check the registry's name and the network, then run it again",
    });
  }

  async function copy(from: string, to: string): Promise<void> {
    const how = ["--insecure-policy", "copy", "--all", "--preserve-digests", "--quiet"];
    const { status, stderr, summary } = await tryRun(skopeo, [...how, ...copyAccess, from, to]);
    if (status === 0) return;
    const denied = isDenied.test(stderr);
    throw new KilnError(denied ? "permission-missing" : "command-failed", {
      expected: `to push ${to.slice("docker://".length)}`,
      found: summary,
      next: denied
        ? "log in with a token that has write access; on GitHub, the job needs packages: write, and a package that " +
          "was first pushed by hand must be connected to the repository"
        : "run it again; what has been pushed so far does no harm",
    });
  }

  return {
    repository,
    async digestOf(tag) {
      const index = await read(tag);
      return index === undefined ? undefined : `sha256:${createHash("sha256").update(index).digest("hex")}`;
    },
    async annotationsOf(tag) {
      const index = await read(tag);
      if (index === undefined) return undefined;
      const json: unknown = JSON.parse(index);
      return indexSchema.parse(json).annotations;
    },
    async tags() {
      const listTags = ["list-tags", ...access, `docker://${repository}`];
      const json: unknown = JSON.parse(await run(skopeo, listTags));
      return tagsSchema.parse(json).Tags;
    },
    push: (layout, tag) => copy(`oci:${layout}:${tag}`, at(tag)),
    retag: (from, to) => copy(at(from), at(to)),
  };
}
