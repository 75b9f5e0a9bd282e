import { type HostConfig, type HostUnit, isContained } from "./host-config.ts";

/** The files of a configuration as they are on the host, for writing them into its file system. */
export interface HostFiles {
  files: { path: string; mode: number; content: Buffer }[];
  links: { path: string; target: string }[];
}

const ownUnits = "/etc/systemd/system";
const systemUnits = "/usr/lib/systemd/system";

/** The files and links of a configuration, its units and what enables them, but no files to be fetched. */
export function hostFiles({ files, links, units }: HostConfig): HostFiles {
  return {
    files: [
      ...files.flatMap(({ path, mode, content }) =>
        isContained(content) ? [{ path, mode, content: Buffer.from(content) }] : [],
      ),
      ...units.flatMap(unitFiles),
    ],
    links: [...links, ...units.flatMap(enablingLinks)],
  };
}

function unitFiles({ name, content, dropIns = [] }: HostUnit) {
  const own = content === undefined ? [] : [{ path: `${ownUnits}/${name}`, content }];
  const dropInFiles = dropIns.map((dropIn) => ({
    path: `${ownUnits}/${name}.d/${dropIn.name}`,
    content: dropIn.content,
  }));
  return [...own, ...dropInFiles].map(({ path, content: text }) => ({
    path,
    mode: 0o644,
    content: Buffer.from(text),
  }));
}

/** The link that `systemctl enable` makes (systemd.unit(5), "WantedBy="). */
function enablingLinks({ name, wantedBy, content }: HostUnit): { path: string; target: string }[] {
  if (wantedBy === undefined) return [];
  const target = `${content === undefined ? systemUnits : ownUnits}/${name}`;
  return [{ path: `${ownUnits}/${wantedBy}.wants/${name}`, target }];
}
