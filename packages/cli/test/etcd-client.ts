// Runs in the network of a cluster of etcd. Writes one key after the other through whichever member responds,
// and polls each member. Reports acknowledged writes and outages as lines of JSON until its standard input
// ends.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";

const [, , pki = "", ...addresses] = process.argv;
const tls = {
  ca: readFileSync(`${pki}/ca.crt`),
  cert: readFileSync(`${pki}/apiserver-etcd-client.crt`),
  key: readFileSync(`${pki}/apiserver-etcd-client.key`),
};
const input = process.stdin.resume();
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

await Promise.all([write(), ...addresses.map(watch)]);
process.exit();

/** Whether a member answers a request with 200. */
function ask(address: string, agent: Agent, path: string, body?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const method = body === undefined ? "GET" : "POST";
    const options = { ...tls, host: address, port: 2379, path, method, agent, timeout: 2000 };
    const sent = request(options, (response) => {
      response.resume().once("close", () => resolve(response.complete && response.statusCode === 200));
    });
    sent.once("timeout", () => sent.destroy()).once("error", () => resolve(false));
    sent.end(body);
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

async function write(): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  let next = 0;
  for (let n = 0; !input.readableEnded; n += 1) {
    const body = JSON.stringify({ key: base64(`written/${n}`), value: base64(`${n}`) });
    while (!(await ask(addresses[next % addresses.length] ?? "", agent, "/v3/kv/put", body))) {
      next += 1;
      await delay(20);
      if (input.readableEnded) return;
    }
    say({ acknowledged: n });
    await delay(10);
  }
}

/** Polls a member with a serializable request, which it answers from its own state, without the others. */
async function watch(address: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  let downSince: number | undefined;
  while (!input.readableEnded) {
    const asked = performance.now();
    const up = await ask(address, agent, "/health?serializable=true");
    if (!up) downSince ??= asked;
    else if (downSince !== undefined) {
      say({ down: address, from: downSince, to: performance.now() });
      downSince = undefined;
    }
    await delay(50);
  }
  if (downSince !== undefined) say({ down: address, from: downSince, to: performance.now() });
}
