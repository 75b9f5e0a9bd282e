import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHttpHello, type HttpHello } from "./http-hello.ts";

let http: HttpHello;
beforeEach(async () => {
  http = await openHttpHello();
});
afterEach(() => http[Symbol.asyncDispose]());

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
    ["a document without any version", '{"releases": ["latest"]}', { code: "unknown-version" }],
  ])("%s", async (_, content, error) => {
    if (content !== undefined) http.server.pages.set("/index.json", content);
    const json = { url: `${http.server.origin}/index.json`, items: "releases" };
    await expect(http.watch(http.hello({ versions: { json } }))).rejects.toMatchObject(error);
  });
});
