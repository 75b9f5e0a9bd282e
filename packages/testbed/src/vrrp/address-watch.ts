import { createInterface } from "node:readline";
import { run } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";
import { waitUntil } from "@sysext-kiln/booted-host";

/** A node got an address, or gave it up. */
export interface AddressChange {
  /** As `performance.now()` counts, in milliseconds. */
  readonly at: number;
  readonly node: string;
  readonly address: string;
  readonly kind: "added" | "removed";
}

const probe = "192.0.2.1";

/** Tells every change of a node's addresses as the kernel announces it; fulfilled when nothing can be missed any more. */
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
  // It says nothing when it begins to listen: so something happens until it tells.
  const isListening = async () => {
    await change("add");
    await change("del");
    return listens;
  };
  if (!(await waitUntil(isListening, 10_000))) throw new Error(`ip monitor in ${node} tells nothing`);
}
