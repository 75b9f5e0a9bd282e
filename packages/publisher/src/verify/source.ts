import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isKilnError, KilnError, reasonsOf } from "@sysext-kiln/error";
import { releasePath, updateDirectoryPath } from "@sysext-kiln/extension";
import { formatBytes, openRegularFile } from "@sysext-kiln/machine";
import { openReleaseStore, type ReleaseStore } from "@sysext-kiln/release-store";

/** Published releases as a host reads them: files at paths below a base. */
export interface Source {
  /** The folder or the URL of the base. */
  name: string;
  isLocal: boolean;
  /** @throws KilnError `not-published`, `file-inaccessible`, `network-unreachable` */
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** The folders that have a manifest; for a URL, only the update directory is known. */
  folders(): Promise<string[]>;
}

/**
 * Opens what is published at a base URL, in a directory, or in a repository (`github:OWNER/REPO`). At a URL,
 * only the update directory is known.
 * @throws KilnError `usage`
 */
export function openSource(where: string): Source {
  if (/^https?:\/\//.test(where)) {
    rejectCredentials(where);
    return urlSource(where);
  }
  const store = openReleaseStore(where);
  return store.baseUrl === undefined ? directorySource(where) : storeSource(store, store.baseUrl);
}

export function directorySource(root: string): Source {
  return {
    name: root,
    isLocal: true,
    async open(path) {
      const file = await openRegularFile(join(root, path)).catch((cause: unknown) => {
        throw isKilnError(cause) ? cause : notPublished(`${root}/${path}`, "no such file", cause);
      });
      return file.createReadStream();
    },
    async folders() {
      const tags = await readdir(join(root, "releases/download")).catch(() => []);
      return foldersOf(tags);
    },
  };
}

export function urlSource(url: string): Source {
  const base = url.replace(new RegExp(`/?(${updateDirectoryPath})?/?$`), "");
  return {
    name: base,
    isLocal: false,
    async open(path) {
      const address = `${base}/${path}`;
      const response = await fetch(address).catch((cause: unknown) => {
        throw new KilnError("network-unreachable", {
          expected: `a response from ${address}`,
          found: reasonsOf(cause),
          next: "check the URL, and that its server is running",
          cause,
        });
      });
      if (response.ok && response.body) return response.body;
      // The file may exist despite such a status. A missing signature would count as "not signed".
      if (response.status >= 500 || response.status === 429)
        throw new KilnError("network-unreachable", {
          expected: `a file at ${address}`,
          found: `status ${response.status}`,
          next: "try again later, or check the server",
        });
      throw notPublished(address, `status ${response.status}`);
    },
    folders: () => Promise.resolve(foldersOf([])),
  };
}

/**
 * What a release store serves at a URL, including its permanent releases, which cannot be listed at a URL.
 */
export function storeSource(store: ReleaseStore, baseUrl: string): Source {
  return {
    ...urlSource(baseUrl),
    async folders() {
      return foldersOf((await store.list()).filter(({ draft }) => !draft).map(({ tag }) => tag));
    },
  };
}

/** Far more than a manifest of every image ever published, in bytes. */
const maxManifestBytes = 16 * 1024 ** 2;

/**
 * Reads a manifest, a signature or a keyring into memory.
 * @throws KilnError `document-invalid` if it is larger than any of these
 */
export async function readBytes(source: Source, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readAtMost(source, path, maxManifestBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Reads a file that may not have more than the given number of bytes: a server can send bytes without end, or
 * compress gigabytes into little.
 * @throws KilnError `document-invalid` if it has more
 */
export async function* readAtMost(
  source: Source,
  path: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let received = 0;
  for await (const chunk of await source.open(path)) {
    received += chunk.length;
    if (received > maxBytes) {
      throw new KilnError("document-invalid", {
        expected: `${path} of ${source.name} to have at most ${formatBytes(maxBytes)}`,
        found: "more",
        next: "check what is served there; hosts that update from it download all of it",
      });
    }
    yield chunk;
  }
}

/** Like `readBytes`, but undefined if the file is not published. */
export async function readIfPublished(source: Source, path: string): Promise<Buffer | undefined> {
  return readBytes(source, path).catch((error: unknown) => {
    if (isKilnError(error, "not-published")) return undefined;
    throw error;
  });
}

function foldersOf(tags: readonly string[]): string[] {
  return [updateDirectoryPath, ...tags.toSorted().map(releasePath)];
}

/** Rejects a URL with a user name or a password, because errors print URLs. */
function rejectCredentials(url: string): void {
  if (!URL.canParse(url)) return;
  const { username, password } = new URL(url);
  if (username === "" && password === "") return;
  throw new KilnError("usage", {
    expected: "a URL without a user name and password",
    found: "a URL that has them",
    next: "serve the releases without a login; signatures show hosts that they are genuine",
  });
}

function notPublished(where: string, found: string, cause?: unknown): KilnError {
  return new KilnError("not-published", {
    expected: `a file at ${where}`,
    found,
    next: "check the address, or publish what is missing with ./kiln release",
    cause,
  });
}
