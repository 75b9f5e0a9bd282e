import { existsSync } from "node:fs";
import { lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { servicesOf, type Definition } from "@sysext-kiln/extension";
import { addText, addTree } from "./add.ts";
import { entriesOf, type Entry } from "./entries.ts";

/**
 * Moves what a tree has below `etc/`, which a merge cannot provide, to `usr/share/NAME/etc/`, and adds a line
 * of tmpfiles.d(5) for each file that copies it to the host's /etc if it is missing there. What an operator
 * has changed stays as it is.
 *
 * systemd-tmpfiles runs at boot, but not when an image is merged later. So a unit runs it for these lines
 * before each of the extension's services starts.
 */
export async function moveEtc(definition: Pick<Definition, "name" | "hosts">, tree: string): Promise<void> {
  const { name } = definition;
  const etc = join(tree, "etc");
  if (!existsSync(etc) || !(await lstat(etc)).isDirectory()) return;
  const defaults = `usr/share/${name}/etc`;
  const lines = (await entriesOf(etc))
    .filter(({ type }) => type !== "directory")
    .map((entry) => tmpfilesLine(entry, defaults));
  const taken = `${tree}-etc`;
  await rename(etc, taken);
  await addTree(taken, tree, defaults);
  await rm(taken, { recursive: true });

  const conf = `usr/lib/tmpfiles.d/${name}-etc.conf`;
  await addText(lines.join(""), tree, conf);
  const services = servicesOf(definition);
  if (services.length === 0) return;
  const unit = `${name}-etc.service`;
  await addText(unitText(name, conf, services), tree, `usr/lib/systemd/system/${unit}`);
  for (const service of services) {
    await addText(
      `[Unit]\nRequires=${unit}\nAfter=${unit}\n`,
      tree,
      `usr/lib/systemd/system/${service}.d/10-${name}-etc.conf`,
    );
  }
}

function tmpfilesLine({ path, type, target }: Entry, defaults: string): string {
  const host = escaped(`/etc/${path}`).replaceAll(/["\\]/g, String.raw`\$&`);
  // The last field is not quoted: it reaches to the end of the line.
  return type === "link"
    ? `L "${host}" - - - - ${escaped(target ?? "")}\n`
    : `C "${host}" - - - - ${escaped(`/${defaults}/${path}`)}\n`;
}

/** In tmpfiles.d(5), `%` begins a specifier. */
function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}

function unitText(name: string, conf: string, services: readonly string[]): string {
  return [
    "[Unit]",
    `Description=Default configuration of ${name}`,
    "DefaultDependencies=no",
    "After=local-fs.target systemd-sysext.service",
    `Before=${services.join(" ")} shutdown.target`,
    "Conflicts=shutdown.target",
    "",
    "[Service]",
    "Type=oneshot",
    `ExecStart=systemd-tmpfiles --create /${conf}`,
    "",
  ].join("\n");
}
