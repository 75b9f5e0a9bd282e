import { join } from "node:path";
import type { Host } from "@sysext-kiln/booted-host";
import { putFile } from "@sysext-kiln/testbed";
import { succeed } from "./host-services.ts";

/** Lets the stock service run in a container, which these hosts are; nothing else about it is changed. */
export async function letRun(root: string): Promise<void> {
  const dropIn = join(root, "etc/systemd/system/systemd-sysupdate.service.d/in-a-container.conf");
  await putFile(dropIn, "[Unit]\nConditionVirtualization=\n");
}

/** Runs systemd's own update service; returns its result in the journal, as the unit may be unloaded. */
export async function runStockService(host: Host): Promise<string | undefined> {
  const endings = async () =>
    [
      ...(await host.journal()).matchAll(
        /sysupdate\S*\.service: (Deactivated successfully|Failed with result)/g,
      ),
    ].map(([, ending]) => ending);
  const before = await endings();
  await succeed(host, "systemctl", "start", "systemd-sysupdate.service");
  await host.waitFor("the service to end", async () => (await endings()).length > before.length);
  return (await endings()).at(-1);
}
