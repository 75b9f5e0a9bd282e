import type { HostFolder } from "./host-folder.ts";

/** What `kiln-host status` reports about etcd. */
export async function statusOf(host: HostFolder): Promise<unknown> {
  const { stdout } = await host.kilnHost(["status", "--json"]);
  const status: unknown = JSON.parse(stdout);
  if (typeof status !== "object" || status === null || !("extensions" in status))
    throw new Error(`no status: ${stdout}`);
  const { extensions } = status;
  return Array.isArray(extensions) ? extensions[0] : undefined;
}
