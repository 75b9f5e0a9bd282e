import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { run } from "@sysext-kiln/machine";
import { openSource, verify } from "@sysext-kiln/publisher";
import { readAtMost } from "../src/verify/source.ts";
import { listen } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-verify-limits-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("verification of a directory", () => {
  beforeEach(async () => {
    await mkdir(join(folder, "releases/download/updates-1"), { recursive: true });
    await mkdir(join(folder, "releases/latest"));
    await symlink("../download/updates-1", join(folder, "releases/latest/download"));
  });

  test.each([
    ["FIFO", "mkfifo", []],
    ["link", "ln", ["-s", "/dev/zero"]],
  ])("refuses a %s as a manifest or as an image", async (_, program, args) => {
    const update = join(folder, "releases/download/updates-1");
    await run(program, [...args, join(update, "SHA256SUMS")]);
    await expect(verify(openSource(folder))).rejects.toMatchObject({ code: "file-inaccessible" });
    await rm(join(update, "SHA256SUMS"));
    await writeFile(join(update, "SHA256SUMS"), `${"0".repeat(64)}  etcd.raw\n`);
    await run(program, [...args, join(update, "etcd.raw")]);
    await expect(verify(openSource(folder))).rejects.toMatchObject({ code: "file-inaccessible" });
  });
});

/** Verifies the releases of a server that gives the same answer to every request. */
async function verifyAnswer(listener: RequestListener): Promise<unknown> {
  const server = createServer(listener);
  const url = `http://127.0.0.1:${await listen(server)}`;
  try {
    return await verify(openSource(url));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("verification of a URL ends", () => {
  const chunk = Buffer.alloc(1024 * 1024, "a");

  test("if the manifest never ends", async () => {
    let sent = 0;
    const answer = verifyAnswer((_, response) => {
      const send = () => {
        while (!response.destroyed && response.write(chunk)) sent += 1;
      };
      response.on("drain", send);
      send();
    });
    await expect(answer).rejects.toMatchObject({ code: "document-invalid", found: "more" });
    expect(sent).toBeLessThan(64);
  });

  test("if a small answer unpacks to gigabytes", async () => {
    let sent = 0;
    const answer = verifyAnswer((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      const zip = createGzip();
      zip.pipe(response);
      const send = () => {
        while (!response.destroyed && sent < 4000 && zip.write(chunk)) sent += 1;
      };
      zip.on("drain", send);
      send();
    });
    await expect(answer).rejects.toMatchObject({ code: "document-invalid" });
    expect(sent).toBeLessThan(1000);
  });
});

test.each([
  [404, "not-published"],
  [429, "network-unreachable"],
  [500, "network-unreachable"],
  [503, "network-unreachable"],
])("a server that answers with status %s is %s", async (status, code) => {
  const answer = verifyAnswer((_, response) => {
    response.writeHead(status).end();
  });
  await expect(answer).rejects.toMatchObject({ code });
});

test("a file may have exactly as many bytes as are allowed", async () => {
  await writeFile(join(folder, "file"), "12345");
  const received = async (maxBytes: number) => {
    let length = 0;
    for await (const chunk of readAtMost(openSource(folder), "file", maxBytes)) length += chunk.length;
    return length;
  };
  expect(await received(5)).toBe(5);
  await expect(received(4)).rejects.toMatchObject({ code: "document-invalid" });
});
