import { hash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { putFile } from "../files.ts";
import { listen } from "../listen.ts";
import { makePackage, type PackageContents } from "./package.ts";
import { ensureTestPrograms } from "../programs.ts";

/** A signed archive like Debian's, with packages that a test makes, on a loopback address. */
export interface TestArchive extends AsyncDisposable {
  url: string;
  /** The folder that is served; a test may damage its files. */
  root: string;
  /** The public keys that its indexes are signed with. */
  keyring: string;
  /** The settings with which kiln uses this archive as Debian's. */
  environment: Record<string, string>;
  /** Every request, in order. */
  requests: readonly { method: string; path: string; status: number }[];
  add(contents: PackageContents): Promise<void>;
  /** Writes and signs a suite's indexes of everything that was added. */
  publish(suite: string): Promise<void>;
}

export async function startArchive(): Promise<TestArchive> {
  await ensureTestPrograms("apt-ftparchive", "gpg", "dpkg-deb");
  const folder = await mkdtemp(join(tmpdir(), "kiln-archive-"));
  const root = join(folder, "debian");
  const keyring = join(folder, "keyring.gpg");
  await mkdir(join(root, "pool"), { recursive: true });
  const gpg = await makeKey(join(folder, "gnupg"), keyring);

  const requests: { method: string; path: string; status: number }[] = [];
  const dateOf = changeDates();
  const server = createServer((request, response) => {
    const { method = "", headers } = request;
    const path = decodeURIComponent(new URL(request.url ?? "", "http://localhost").pathname);
    const respond = (status: number, more: Readonly<Record<string, string | number>>, body?: Buffer) => {
      requests.push({ method, path, status });
      response.writeHead(status, more).end(method === "HEAD" ? undefined : body);
    };
    readFile(join(root, path)).then(
      (bytes) => {
        const date = dateOf(path, bytes);
        if (headers["if-modified-since"] === date) respond(304, { "last-modified": date });
        else respond(200, { "last-modified": date, "content-length": bytes.length }, bytes);
        return undefined;
      },
      () => respond(404, {}),
    );
  });
  const url = `http://127.0.0.1:${await listen(server)}`;

  return {
    url,
    root,
    keyring,
    requests,
    environment: {
      KILN_DEBIAN_MIRROR: url,
      KILN_DEBIAN_SECURITY_MIRROR: url,
      KILN_DEBIAN_KEYRING: keyring,
      no_proxy: "127.0.0.1",
    },
    async add(contents) {
      const { name, version, architecture } = contents;
      await makePackage(contents, join(root, "pool", `${name}_${version}_${architecture}.deb`));
    },
    async publish(suite) {
      for (const architecture of ["amd64", "arm64"]) {
        const index = await run("apt-ftparchive", ["--arch", architecture, "packages", "pool"], {
          cwd: root,
        });
        await putFile(join(root, "dists", suite, `main/binary-${architecture}/Packages`), index);
      }
      await putFile(join(root, "dists", suite, "main/source/Sources"), "");
      const fields = { Suite: suite, Codename: suite, Components: "main", Architectures: "amd64 arm64" };
      const settings = Object.entries(fields).flatMap(([key, value]) => [
        "-o",
        `APT::FTPArchive::Release::${key}=${value}`,
      ]);
      const release = await run("apt-ftparchive", [...settings, "release", join("dists", suite)], {
        cwd: root,
      });
      const signed = await gpg(["--clearsign"], release);
      await putFile(join(root, "dists", suite, "InRelease"), signed);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Returns the date of a file's last change, as HTTP writes it. Each change takes a second, because tests change
 * files faster than the dates of file systems in HTTP.
 */
function changeDates(): (path: string, bytes: Buffer) => string {
  const known = new Map<string, { digest: string; seconds: number }>();
  return (path, bytes) => {
    const digest = hash("sha256", bytes);
    const before = known.get(path);
    const seconds = before === undefined ? start : before.seconds + (before.digest === digest ? 0 : 1);
    known.set(path, { digest, seconds });
    return new Date(seconds * 1000).toUTCString();
  };
}

/** The date of every file's first version, in seconds. */
const start = Date.parse("2026-01-01T00:00:00Z") / 1000;

/** Makes a signing key; returns a function that runs gpg with it. */
async function makeKey(
  home: string,
  keyring: string,
): Promise<(args: readonly string[], input: string) => Promise<string>> {
  await mkdir(home, { mode: 0o700 });
  const batch = ["--homedir", home, "--batch", "--passphrase", "", "--pinentry-mode", "loopback"];
  await run("gpg", [...batch, "--quick-generate-key", "archive@example.org", "ed25519", "sign", "never"]);
  await run("gpg", [...batch, "--output", keyring, "--export"]);
  // The agent would outlive the test.
  await run("gpgconf", ["--homedir", home, "--kill", "all"]);
  return async (args, input) => {
    const output = await run("gpg", [...batch, ...args], { input });
    await run("gpgconf", ["--homedir", home, "--kill", "all"]);
    return output;
  };
}
