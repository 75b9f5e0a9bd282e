import { KilnError } from "@sysext-kiln/error";
import { baseUrlOfUrl } from "@sysext-kiln/extension";
import { updateDirectoryKeyring, openKeyring, type Keyring, type Source } from "@sysext-kiln/publisher";
import { z } from "zod";
import { printNote } from "../output/print.ts";

/**
 * Parses the URL at which hosts find releases. It may be that of the update directory itself, which other
 * commands print. @returns it without that path and a trailing slash
 * @throws KilnError `usage`
 */
export function parseBaseUrl(text: string): string {
  const url = parseUrl(text, {
    expected: "--base-url to be a URL without a password, such as https://example.org/extensions",
    next: "use the URL below which hosts find releases/latest/download/",
  });
  return baseUrlOfUrl(url);
}

/**
 * Parses the URL of an HTTP proxy. @returns it without a trailing slash
 * @throws KilnError `usage`
 */
export function parseProxy(text: string): string {
  return parseUrl(text, {
    expected: "--proxy to be a URL without a password, such as http://proxy.example.org:3128",
    next: "use the proxy's address; its password can be added to /etc/sysext-kiln/host.conf on each host",
  });
}

function parseUrl(text: string, error: { expected: string; next: string }): string {
  const isUrl = z.url({ protocol: /^https?$/ }).safeParse(text).success;
  const hasLogin = isUrl ? new URL(text).username + new URL(text).password !== "" : text.includes("@");
  if (isUrl && !hasLogin) return new URL(text).href.replace(/\/+$/, "");
  throw new KilnError("usage", {
    ...error,
    found: hasLogin ? "a URL with a user name or a password" : JSON.stringify(text.slice(0, 80)),
  });
}

/**
 * The keys that hosts will trust: those of a file, or the keyring that is published with the images. Prints a
 * warning if hosts would not verify signatures, or if the keyring or the updates may be forged.
 * @param baseUrl where hosts will update from
 * @throws KilnError `key-missing`, `key-invalid`
 */
export async function trustedKeyring(
  source: Source,
  key: string | undefined,
  baseUrl: string | undefined,
): Promise<Keyring | undefined> {
  const keyring = key === undefined ? await updateDirectoryKeyring(source) : await openKeyring(key);
  if (!keyring) {
    printNote(
      `warning: ${source.name} is not signed, so hosts will not verify updates; docs/signing.md describes signing`,
    );
  } else if (key === undefined) {
    const fingerprints = keyring.fingerprints.join(" and ");
    printNote(
      `note: hosts will trust ${fingerprints}, which ${source.name} publishes; --key FILE takes the key from a file instead`,
    );
  }
  if (baseUrl !== undefined && isPlainHttp(baseUrl)) {
    const harm = keyring ? "block updates" : "block or replace updates";
    printNote(
      `warning: ${baseUrl} is not encrypted, so anybody on the network in between can ${harm}; use https://`,
    );
  }
  return keyring;
}

/** Whether requests to a URL cross a network without TLS. */
function isPlainHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
