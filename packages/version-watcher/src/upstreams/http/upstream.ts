import { compareUpstreamVersions, type HttpUpstream, type Input } from "@sysext-kiln/extension";
import { forbidden } from "@sysext-kiln/machine";
import { establishDigest, unverifiable } from "../released/digest.ts";
import { wantedFiles, type ReleasedFiles, type WantedFile } from "../released/wanted-files.ts";
import { memoize, type Subject, type Upstream } from "../upstream.ts";
import { fileAtVersion } from "../github/repository-file.ts";
import { headOf, sizeOfFile, webServer } from "./web-server.ts";
import { listVersions, type ListAccess } from "./versions.ts";

/**
 * Files on any web server, whose versions a document or the tags of a repository list. A version's files are
 * assumed never to change, so that an idle watch requests only the list.
 */
export function httpUpstream(access: ListAccess, http: HttpUpstream, subject: Subject): Upstream {
  const { say } = access;
  const server = webServer(say);
  const config = releasedFiles(http);
  const versions = memoize(
    () => listVersions(http.versions, access),
    () => "",
  );
  const files = (version: string) =>
    subject.architectures.flatMap((one) => wantedFiles(config, subject.name, version, one));

  /**
   * Whether the server lets us read the file of an older version: then 403 means that it lacks the one of this
   * version. Otherwise it may forbid everything, which must not make an older version look like the newest.
   */
  const canReadOlder = async (version: string, index: number): Promise<boolean> => {
    const older = [...(await versions())]
      .filter((one) => compareUpstreamVersions(one, version) < 0)
      .toSorted(compareUpstreamVersions)
      .slice(-mostOlder);
    for (const one of older.toReversed()) {
      const url = urlsOf(files(one))[index];
      if (url !== undefined && typeof (await headOf(url, say)) === "object") return true;
    }
    return false;
  };

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
      const unverified = unverifiable(wanted, server);
      if (unverified !== undefined) return unverified;
      for (const [index, url] of urlsOf(wanted).entries()) {
        const head = await headOf(url, say);
        if (head === "missing") return `has no ${url} yet`;
        if (head !== "forbidden") continue;
        if (!(await canReadOlder(version, index))) throw forbidden(url);
        return `has no ${url} yet: the server answers 403, but not for an older version`;
      }
      return undefined;
    },

    fileInRepository:
      tagged &&
      ((version, path) => fileAtVersion(access.github(), tagged.repository, tagged.tags, version, path)),

    inputs: (version, architecture) =>
      Promise.all(
        wantedFiles(config, subject.name, version, architecture).map(async (file): Promise<Input> => {
          const size = await sizeOfFile(file.name, say);
          const { sha256, evidence } = await establishDigest(file, server, subject);
          return { ...file.input, url: file.name, size, sha256, origin: { kind: "http", ...evidence } };
        }),
      ),
  };
}

/** How many older versions are tried after a server has answered 403. */
const mostOlder = 5;

/** The URLs of files and of the lists of their checksums. */
function urlsOf(files: readonly WantedFile[]): string[] {
  const lists = files.flatMap(({ evidence }) => (evidence.kind === "lists" ? evidence.lists : []));
  return [...new Set([...files, ...lists].map(({ name }) => name))];
}

/** The part of the definition that both kinds with released files have in common. */
function releasedFiles({ url = "", files, take, to, ...http }: HttpUpstream): ReleasedFiles {
  const all = files ?? [{ url, take, to }];
  return { ...http, files: all.map(({ url: name, ...file }) => ({ ...file, name })) };
}
