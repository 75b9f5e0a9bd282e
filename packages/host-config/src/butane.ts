import { Scalar, stringify } from "yaml";
import { documentOf } from "./document.ts";
import type { HostConfig } from "./host-config.ts";

/** Renders a host's configuration as Butane of the variant `flatcar`, to be merged into one's own. */
export function formatButane(config: HostConfig): string {
  const { storage, systemd } = documentOf(config, { inline: (text) => ({ inline: text }), mode: octal });
  return stringify({ variant: "flatcar", version: "1.1.0", storage, systemd }, { lineWidth: 0 });
}

/** A mode as people read it. */
function octal(mode: number): Scalar<number> {
  const scalar = new Scalar(mode);
  scalar.format = "OCT";
  return scalar;
}
