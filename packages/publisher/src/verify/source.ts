import { createReadStream } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath } from "@sysext-kiln/extension";

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
      await access(join(root, path)).catch((cause: unknown) => {
        throw missing(`${root}/${path}`, "no such file", cause);
      });
      return createReadStream(join(root, path));
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
      // A server that is in trouble does not tell whether it has the file: nothing must count as unsigned for that.
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

/** A small file, whole. */
export async function readBytes(source: Source, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
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
