import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { diskFullError, isDiskFull, isKilnError, KilnError, reasonsOf } from "@sysext-kiln/error";
import { digestOf, makeFolder } from "./files.ts";
import { cacheDirectory } from "./settings.ts";

/** A file on a server. */
export interface RemoteFile {
  url: string;
  /** The digest that it must have. If it is undefined, the caller has to verify the contents. */
  sha256: string | undefined;
  /** In bytes, if known. */
  size?: number;
  /** Opens it, if a GET request to its URL is not enough. */
  open?: (signal: AbortSignal) => Promise<Readable>;
}

/** A file whose digest is known. */
export interface PinnedFile extends RemoteFile {
  sha256: string;
}

export interface DownloadOptions {
  /** Called with the number of bytes received, and the total if known. */
  onProgress?: (received: number, total: number | undefined) => void;
  /** The most bytes that are downloaded; by default the file's size, or 16 GiB if that is unknown. */
  maxBytes?: number;
  signal?: AbortSignal;
}

/** More than any file has that kiln downloads, in bytes. */
const largestFile = 16 * 1024 ** 3;
const pausesBeforeRetry = [1000, 4000];
/** After this long without any data, a request fails. */
export const longestSilenceMs = 60_000;

/**
 * Downloads a file. It appears at the destination complete and with the right digest, or not at all.
 * @throws KilnError `digest-mismatch`, `disk-full`, `download-missing`, `network-unreachable`
 */
export async function download(
  file: RemoteFile,
  destination: string,
  options: DownloadOptions = {},
): Promise<void> {
  await makeFolder(dirname(destination));
  await removeAbandonedParts(destination);
  for (const pause of [...pausesBeforeRetry, undefined]) {
    try {
      await attempt(file, destination, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (pause === undefined || !isKilnError(error, "network-unreachable")) throw error;
      await delay(pause, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

/**
 * Downloads a file into the cache unless it is there. If the cached file is damaged, it is downloaded again.
 * @returns its path in the cache
 */
export async function cachedDownload(file: PinnedFile, options: DownloadOptions = {}): Promise<string> {
  const path = cacheDirectory("downloads", file.sha256);
  if (!existsSync(path) || (await digestOf(path)) !== file.sha256) await download(file, path, options);
  return path;
}

async function attempt(
  file: RemoteFile,
  destination: string,
  { onProgress, signal, maxBytes = file.size ?? largestFile }: DownloadOptions,
): Promise<void> {
  const part = join(dirname(destination), `.${basename(destination)}.${process.pid}-${nextNumber++}.part`);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error("no data for a minute")), longestSilenceMs);
  const signals = [silence.signal, ...(signal === undefined ? [] : [signal])];
  const digest = createHash("sha256");
  let received = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      digest.update(chunk);
      received += chunk.length;
      onProgress?.(received, file.size);
      if (received > maxBytes) done(tooLarge(file, maxBytes));
      else done(null, chunk);
    },
  });
  try {
    const either = AbortSignal.any(signals);
    const body = await (file.open?.(either) ?? open(file, maxBytes, either));
    await pipeline(body, meter, createWriteStream(part, { flags: "wx" }));
    verify(file, received, digest.digest("hex"));
    await rename(part, destination);
  } catch (error) {
    throw asKilnError(error, file, destination);
  } finally {
    clearTimeout(timer);
    await rm(part, { force: true });
  }
}

let nextNumber = 0;

async function open(file: RemoteFile, maxBytes: number, signal: AbortSignal): Promise<Readable> {
  const { url } = file;
  const response = await fetch(url, { signal });
  const isTooLarge = Number(response.headers.get("content-length")) > maxBytes;
  if (response.ok && response.body !== null && !isTooLarge) return Readable.fromWeb(response.body);
  await response.body?.cancel();
  if (response.ok && isTooLarge) throw tooLarge(file, maxBytes);
  const transient = response.status >= 500 || response.status === 429 || response.status === 408;
  throw new KilnError(transient ? "network-unreachable" : "download-missing", {
    expected: `${url} to be available for download`,
    found: statusOf(response),
    next: transient ? "try again later" : "check that the file exists, or use another mirror",
  });
}

/** A server's status, for messages. */
export function statusOf({ status, statusText }: Pick<Response, "status" | "statusText">): string {
  const text = `status ${status} ${statusText}`.trim();
  return status === 403 ? `${text}, which some servers send for files that they do not have` : text;
}

function verify(file: RemoteFile, received: number, sha256: string): void {
  if (file.sha256 === undefined) {
    if (file.size === undefined || received === file.size) return;
    throw new KilnError("digest-mismatch", {
      expected: `${file.url} to have ${file.size} bytes`,
      found: `${received}`,
      next: "do not use this file; try again, and if the problem persists, report it to the operator of that server",
    });
  }
  if (sha256 === file.sha256) return;
  const length =
    file.size === undefined || file.size === received ? "" : ` and ${received} bytes instead of ${file.size}`;
  throw new KilnError("digest-mismatch", {
    expected: `${file.url} to have the SHA-256 ${file.sha256}`,
    found: `${sha256}${length}`,
    next: "do not use this file; try again, and if the problem persists, report it to the operator of that server",
  });
}

function tooLarge({ url }: RemoteFile, maxBytes: number): KilnError {
  return new KilnError("digest-mismatch", {
    expected: `${url} to have at most ${maxBytes} bytes`,
    found: "more",
    next: "do not use this file; try again, and if the problem persists, report it to the operator of that server",
  });
}

function asKilnError(error: unknown, file: RemoteFile, destination: string): unknown {
  if (isKilnError(error)) return error;
  if (!(error instanceof Error)) return error;
  if (isDiskFull(error)) return diskFullError(destination, error);
  // An error of the file system has nothing to do with the network.
  if ("syscall" in error && error.syscall === "open") return error;
  return new KilnError("network-unreachable", {
    expected: `${file.url} to be available for download`,
    found: reasonsOf(error),
    next: "check the network and the proxy settings (http_proxy, https_proxy)",
    cause: error,
  });
}

/**
 * Removes what killed downloads left. The process ID in the name shows whether a file is still being written.
 */
async function removeAbandonedParts(destination: string): Promise<void> {
  const prefix = `.${basename(destination)}.`;
  for (const name of await readdir(dirname(destination))) {
    if (!name.startsWith(prefix) || !name.endsWith(".part")) continue;
    if (existsSync(`/proc/${Number.parseInt(name.slice(prefix.length), 10)}`)) continue;
    await rm(join(dirname(destination), name), { force: true });
  }
}
