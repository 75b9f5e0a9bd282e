import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { listen } from "@sysext-kiln/testbed";
import { beforeAll, expect, test, vi } from "vitest";
import { configuredGoAccess } from "../src/upstreams/go/proxy.ts";

/** Answers the first request for a list; later ones come from the go command. */
let answer: ((response: ServerResponse) => void) | undefined;

// Settings are read once in a process.
beforeAll(async () => {
  const cache = await mkdtemp(join(tmpdir(), "kiln-go-list-"));
  const server = createServer((_, response) => {
    const first = answer;
    answer = undefined;
    if (first) first(response);
    else response.writeHead(404).end("not found: no such module");
  });
  vi.stubEnv("GOPROXY", `http://127.0.0.1:${await listen(server)}`);
  vi.stubEnv("GOSUMDB", "off");
  vi.stubEnv("KILN_CACHE_DIR", cache);
  return async () => {
    server.closeAllConnections();
    server.close();
    await rm(cache, { recursive: true });
  };
});

const said: string[] = [];
const list = () => configuredGoAccess((line) => said.push(line)).list("example.com/hello");

test("a list of versions is announced before it is requested", async () => {
  answer = (response) => {
    expect(said).toEqual(["listing the versions of example.com/hello"]);
    response.end("v1.0.0\n");
  };
  expect(await list()).toEqual(["v1.0.0"]);
});

test("a list that is cut off is left to the go command", async () => {
  answer = (response) => {
    response.writeHead(200, { "content-length": 100 }).write("v1.0.0\n", () => response.destroy());
  };
  await expect(list()).rejects.toThrow(KilnError);
});

test("a list without an end is not read to the end", async () => {
  let sent = 0;
  const send = async (response: ServerResponse) => {
    const chunk = "v1.0.0\n".repeat(100_000);
    while (!response.destroyed && sent < 1_000_000_000) {
      sent += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
  };
  answer = (response) => void send(response);
  await expect(list()).rejects.toThrow(KilnError);
  expect(sent).toBeLessThan(100_000_000);
});
