import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machineAcquireSettings, minimumValidTime, mirrorOf, settings } from "@sysext-kiln/machine";

/** Where Dockerfiles mount the secret `apt-keyring`. */
const keyringInContainer = "/usr/share/keyrings/kiln.gpg";

/**
 * Writes what apt in the build container needs: sources for the suites, and how this machine reaches its
 * mirrors. Both may contain the password of a proxy or a mirror, so the build gets them as secrets, which
 * never become part of a layer.
 * @returns the file of each secret, by the id that Dockerfiles mount
 */
export async function aptSecrets(suites: readonly string[], folder: string): Promise<Record<string, string>> {
  const { debianKeyring } = settings();
  // Without this line, the container's apt uses the distribution's own keys.
  const signedBy = debianKeyring === undefined ? [] : [`Signed-By: ${keyringInContainer}`];
  const sources = suites.map((suite) =>
    ["Types: deb", `URIs: ${mirrorOf(suite)}`, `Suites: ${suite}`, "Components: main", ...signedBy, ""].join(
      "\n",
    ),
  );
  const files = { "apt-sources": join(folder, "apt.sources"), "apt-conf": join(folder, "apt.conf") };
  await writeFile(files["apt-sources"], sources.join("\n"), { mode: 0o600 });
  const validTime = `Acquire::Min-ValidTime "${minimumValidTime}";`;
  await writeFile(files["apt-conf"], `${await machineAcquireSettings()}\n${validTime}\n`, { mode: 0o600 });
  return debianKeyring === undefined ? files : { ...files, "apt-keyring": debianKeyring };
}
