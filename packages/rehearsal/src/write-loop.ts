// Runs in the network of a rehearsal's hosts: writes one key after the other through whichever member
// answers, and reports each acknowledged write, and why others are refused, as a line of JSON, until its
// standard input ends. The first line there is its order.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { base64, openClient } from "./etcd-client.ts";
import { monotonicMs, writeOrderSchema, type WriteLine } from "./write-order.ts";

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
  let refusal: string | undefined;
  for (;;) {
    const answer = await client.ask("/v3/kv/put", put);
    if (answer?.status === 200) break;
    const found = answer === undefined ? "no answer" : `status ${answer.status}: ${answer.body}`;
    if (found !== refusal) report({ refusal: (refusal = found) });
    await delay(20);
    if (over.signal.aborted) process.exit();
  }
  report({ acknowledged: number, at: monotonicMs() });
  await delay(10);
}
process.exit();

function report(line: WriteLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
