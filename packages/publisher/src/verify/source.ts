import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";
import { formatBytes, openRegularFile } from "@sysext-kiln/machine";

/** A published tree as a host reads it: by paths below a base, and nothing else. */
export interface Source {
  /** The folder or the URL that it is at. */
  name: string;
  isLocal: boolean;
  open(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** The folders with a manifest; of a URL only the update directory is known. */
  folders(): Promise<string[]>;
}

export function directorySource(root: string): Source {
  return {
    name: root,
    isLocal: true,
    async open(path) {
      const file = await openRegularFile(join(root, path)).catch((cause: unknown) => {
        throw isKilnError(cause) ? cause : missing(`${root}/${path}`, "no such file", cause);
      });
      return file.createReadStream();
    },
    async folders() {
      const tags = await readdir(join(root, "releases/download")).catch(() => []);
      return [updateDirectoryPath, ...tags.toSorted(byName).map((tag) => `releases/download/${tag}`)];
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
          expected: `an answer from ${address}`,
          found: cause instanceof Error ? cause.message : "none",
          next: "check the URL and that its server runs",
          cause,
        });
      });
      if (response.ok && response.body) return response.body;
      // The response does not say whether the file exists, and nothing may count as unsigned because of that.
      if (response.status >= 500 || response.status === 429)
        throw new KilnError("network-unreachable", {
          expected: `a file at ${address}`,
          found: `status ${response.status}`,
          next: "try again later, or look after the server",
        });
      throw missing(address, `status ${response.status}`);
    },
    folders: () => Promise.resolve([updateDirectoryPath]),
  };
}

/** Far more than a manifest of every image ever published, in bytes. */
const largestManifest = 16 * 1024 * 1024;

/**
 * A manifest or a signature, whole.
 * @throws KilnError `document-invalid` if it is too large to be one
 */
export async function readBytes(source: Source, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readAtMost(source, path, largestManifest)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Reads a file as long as it has no more bytes than expected: whoever serves it may never end, or compress gigabytes into
 * little.
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

/** The same, or undefined where the file is not there. */
export async function readIfPublished(source: Source, path: string): Promise<Buffer | undefined> {
  return readBytes(source, path).catch((error: unknown) => {
    if (isKilnError(error, "not-published")) return undefined;
    throw error;
  });
}

function byName(left: string, right: string): number {
  return left < right ? -1 : 1;
}

function missing(where: string, found: string, cause?: unknown): KilnError {
  return new KilnError("not-published", {
    expected: `a file at ${where}`,
    found,
    next: "check the address; ./kiln release publishes what is missing",
    cause,
  });
}
