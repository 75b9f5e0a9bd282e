import { existsSync } from "node:fs";
import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { servicesOf, type Extension } from "@sysext-kiln/extension";
import type { Host } from "@sysext-kiln/booted-host";
import type { Say } from "@sysext-kiln/machine";
import type { FoundImage } from "../../images/find.ts";
import { extensionLink, imageFolder } from "@sysext-kiln/host-config";

/** An extension to try, and its image. */
export interface Trial {
  extension: Extension;
  image: FoundImage;
}

/** The folder with the files that an extension's service needs to start; undefined if it needs none. */
export function trialFiles({ folder }: Extension): string | undefined {
  const files = join(folder, "try");
  return existsSync(files) ? files : undefined;
}

/** Adds images, their links and the files of trials to a host's root file system. */
export async function prepareForTrial(root: string, trials: readonly Trial[]): Promise<void> {
  for (const { extension, image } of trials) {
    const { name } = extension.definition;
    const path = join(imageFolder(name), image.name);
    const link = join(root, extensionLink(name));
    await mkdir(dirname(join(root, path)), { recursive: true });
    await mkdir(dirname(link), { recursive: true });
    await cp(image.path, join(root, path));
    await symlink(path, link);
    const files = trialFiles(extension);
    if (files !== undefined) await cp(files, root, { recursive: true });
  }
}

/** Runs the health check of an image, if it has one. */
const healthCheck = 'hook=/usr/lib/sysext-kiln/$0/health; [ ! -e "$hook" ] || timeout 10 sh "$hook"';

/**
 * Waits until the services of an extension are healthy and have stayed healthy for a while without being
 * started again, as an update on a host does. An extension without a service is healthy.
 * @throws KilnError `service-unhealthy`, with the last lines that the service logged
 */
export async function startTrial(host: Host, { extension: { definition } }: Trial, say: Say): Promise<void> {
  const services = servicesOf(definition);
  if (services.length === 0) return;
  const { healthySeconds, steadySeconds } = definition.hosts;
  const all = services.join(" and ");
  say(`waiting until ${all} has been healthy for ${steadySeconds} seconds`);
  let since = performance.now();
  let seen: string | undefined;
  const isSteady = async () => {
    const starts = await healthyStarts(host, definition.name, services);
    if (starts === undefined || starts !== seen) since = performance.now();
    seen = starts;
    return starts !== undefined && performance.now() - since >= steadySeconds * 1000;
  };
  await host
    .waitFor(`${all} to be healthy`, isSteady, { timeoutMs: healthySeconds * 1000 })
    .catch(async (cause: unknown) => {
      const journals = await Promise.all(services.map((service) => host.journal(service)));
      const lines = journals.flatMap((text) =>
        text
          .split("\n")
          .filter((line) => line !== "")
          .slice(-8),
      );
      throw new KilnError("service-unhealthy", {
        expected: `${all} to stay healthy for ${steadySeconds} seconds within ${healthySeconds} seconds`,
        found: lines.join("\n         ") || "an unhealthy service without any log messages",
        next: `check its configuration in extensions/${definition.name}/try, and its units`,
        cause,
      });
    });
}

/** Identifies the last start of each service (systemd.exec(5), $INVOCATION_ID); undefined if one is unhealthy. */
async function healthyStarts(
  host: Host,
  name: string,
  services: readonly string[],
): Promise<string | undefined> {
  const { stdout } = await host.run([
    "systemctl",
    "show",
    "--property=ActiveState,InvocationID",
    ...services,
  ]);
  const states = stdout.match(/^ActiveState=.*$/gm) ?? [];
  if (states.some((line) => line !== "ActiveState=active")) return undefined;
  const { status } = await host.run(["sh", "-c", healthCheck, name]);
  return status === 0 ? stdout : undefined;
}
