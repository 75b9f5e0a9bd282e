import { KilnError } from "@sysext-kiln/error";
import type { Definition } from "./definition.ts";

/**
 * Refuses definitions whose names run into each other. `etcd-@v-%a.raw` also matches `etcd-defrag-9.9.9-x86-64.raw`
 * of the same manifest, and then the host installs the wrong program: `@v` takes everything up to the architecture.
 */
export function refuseCollisions(definitions: readonly Pick<Definition, "name" | "asset">[]): void {
  for (const one of definitions) {
    for (const other of definitions) {
      if (one === other) continue;
      const nameCollides = other.name === one.name || other.name.startsWith(`${one.name}-`);
      if (!nameCollides && !beforeVersion(other.asset).startsWith(beforeVersion(one.asset))) continue;
      throw new KilnError("definition-invalid", {
        expected: `no other extension's assets to match ${one.asset} of extension ${one.name}`,
        found: `extension ${other.name} with ${other.asset}, which hosts of ${one.name} would take for a version of it`,
        next: `rename ${other.name} so that it does not begin with "${one.name}-"`,
      });
    }
  }
}

function beforeVersion(asset: string): string {
  return asset.slice(0, asset.indexOf("{version}"));
}
