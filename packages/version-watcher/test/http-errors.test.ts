import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHttpHello, type HttpHello } from "./http-hello.ts";

let http: HttpHello;
beforeEach(async () => {
  http = await openHttpHello();
});
afterEach(() => http[Symbol.asyncDispose]());

/** Answers 403 for the files of a version. */
function forbid(version: string): void {
  for (const arch of ["x86_64", "aarch64"])
    http.server.fail(`/${arch}/hello-${version}.tgz`, ...Array.from({ length: 9 }, () => 403));
}

describe("a server that answers 403 for missing files", () => {
  test("lacks a version whose file it forbids, if it has the same file of an older version", async () => {
    http.list("1.0.0", "1.1.0");
    http.offer("1.0.0");
    forbid("1.1.0");
    const orders = await http.watch();
    expect(orders.map(({ version }) => version.upstream)).toEqual(["1.0.0", "1.0.0"]);
    expect(http.log).toContain(
      `skipping hello 1.1.0, which has no ${http.server.origin}/x86_64/hello-1.1.0.tgz yet: the server answers 403, but not for an older version`,
    );
  });

  test("may forbid everything, which is an error", async () => {
    http.list("1.0.0", "1.1.0");
    for (const version of ["1.0.0", "1.1.0"]) forbid(version);
    await expect(http.watch()).rejects.toMatchObject({
      code: "download-missing",
      expected: `${http.server.origin}/x86_64/hello-1.1.0.tgz to be readable`,
      found: "status 403 Forbidden, which some servers send for files that they do not have",
      next: expect.stringContaining("requires a login or blocks this machine"),
    });
    expect(http.server.requests.filter(({ status }) => status === 403).length).toBeLessThan(6);
  });

  test("cannot hide its list of versions", async () => {
    http.server.fail("/", 403);
    await expect(http.watch()).rejects.toMatchObject({ code: "download-missing" });
  });
});

describe("the watch fails with a clear error for", () => {
  test("an HTML page in place of a file", async () => {
    http.list("1.0.0");
    http.offer("1.0.0");
    const path = "/x86_64/hello-1.0.0.tgz";
    http.server.pages.set(path, { content: "<!doctype html>", type: "text/html; charset=utf-8" });
    await expect(http.watch()).rejects.toMatchObject({
      code: "download-missing",
      expected: `${http.server.origin}${path} to be a file`,
      found: expect.stringMatching(/^an HTML page/),
    });
  });

  test("an HTML page in place of a list of checksums", async () => {
    http.list("1.0.0");
    http.offer("1.0.0");
    http.server.pages.set("/x86_64/hello-1.0.0.tgz.sha256", "<html><body>Not found</body></html>");
    await expect(http.watch()).rejects.toMatchObject({ code: "manifest-invalid", found: "an HTML page" });
  });

  test.each<[string, string | undefined, object]>([
    ["a missing list of versions", undefined, { code: "download-missing", found: "no such document" }],
    [
      "an HTML page in place of a JSON document",
      "<html>",
      { code: "document-invalid", found: "an HTML page" },
    ],
    [
      "a JSON document without the list",
      '{"other": 1}',
      {
        code: "document-invalid",
        expected: expect.stringMatching(/to have a list at releases$/),
        found: "nothing",
      },
    ],
    [
      "a document without any version",
      '{"releases": ["latest", "next"]}',
      {
        code: "document-invalid",
        found: '2 items without a version, of which 2 match "where"; the first is "latest"',
      },
    ],
    ["an empty list of versions", '{"releases": []}', { code: "document-invalid", found: "an empty list" }],
  ])("%s", async (_, content, error) => {
    if (content !== undefined) http.server.pages.set("/index.json", content);
    const json = { url: `${http.server.origin}/index.json`, items: "releases" };
    await expect(http.watch(http.hello({ versions: { json } }))).rejects.toMatchObject(error);
  });
});
