// Runs in the network of a rehearsal's hosts: writes many keys to a member, as its standard input says, and
// reports its progress as lines with the number of written keys.
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { base64, openClient } from "./etcd-client.ts";
import { fillOrderSchema } from "./write-order.ts";

const json: unknown = JSON.parse(await text(process.stdin));
const { endpoint, keys, leases } = fillOrderSchema.parse(json);
const client = openClient([endpoint], undefined, 60_000);

/** As many keys as one transaction has. */
const perTransaction = 500;
/** How many transactions are on their way at the same time. */
const concurrency = 8;
/** Long enough not to expire during a rehearsal. */
const leaseSeconds = 86_400;

// Objects of Kubernetes are larger, but this is what decides how long a restart takes: the number of keys.
const value = randomBytes(192).toString("base64");
const leaseSchema = z.object({ ID: z.string() });

const granted: string[] = [];
for (let n = 0; n < leases; n += 1) {
  const answer: unknown = JSON.parse(await request("/v3/lease/grant", { TTL: leaseSeconds }));
  granted.push(leaseSchema.parse(answer).ID);
}

let next = 0;
let written = 0;
await Promise.all(Array.from({ length: concurrency }, work));
process.exit();

async function work(): Promise<void> {
  while (next < keys) {
    const start = next;
    const end = Math.min(start + perTransaction, keys);
    next = end;
    await request("/v3/kv/txn", { success: Array.from({ length: end - start }, (_, n) => put(start + n)) });
    written += end - start;
    process.stdout.write(`${written}\n`);
  }
}

/** The first keys each have a lease. */
function put(number: number) {
  const key = base64(`/registry/rehearsal/namespace-${number % 100}/object-${number}`);
  const lease = granted[number];
  return { requestPut: { key, value, ...(lease !== undefined && { lease }) } };
}

async function request(path: string, body: object): Promise<string> {
  const answer = await client.ask(path, body);
  if (answer?.status === 200) return answer.body;
  throw new Error(`etcd did not take ${path}: ${answer?.body ?? "no answer"}`);
}
