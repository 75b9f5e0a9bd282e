import { afterEach, beforeEach } from "vitest";
import { z } from "zod";
import { startGitHub, type GitHub } from "./github.ts";

/** An answer as it came over the wire. */
export interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A GitHub with a repository `acme/x` for each test of a file; requests use no client library. */
export function useGitHub() {
  let github: GitHub;
  beforeEach(async () => {
    github = await startGitHub();
    github.repository("acme/x");
  });
  // Fails if an answer was not as GitHub describes it.
  afterEach(() => github[Symbol.asyncDispose]());

  /** Sends a request about the repository to the API. */
  async function send(method: string, path: string, body?: unknown, token?: string): Promise<Reply> {
    const response = await fetch(`${github.origins.api}/repos/acme/x${path}`, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${token ?? github.environment.GITHUB_TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  async function upload(release: number, name: string, bytes: string): Promise<Reply> {
    const query = new URLSearchParams({ name });
    const address = `${github.origins.uploads}/repos/acme/x/releases/${release}/assets?${query.toString()}`;
    const response = await fetch(address, {
      method: "POST",
      headers: { authorization: `Bearer ${github.environment.GITHUB_TOKEN}` },
      body: bytes,
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** The content at a path of the repository on github.com, after redirects, or the status of an error. */
  async function download(path: string): Promise<string> {
    const response = await fetch(`${github.origins.web}/acme/x/${path}`);
    return response.ok ? response.text() : String(response.status);
  }

  return {
    /** The GitHub of the running test. */
    current: () => github,
    send,
    upload,
    download,
    draft: (tag: string) => send("POST", "/releases", { tag_name: tag, draft: true }),
  };
}

export function idOf({ body }: Reply): number {
  return z.object({ id: z.int() }).parse(body).id;
}
