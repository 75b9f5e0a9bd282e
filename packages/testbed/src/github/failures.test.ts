import { describe, expect, test } from "vitest";
import type { Permissions } from "./state.ts";
import { idOf, useGitHub } from "./test-client.ts";

const { current, send, upload, download, draft } = useGitHub();

describe("a token", () => {
  test.each<[string, string, unknown, Permissions, string]>([
    ["POST", "/releases", { tag_name: "v1" }, { contents: "read" }, "contents=write"],
    ["POST", "/issues", { title: "x" }, { contents: "write" }, "issues=write"],
    ["PUT", "/actions/workflows/1/enable", undefined, { actions: "read" }, "actions=write"],
  ])(
    "without the permission to %s %s gets an answer that names it",
    async (method, path, body, permissions, missing) => {
      const { status, headers, body: answer } = await send(method, path, body, current().token(permissions));
      expect(status).toBe(403);
      expect(answer).toMatchObject({ message: "Resource not accessible by integration" });
      expect(headers.get("x-accepted-github-permissions")).toBe(missing);
    },
  );

  test("that is unknown is refused, and a private repository is not found without one", async () => {
    expect((await send("GET", "/tags", undefined, "ghs_unknown")).status).toBe(401);
    current().repository("acme/x").state.isPrivate = true;
    expect((await fetch(`${current().origins.api}/repos/acme/x/tags`)).status).toBe(404);
    const { body } = await send("GET", "", undefined, current().token({ contents: "read" }));
    expect(body).toMatchObject({ full_name: "acme/x", private: true });
    expect(await download("releases/download/v1/a.raw")).toBe("404");
  });

  test("is refused by the storage that downloads redirect to", async () => {
    current()
      .repository("acme/x")
      .release("v1", { assets: { a: "x" } });
    const { headers } = await fetch(`${current().origins.web}/acme/x/releases/download/v1/a`, {
      redirect: "manual",
    });
    const address = headers.get("location") ?? "";
    expect((await fetch(address, { headers: { authorization: "Bearer x" } })).status).toBe(400);
    expect(await (await fetch(address)).text()).toBe("x");
  });
});

describe("a rate limit", () => {
  test("is reported with every answer, is enforced, and is reset", async () => {
    const token = current().token({}, { limit: 1, resetsAt: Date.now() + 300 });
    expect((await send("GET", "/tags", undefined, token)).headers.get("x-ratelimit-remaining")).toBe("0");
    const refused = await send("GET", "/tags", undefined, token);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ message: expect.stringContaining("rate limit exceeded") });
    await expect.poll(async () => (await send("GET", "/tags", undefined, token)).status).toBe(200);
  });

  test("of the secondary kind says how long to wait", async () => {
    current().fault(1, { retryAfter: 7 });
    const { status, headers } = await send("GET", "/tags");
    expect([status, headers.get("retry-after")]).toEqual([403, "7"]);
  });
});

const isCreation = ({ method }: { method: string }) => method === "POST";

async function attempt(): Promise<number | "cut"> {
  return draft("v1").then(
    ({ status }) => status,
    () => "cut",
  );
}

describe("a fault", () => {
  test("prevents the effect or follows it, and occurs once", async () => {
    current().fault(isCreation, { answer: 500 });
    current().fault(isCreation, { answer: 502, after: true });
    current().fault(isCreation, { cut: "before" });
    current().fault(isCreation, { cut: "after" });
    const outcomes = [await attempt(), await attempt(), await attempt(), await attempt(), await attempt()];
    expect(outcomes).toEqual([500, 502, "cut", "cut", 201]);
    expect(current().repository("acme/x").state.releases).toHaveLength(3);
  });

  test.each([
    ["null-digest", { state: "uploaded", digest: null }],
    ["wrong-digest", { state: "uploaded", digest: `sha256:${"0".repeat(64)}` }],
  ] as const)("leaves an asset with a %s", async (asset, expected) => {
    const id = idOf(await draft("v1"));
    current().fault(({ part }) => part === "uploads", { asset });
    await upload(id, "a", "x");
    expect((await send("GET", `/releases/${id}`)).body).toMatchObject({ assets: [expected] });
  });
});
