import { existsSync } from "node:fs";
import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { type Extension } from "@sysext-kiln/extension";
import type { Host } from "@sysext-kiln/booted-host";
import type { FoundImage } from "../../images/find.ts";
import { extensionLink, imageFolder } from "@sysext-kiln/host-config";

/** An extension that is tried, and the image of it. */
export interface Trial {
  extension: Extension;
  image: FoundImage;
}

/** The folder of an extension with what its service needs on a host: the least that it starts with. */
export function trialFiles({ folder }: Extension): string | undefined {
  const files = join(folder, "try");
  return existsSync(files) ? files : undefined;
}

/** Puts images, their links and the files of a trial into a host's root file system. */
export async function furnishForTrial(root: string, trials: readonly Trial[]): Promise<void> {
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

const patienceMs = 15_000;

/**
 * Waits until the service of an extension is well, as an update on a host would.
 * @throws KilnError `service-unhealthy` with what the service last said
 */
export async function startTrial(host: Host, { extension: { definition } }: Trial): Promise<void> {
  const { service, healthCheck = "true" } = definition.hosts;
  const isWell = async () =>
    (await host.run(["systemctl", "is-active", "--quiet", service])).status === 0 &&
    (await host.run(["timeout", "10", "sh", "-c", healthCheck])).status === 0;
  await host
    .waitFor(`${service} to be well`, isWell, { timeoutMs: patienceMs })
    .catch(async (cause: unknown) => {
      const lines = (await host.journal(service)).split("\n").filter((line) => line !== "");
      throw new KilnError("service-unhealthy", {
        expected: `${service} to run, and to be well, within ${patienceMs / 1000} seconds`,
        found: lines.slice(-8).join("\n         ") || "a service that has logged nothing",
        next: `look at extensions/${definition.name}/try, which has its configuration, and at its units`,
        cause,
      });
    });
}
