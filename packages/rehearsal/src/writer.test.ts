import { once } from "node:events";
import { createServer } from "node:http";
import { waitUntil } from "@sysext-kiln/booted-host";
import { describe, expect, test } from "vitest";
import { runWriter, writeLoop } from "./writer.ts";

const command = [process.execPath, writeLoop] as const;

/** A server that answers writes as etcd's gateway does it. @param answer of one write */
async function serveGateway(answer: (write: number) => Promise<{ status: number; body: string }>) {
  let writes = 0;
  const server = createServer((incoming, response) => {
    incoming.resume().on("end", () => {
      writes += 1;
      void answer(writes).then(({ status, body }) => response.writeHead(status).end(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    order: { endpoints: [`http://127.0.0.1:${address.port}`], prefix: "/test/" },
    writes: () => writes,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const acknowledgement = { status: 200, body: "{}" };

describe("a writer", () => {
  test("measures how long a write takes, but not in a pause", async () => {
    let open = Promise.resolve();
    await using gateway = await serveGateway(async () => {
      await open;
      return acknowledgement;
    });
    /** Holds writes back for some time. */
    const hold = async (ms: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      open = promise;
      const until = performance.now() + ms;
      await waitUntil(async () => performance.now() >= until, 10_000);
      resolve();
      const held = gateway.writes();
      await waitUntil(async () => gateway.writes() > held + 1, 10_000);
    };
    await using writer = await runWriter(command, gateway.order, 30_000);
    writer.begin("the upgrade");
    await hold(400);
    writer.pause();
    await hold(1500);
    writer.begin("the rollback");
    const { acknowledged, longestGap } = await writer.stop();
    expect(acknowledged).toBeGreaterThan(4);
    expect(longestGap.during).toBe("the upgrade");
    expect(longestGap.ms).toBeGreaterThanOrEqual(390);
    expect(longestGap.ms).toBeLessThan(1500);
  });

  test("reports what etcd answers if it acknowledges no write", async () => {
    const body = '{"error":"etcdserver: mvcc: database space exceeded"}';
    await using gateway = await serveGateway(async () => ({ status: 429, body }));
    await expect(runWriter(command, gateway.order, 8000)).rejects.toMatchObject({
      code: "service-unhealthy",
      expected: "etcd to acknowledge a write within 8 seconds",
      found: `status 429: ${body}`,
    });
    expect(gateway.writes()).toBeGreaterThan(1);
  });

  test("that ends early is an error, and not a long gap", async () => {
    const script = `console.log('{"acknowledged":0,"at":1}'); console.error("out of memory"); process.exit(1)`;
    await using writer = await runWriter(
      [process.execPath, "--eval", script],
      { endpoints: [], prefix: "/test/" },
      30_000,
    );
    writer.begin("the upgrade");
    await expect(writer.stop()).rejects.toThrow("the writer ended during the rehearsal: out of memory");
  });
});
