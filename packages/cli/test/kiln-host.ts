import { join } from "node:path";
import type { Command, Host } from "@sysext-kiln/booted-host";
import { putFile } from "@sysext-kiln/testbed";
import { z } from "zod";

const statusSchema = z.object({
  extensions: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      inUse: z.string().nullable(),
      previous: z.string().nullable(),
      waitingFor: z.string().nullable(),
      waitingReason: z.string().nullable(),
      fetchFailure: z.string().nullable(),
      offered: z.string().nullable(),
      refused: z.array(z.object({ image: z.string(), reason: z.string() })),
    }),
  ),
});

export type HostStatus = z.infer<typeof statusSchema>["extensions"][number];

/** Stops the timer of a host that is not booted yet, so that kiln-host runs only when a test runs it. */
export async function disableTimer(root: string): Promise<void> {
  const dropIn = join(root, "etc/systemd/system/kiln-host.timer.d/never.conf");
  await putFile(dropIn, "[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1w\n");
}

/** Runs kiln-host as its timer does, but asks for updates at once. */
export function updateNow(host: Host): ReturnType<Host["run"]> {
  return host.run(updateCommand());
}

/** The command that starts such a run, and waits for its end unless `options` has `--no-block`. */
export function updateCommand(...options: readonly string[]): Command {
  const start = ["systemctl", "start", ...options, "kiln-host.service"].join(" ");
  return ["sh", "-c", `mkdir -p /run/sysext-kiln && touch /run/sysext-kiln/update-now && ${start}`];
}

/** What `kiln-host status` reports about an extension. */
export async function statusOf(host: Host, name: string): Promise<HostStatus> {
  const { stdout, summary } = await host.run(["kiln-host", "status", "--json"]);
  if (!stdout.startsWith("{")) throw new Error(`kiln-host reports no status: ${summary}`);
  const json: unknown = JSON.parse(stdout);
  const found = statusSchema.parse(json).extensions.find((extension) => extension.name === name);
  if (found === undefined) throw new Error(`kiln-host reports nothing about ${name}: ${summary}`);
  return found;
}
