import { execFileSync } from "node:child_process";
import { mkdtempDisposable, readFile } from "node:fs/promises";
import {
  createServer as createPlainServer,
  type RequestListener,
  type Server as PlainServer,
} from "node:http";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRemoteDocument } from "@sysext-kiln/machine";
import { ensureTestPrograms, listen } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

/** What both servers answer, by path: a text, or where they redirect to. */
const answers = new Map<string, { text: string } | { location: string }>();
const requests: string[] = [];

const answer: RequestListener = ({ url = "" }, response) => {
  requests.push(url);
  const found = answers.get(url);
  if (found === undefined) response.writeHead(404).end();
  else if ("text" in found) response.end(found.text);
  else response.writeHead(302, { location: found.location }).end();
};

let secure: Server;
let plain: PlainServer;
let [secureOrigin, plainOrigin] = ["", ""];
beforeAll(async () => {
  await ensureTestPrograms("openssl");
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-tls-"));
  const [key, cert] = [join(folder.path, "key"), join(folder.path, "cert")];
  const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...options, "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  secure = createServer({ key: await readFile(key), cert: await readFile(cert) }, answer);
  plain = createPlainServer(answer);
  secureOrigin = `https://127.0.0.1:${await listen(secure)}`;
  plainOrigin = `http://127.0.0.1:${await listen(plain)}`;
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const server of [secure, plain]) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  answers.clear();
  requests.length = 0;
});

const read = async (url: string) => (await readRemoteDocument(url, { largest: 100 }))?.body.toString();

test("redirects are followed, also relative ones, and from http to https", async () => {
  answers.set("/a", { location: "b" }).set("/b", { location: `${secureOrigin}/c` });
  answers.set("/c", { location: "/d" }).set("/d", { text: "list" });
  expect(await read(`${plainOrigin}/a`)).toBe("list");
});

test("no redirect leads from https to http, also if the next one leads back", async () => {
  answers.set("/a", { location: `${plainOrigin}/b` }).set("/b", { location: `${secureOrigin}/c` });
  answers.set("/c", { text: "list" });
  await expect(read(`${secureOrigin}/a`)).rejects.toMatchObject({
    code: "document-invalid",
    found: `a redirect to ${plainOrigin}/b`,
  });
  expect(requests).toEqual(["/a"]);
});

test.each(["file:///etc/passwd", "data:text/plain,list", "http://"])(
  "a redirect to %s is not followed",
  async (location) => {
    answers.set("/a", { location });
    await expect(read(`${plainOrigin}/a`)).rejects.toMatchObject({ code: "document-invalid" });
  },
);
