import { createHash } from "node:crypto";
import { KilnError } from "@sysext-kiln/error";
import { ensurePrograms, run, tryRun, type Say } from "@sysext-kiln/machine";
import { z } from "zod";
import { dockerLogins } from "./login.ts";
import { isAbsent, isRefused } from "./refusal.ts";
import { isLocal, registryHost } from "./repository.ts";

const tagsSchema = z.object({ Tags: z.array(z.string()) });
const indexSchema = z.object({ annotations: z.record(z.string(), z.string()).default({}) });

/** One repository of a container registry. */
export interface Registry {
  /** Such as `ghcr.io/owner/keepalived`. */
  readonly repository: string;
  /** Digest of what a tag names; undefined where there is nothing, or nothing that we may see. */
  digestOf(tag: string): Promise<string | undefined>;
  /** How an image index describes itself; undefined where there is none that we may see. */
  annotationsOf(tag: string): Promise<Readonly<Record<string, string>> | undefined>;
  tags(): Promise<string[]>;
  push(layout: string, tag: string): Promise<void>;
  /** Lets a second tag name what the first one does. */
  retag(from: string, to: string): Promise<void>;
}

/**
 * Opens a repository through skopeo(1).
 * @param logins the file with logins; without it, those of `docker login`
 * @throws KilnError `usage`; every call `network-unreachable`, and one that writes `permission-missing`
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
    if (isAbsent.test(stderr) || isRefused.test(stderr)) return undefined;
    // Not to be taken for a tag that is free.
    throw new KilnError("network-unreachable", {
      expected: `${host} to tell what ${repository}:${tag} is`,
      found: summary,
      next: "check the name of the registry and the network, and run it again",
    });
  }

  async function copy(from: string, to: string): Promise<void> {
    const how = ["--insecure-policy", "copy", "--all", "--preserve-digests", "--quiet"];
    const { status, stderr, summary } = await tryRun(skopeo, [...how, ...copyAccess, from, to]);
    if (status === 0) return;
    const mayNot = isRefused.test(stderr);
    throw new KilnError(mayNot ? "permission-missing" : "command-failed", {
      expected: `to push ${to.slice("docker://".length)}`,
      found: summary,
      next: mayNot
        ? "log in with a token that may write there; on GitHub, the job needs packages: write, and a package that " +
          "somebody pushed by hand has to be connected with the repository"
        : "run it again; what was pushed so far is of no harm",
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
