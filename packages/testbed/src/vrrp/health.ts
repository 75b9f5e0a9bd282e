import { fileURLToPath } from "node:url";
import { once } from "node:events";
import { run } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";
import { healthCertificate, healthFile, healthKey, healthPort } from "./options.ts";

const server = fileURLToPath(new URL("health-server.ts", import.meta.url));

/**
 * Starts a server on a node that reports its health over HTTPS, as an API server does, with its own
 * certificate.
 */
export async function serveHealth({ enter: [program, ...enter] }: Namespace): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", healthKey];
  const name = ["-subj", "/CN=node", "-addext", "subjectAltName=IP:127.0.0.1,DNS:kubernetes"];
  await run(program, [...enter, "openssl", "req", "-x509", ...key, ...name, "-out", healthCertificate]);
  const files = [healthCertificate, healthKey, healthFile];
  const words = [...enter, process.execPath, server, String(healthPort), ...files];
  const child = execa(program, words, { reject: false, buffer: false });
  const first = await Promise.race([once(child.stdout, "data"), child]);
  if (!Array.isArray(first)) throw new Error(`no health server on port ${healthPort}: ${first.shortMessage}`);
}
