import { documentOf } from "./document.ts";
import type { HostConfig } from "./host-config.ts";

/** Renders a host's configuration as Ignition (specification 3.3.0), what Butane makes of it. */
export function formatIgnition(config: HostConfig): string {
  const { storage, systemd } = documentOf(config, { inline: dataUrl, mode: (mode) => mode });
  return `${JSON.stringify({ ignition: { version: "3.3.0" }, storage, systemd }, null, 2)}\n`;
}

/** A text as a URL that Ignition reads (RFC 2397). */
function dataUrl(text: string): object {
  return { source: `data:,${encodeURIComponent(text)}` };
}
