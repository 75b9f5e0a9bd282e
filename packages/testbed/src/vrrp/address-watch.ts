import { createInterface } from "node:readline";
import { run } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";
import { waitUntil } from "@sysext-kiln/booted-host";

/** A node gained or lost an address. */
export interface AddressChange {
  /** By `performance.now()`, in milliseconds. */
  at: number;
  node: string;
  address: string;
  kind: "added" | "removed";
}

const probe = "192.0.2.1";

/**
 * Reports every change of a node's addresses as the kernel announces it; resolves once no change can be
 * missed.
 */
export async function watchAddresses(
  node: string,
  { enter: [program, ...enter] }: Namespace,
  onChange: (change: AddressChange) => void,
): Promise<void> {
  const monitor = execa(program, [...enter, "ip", "-oneline", "monitor", "address"], {
    stdin: "ignore",
    reject: false,
    buffer: false,
  });
  let listens = false;
  createInterface({ input: monitor.stdout }).on("line", (line) => {
    const at = performance.now();
    const found = /^(Deleted )?\d+: \S+\s+inet6? ([^/\s]+)/.exec(line);
    if (found?.[2] === undefined) return;
    if (found[2] === probe) listens = true;
    else onChange({ at, node, address: found[2], kind: found[1] === undefined ? "added" : "removed" });
  });
  const change = (verb: string) =>
    run(program, [...enter, "ip", "address", verb, `${probe}/32`, "dev", "lo"]);
  // It does not report that it listens, so changes are made until it reports one.
  const isListening = async () => {
    await change("add");
    await change("del");
    return listens;
  };
  if (!(await waitUntil(isListening, 10_000))) throw new Error(`ip monitor in ${node} reports nothing`);
}
