import type { HttpUpstream, Input } from "@sysext-kiln/extension";
import { establishDigest, unverifiable } from "../released/digest.ts";
import { wantedFiles, type ReleasedFiles } from "../released/wanted-files.ts";
import { memoize, type Subject, type Upstream } from "../upstream.ts";
import type { GitHubAccess } from "../github/tag-content.ts";
import { fileAtVersion } from "../github/repository-file.ts";
import { existingFile, sizeOfFile, webServer } from "./web-server.ts";
import { listVersions } from "./versions.ts";

/**
 * Files on any web server, whose versions a document or the tags of a repository list. A version's files are
 * assumed never to change, so that an idle watch requests only the list.
 */
export function httpUpstream(github: () => GitHubAccess, http: HttpUpstream, subject: Subject): Upstream {
  const config = releasedFiles(http);
  const versions = memoize(
    () => listVersions(http.versions, github),
    () => "",
  );
  const files = (version: string) =>
    subject.architectures.flatMap((one) => wantedFiles(config, subject.name, version, one));

  const { github: tagged } = http.versions;

  return {
    name: "http",
    filesIdentity: "version",

    async versions() {
      return [...(await versions())].map((version) => ({ version }));
    },

    async unavailableReason(version) {
      if (!(await versions()).has(version)) return "is no longer listed";
      const wanted = files(version);
      const unverified = unverifiable(wanted, webServer);
      if (unverified !== undefined) return unverified;
      const lists = wanted.flatMap(({ evidence }) => (evidence.kind === "lists" ? evidence.lists : []));
      for (const url of new Set([...wanted, ...lists].map(({ name }) => name)))
        if (!(await existingFile(url))) return `has no ${url} yet`;
      return undefined;
    },

    fileInRepository:
      tagged && ((version, path) => fileAtVersion(github(), tagged.repository, tagged.tags, version, path)),

    inputs: (version, architecture) =>
      Promise.all(
        wantedFiles(config, subject.name, version, architecture).map(async (file): Promise<Input> => {
          const size = await sizeOfFile(file.name);
          const { sha256, evidence } = await establishDigest(file, webServer, subject);
          return { ...file.input, url: file.name, size, sha256, origin: { kind: "http", ...evidence } };
        }),
      ),
  };
}

/** The part of the definition that both kinds with released files have in common. */
function releasedFiles({ url = "", files, take, to, ...http }: HttpUpstream): ReleasedFiles {
  const all = files ?? [{ url, take, to }];
  return { ...http, files: all.map(({ url: name, ...file }) => ({ ...file, name })) };
}
