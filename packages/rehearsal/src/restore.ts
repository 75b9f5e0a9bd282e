import { KilnError } from "@sysext-kiln/error";
import { run, type RunOptions, type Say } from "@sysext-kiln/machine";
import type { Command, HostNetwork } from "@sysext-kiln/booted-host";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { waitUntilHealthy } from "./etcdctl.ts";
import { clusterSettings, restoreOptions, sharedFolder, type Member } from "./members.ts";
import { memberSettings, quotaSettings, type UserSettings } from "./settings.ts";
import type { FillOrder } from "./write-order.ts";

/** Where the hosts find the snapshot. */
export const snapshotFile = `${sharedFolder}/snapshot.db`;

/**
 * Restores the snapshot for each member, starts them, and waits until all are healthy.
 * @param options the user's settings, and the size of the snapshot in bytes
 */
export async function restoreMembers(
  members: readonly Member[],
  { settings, size }: { settings: UserSettings | undefined; size: number },
  say: Say,
): Promise<void> {
  for (const { name, host } of members) {
    say(`restoring the snapshot on ${name}`);
    const command = ["etcdutl", "snapshot", "restore", snapshotFile, "--data-dir=/var/lib/etcd"] as const;
    await succeed(host, [...command, ...restoreOptions(name)], { timeoutMs: restoreTimeoutMs });
  }
  await succeed(members[0]?.host, ["rm", snapshotFile]);
  for (const { name, host } of members) {
    const own = { ...clusterSettings(name), ...quotaSettings(settings, size) };
    await host.write("/etc/etcd/etcd.env", memberSettings(settings, own));
  }
  say("waiting until all members are healthy");
  await waitUntilHealthy(members, 300_000);
}

const restoreTimeoutMs = 3_600_000;

/** How many of the generated keys have a lease. */
const generatedLeases = 20;

/** Generates a snapshot with many keys, with an etcd of its own on a member's host. */
export async function generateSnapshot({ host }: Member, keys: number, say: Say): Promise<void> {
  const folder = `${sharedFolder}/generated`;
  const endpoint = "http://127.0.0.1:12379";
  const peers = "http://127.0.0.1:12380";
  const etcd = [
    "/usr/local/bin/etcd",
    `--data-dir=${folder}`,
    ...[`--listen-client-urls=${endpoint}`, `--advertise-client-urls=${endpoint}`],
    ...[`--listen-peer-urls=${peers}`, `--initial-advertise-peer-urls=${peers}`],
    ...[`--initial-cluster=default=${peers}`, "--log-level=error"],
    // It is thrown away if the machine fails.
    ...["--unsafe-no-fsync", "--max-txn-ops=1000", "--quota-backend-bytes=8589934592"],
  ];
  await succeed(host, ["systemd-run", "--quiet", "--unit=rehearsal-data", ...etcd]);
  await host.waitFor("the etcd that keys are generated in", async () => {
    const { status } = await host.run(["etcdctl", `--endpoints=${endpoint}`, "endpoint", "health"]);
    return status === 0;
  });
  await fill(host.network, { endpoint, keys, leases: Math.min(keys, generatedLeases) }, say);
  say("taking a snapshot of them");
  const save: Command = ["etcdctl", `--endpoints=${endpoint}`, "snapshot", "save", snapshotFile];
  await succeed(host, save, { timeoutMs: restoreTimeoutMs });
  await succeed(host, ["systemctl", "stop", "rehearsal-data.service"]);
  await succeed(host, ["rm", "-r", folder]);
}

const script = fileURLToPath(new URL("fill.ts", import.meta.url));

async function fill(network: HostNetwork, order: FillOrder, say: Say): Promise<void> {
  const words = [`--net=/proc/${network.pid}/ns/net`, process.execPath, script];
  const output = new PassThrough();
  createInterface({ input: output }).on("line", (written) =>
    say(`writing keys, ${written} of ${order.keys}`),
  );
  await run("nsenter", words, { input: JSON.stringify(order), output });
}

async function succeed(
  host: Member["host"] | undefined,
  command: Command,
  options: Pick<RunOptions, "timeoutMs"> = {},
): Promise<void> {
  const outcome = await host?.run(command, options);
  if (outcome?.status === 0) return;
  throw new KilnError("command-failed", {
    expected: `\`${command.slice(0, 3).join(" ")}\` to succeed on a host of the rehearsal`,
    found: outcome?.summary ?? "no host",
    next: "read the message of the program above",
  });
}
