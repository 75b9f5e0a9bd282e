import type { HostConfig, HostUnit } from "./host-config.ts";

/** A configuration as it stands on the host, for whoever writes into its file system. */
export interface HostFiles {
  files: { path: string; mode: number; content: Buffer }[];
  links: { path: string; target: string }[];
}

const ownUnits = "/etc/systemd/system";
const systemUnits = "/usr/lib/systemd/system";

/** The files and links of a configuration, units and what enables them included; what the host fetches is left out. */
export function hostFiles({ files, links, units }: HostConfig): HostFiles {
  return {
    files: [
      ...files.flatMap(({ path, mode, content }) => {
        const bytes = typeof content === "string" ? Buffer.from(content) : dataOf(content.url);
        return bytes === undefined ? [] : [{ path, mode, content: bytes }];
      }),
      ...units.flatMap(unitFiles),
    ],
    links: [...links, ...units.flatMap(enabling)],
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
function enabling({ name, wantedBy, content }: HostUnit): { path: string; target: string }[] {
  if (wantedBy === undefined) return [];
  const target = `${content === undefined ? systemUnits : ownUnits}/${name}`;
  return [{ path: `${ownUnits}/${wantedBy}.wants/${name}`, target }];
}

/** The bytes of a `data:` URL; undefined for what stands elsewhere. */
function dataOf(url: string): Buffer | undefined {
  const [, base64] = /^data:[^,]*;base64,(.*)$/.exec(url) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}
