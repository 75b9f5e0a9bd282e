import type { Architecture } from "../architecture.ts";
import type { GithubUpstream } from "./github.ts";
import type { HttpUpstream } from "./http.ts";
import { architecturesWithoutName, evidenceProblem } from "./released-files.ts";
import type { Source } from "./sources.ts";
import type { Template } from "./template.ts";

/** What is wrong with a definition, and at which key. */
export interface Problem {
  path: readonly string[];
  /** Completes the sentence "expected the key to be ...". */
  message: string;
}

/** What is wrong with the upstreams of an extension, or with one of its further sources. */
export function upstreamProblems(
  { github, http }: { github?: GithubUpstream | undefined; http?: HttpUpstream | undefined },
  architectures: readonly Architecture[],
): Problem[] {
  const problems: Problem[] = [];
  if (github?.kind === "releases") {
    const files = github.files ?? [{ asset: github.asset ?? "", take: github.take }];
    problems.push(
      ...releasedProblems(
        "github",
        github,
        files.map(({ asset, ...file }) => ({ ...file, name: asset })),
        architectures,
      ),
    );
  }
  if (http) {
    const files = http.files ?? [{ url: http.url ?? "", take: http.take }];
    problems.push(
      ...releasedProblems(
        "http",
        http,
        files.map(({ url, ...file }) => ({ ...file, name: url })),
        architectures,
      ),
    );
    const lists = [http.checksums, ...(http.files ?? []).map(({ checksums = [] }) => checksums)].flat();
    const isSigned = http.signature !== undefined;
    if (!isSigned && lists.some((url) => url.startsWith("http://") && !isLoopback(url))) {
      problems.push({
        path: ["http", "checksums"],
        message: "a URL that begins with https://, because nothing else protects a list without a signature",
      });
    }
  }
  return problems;
}

type Released = Pick<HttpUpstream, "arch" | "digests" | "signature"> & {
  checksums: string | readonly string[];
};

interface ReleasedFile {
  name: Template;
  arch?: HttpUpstream["arch"];
  checksums?: string | readonly string[] | undefined;
  take?: Readonly<Record<string, unknown>> | undefined;
}

function releasedProblems(
  kind: string,
  config: Released,
  files: readonly ReleasedFile[],
  architectures: readonly Architecture[],
): Problem[] {
  const signature = config.signature === undefined ? [] : [config.signature.file];
  const problems: Problem[] = [];
  for (const { name, arch = config.arch, checksums = config.checksums, take = {} } of files) {
    const templates = [name, ...[checksums].flat(), ...signature, ...Object.keys(take)];
    const missing = architecturesWithoutName(templates, arch, architectures);
    if (missing.length > 0) {
      const message = `what {arch} stands for on ${missing.join(" and on ")}, in upstream's spelling, such as { x86-64: amd64, arm64: arm64 }`;
      problems.push({ path: [kind, "arch"], message });
    }
    const wrong = evidenceProblem({ ...config, checksums });
    if (wrong !== undefined) problems.push({ path: [kind, "checksums"], message: wrong });
  }
  return problems;
}

/** A server on this machine, as tests have them. */
function isLoopback(url: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url);
}

/** What is wrong with the further sources of an extension, apart from their own keys. */
export function sourceProblems(
  extension: string,
  upstreams: { github?: unknown; http?: HttpUpstream | undefined; files?: unknown },
  sources: Readonly<Record<string, Source>>,
): Problem[] {
  const problems: Problem[] = [];
  const hasRepository = upstreams.github !== undefined || upstreams.http?.versions.github !== undefined;
  for (const [name, { version }] of Object.entries(sources)) {
    if (name === extension)
      problems.push({ path: ["sources", name], message: "a name that is not the extension's" });
    if (typeof version === "object" && "file" in version && !hasRepository) {
      const message = "another version: the upstream has no repository on GitHub with such a file";
      problems.push({ path: ["sources", name, "version"], message });
    }
  }
  if (upstreams.files !== undefined && Object.keys(sources).length > 0)
    problems.push({ path: ["sources"], message: "omitted: an extension of files has no other source" });
  return problems;
}
