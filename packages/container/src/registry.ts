import { existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { run, tryRun } from "@sysext-kiln/machine";
import { z } from "zod";

const tagsSchema = z.object({ Tags: z.array(z.string()) });

/** One repository of a container registry. */
export interface Registry {
  /** Digest of what a tag names; undefined where there is nothing, or nothing that we may see. */
  digestOf(tag: string): Promise<string | undefined>;
  tags(): Promise<string[]>;
  push(layout: string, tag: string): Promise<void>;
  /** Lets a second tag name what the first one does. */
  retag(from: string, to: string): Promise<void>;
}

/** Opens a repository through skopeo(1), with the logins of `docker login`. */
export function openRegistry(skopeo: string, repository: string): Registry {
  const host = /^([a-z0-9.-]+(?::\d+)?)\/[a-z0-9._/-]+$/.exec(repository)?.[1];
  if (host === undefined) {
    throw new KilnError("usage", {
      expected: "a repository such as ghcr.io/owner/keepalived, without a tag",
      found: JSON.stringify(repository.slice(0, 120)),
      next: "name the registry, and write everything in small letters",
    });
  }
  // Docker's own rule: a registry of this machine may speak plain HTTP.
  const isLocal = /^(localhost|127\.0\.0\.1)(:|$)/.test(host);
  const access = [...(isLocal ? ["--tls-verify=false"] : []), ...login()];
  const copyAccess = access.flatMap((option) =>
    option.startsWith("--tls-verify")
      ? [option.replace("--", "--src-"), option.replace("--", "--dest-")]
      : [option],
  );
  const at = (tag: string) => `docker://${repository}:${tag}`;
  const copy = async (from: string, to: string) => {
    await run(skopeo, [
      "--insecure-policy",
      "copy",
      "--all",
      "--preserve-digests",
      "--quiet",
      ...copyAccess,
      from,
      to,
    ]);
  };
  return {
    async digestOf(tag) {
      const { status, stdout } = await tryRun(skopeo, ["inspect", "--raw", ...access, at(tag)]);
      return status === 0 ? `sha256:${createHash("sha256").update(stdout).digest("hex")}` : undefined;
    },
    async tags() {
      const json: unknown = JSON.parse(await run(skopeo, ["list-tags", ...access, `docker://${repository}`]));
      return tagsSchema.parse(json).Tags;
    },
    push: (layout, tag) => copy(`oci:${layout}:${tag}`, at(tag)),
    retag: (from, to) => copy(at(from), at(to)),
  };
}

/** skopeo looks for Docker's logins by itself, but not where DOCKER_CONFIG says. */
function login(): string[] {
  const folder = process.env["DOCKER_CONFIG"];
  const file = folder === undefined ? undefined : join(folder, "config.json");
  return file !== undefined && existsSync(file) ? [`--authfile=${file}`] : [];
}
