import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { listen } from "../listen.ts";
import { zipOf } from "../zip.ts";
import { makeChecksumDatabase, type ChecksumDatabase } from "./checksum-database.ts";

/** A Go module proxy with modules that a test makes, and a checksum database, on a loopback address. */
export interface GoProxy extends AsyncDisposable {
  url: string;
  database: ChecksumDatabase;
  /** The settings with which kiln, and the go command, use this proxy. */
  environment: Record<string, string>;
  /** The method, path and status of each request. */
  requests: { path: string; status: number }[];
  /**
   * Publishes a version of a module. Published again, it gets other files, but the checksum database keeps
   * the digest of the first ones.
   * @param files its files by path, with go.mod
   */
  publish(module: string, version: string, files: Readonly<Record<string, string>>): void;
  /** Lists a release of the toolchain for each platform, as the file of another module cache if there is one. */
  addToolchain(version: string, archive?: ToolchainArchive): void;
}

export interface ToolchainArchive {
  /** Such as `linux-amd64`. */
  platform: string;
  /** The path of the module's zip file. */
  zip: string;
  sum: string;
}

interface StoredFile {
  file: string;
}

const toolchainModule = "golang.org/toolchain";

export async function startGoProxy(): Promise<GoProxy> {
  const database = makeChecksumDatabase();
  const requests: GoProxy["requests"] = [];
  const answers = new Map<string, Buffer | StoredFile>();
  const versions = new Map<string, string[]>();

  const addVersion = (module: string, version: string, mod: string) => {
    const all = versions.get(module) ?? [];
    if (!all.includes(version)) all.push(version);
    versions.set(module, all);
    const at = `/${escaped(module)}/@v`;
    answers.set(`${at}/list`, Buffer.from(all.map((one) => `${one}\n`).join("")));
    answers.set(`${at}/${version}.mod`, Buffer.from(mod));
    answers.set(`${at}/${version}.info`, Buffer.from(JSON.stringify({ Version: version, Time: date })));
    return at;
  };

  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "", "http://localhost").pathname);
    const underDatabase = `/sumdb/${database.name}`;
    const found = path.startsWith(`${underDatabase}/`)
      ? database.answer(unescaped(path.slice(underDatabase.length)))
      : answers.get(path);
    if (Buffer.isBuffer(found)) {
      const etag = `"${hash("sha256", found)}"`;
      const status = request.headers["if-none-match"] === etag ? 304 : 200;
      requests.push({ path, status });
      response.writeHead(status, { etag }).end(status === 200 ? found : undefined);
      return;
    }
    requests.push({ path, status: found === undefined ? 404 : 200 });
    if (found === undefined) response.writeHead(404).end("not found");
    else createReadStream(found.file).pipe(response);
  });
  const url = `http://127.0.0.1:${await listen(server)}`;

  return {
    url,
    database,
    requests,
    environment: { GOPROXY: url, GOSUMDB: database.key, GOPRIVATE: "", GONOPROXY: "", GONOSUMDB: "" },
    publish(module, version, files) {
      const mod = files["go.mod"] ?? `module ${module}\n`;
      const named = Object.fromEntries(
        Object.entries({ ...files, "go.mod": mod }).map(([path, text]) => [
          `${module}@${version}/${path}`,
          text,
        ]),
      );
      const at = addVersion(module, version, mod);
      const members = Object.entries(named).map(([name, content]) => ({ name, content, mode: 0o100644 }));
      answers.set(`${at}/${version}.zip`, zipOf(members));
      database.add(module, version, sumOf(named), sumOf({ "go.mod": mod }));
    },
    addToolchain(version, archive) {
      for (const platform of ["linux-amd64", "linux-arm64"]) {
        const name = `v0.0.1-${version}.${platform}`;
        const mod = `module ${toolchainModule}\n`;
        const at = addVersion(toolchainModule, name, mod);
        if (archive?.platform !== platform) continue;
        answers.set(`${at}/${name}.zip`, { file: archive.zip });
        database.add(toolchainModule, name, archive.sum, sumOf({ "go.mod": mod }));
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The date of every version. */
const date = "2026-01-02T03:04:05Z";

/** Go's digest of files, as go.sum has it (golang.org/x/mod/sumdb/dirhash, Hash1). */
function sumOf(files: Readonly<Record<string, string>>): string {
  const lines = Object.keys(files)
    .toSorted()
    .map((path) => `${hash("sha256", files[path] ?? "")}  ${path}\n`);
  return `h1:${hash("sha256", lines.join(""), "base64")}`;
}

/** In a proxy's paths, an exclamation mark and a lower-case letter stand for an upper-case one. */
function escaped(module: string): string {
  return module.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

function unescaped(path: string): string {
  return path.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
