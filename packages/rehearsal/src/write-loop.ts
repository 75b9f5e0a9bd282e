// Runs in the network of a rehearsal's hosts: writes one key after the other through whichever member
// answers, and reports each acknowledged write as a line of JSON, until its standard input ends. The first
// line there is its order.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { base64, openClient } from "./etcd-client.ts";
import { writeOrderSchema } from "./write-order.ts";

const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();
const first = await lines.next();
const json: unknown = JSON.parse(String(first.value));
const { endpoints, credentials, prefix } = writeOrderSchema.parse(json);
const over = new AbortController();
void lines.next().then(() => over.abort());

const client = openClient(endpoints, credentials, 2000);
for (let number = 0; !over.signal.aborted; number += 1) {
  const put = { key: base64(`${prefix}${number}`), value: base64(`${number}`) };
  while ((await client.ask("/v3/kv/put", put))?.status !== 200) {
    await delay(20);
    if (over.signal.aborted) process.exit();
  }
  process.stdout.write(`${JSON.stringify({ acknowledged: number, at: Date.now() })}\n`);
  await delay(10);
}
process.exit();
