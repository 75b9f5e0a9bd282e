import { readFileSync } from "node:fs";
import type { HostFile, HostUnit } from "./host-config.ts";

// Nothing ever changes these files on a host. pnpm bundle puts their texts into an action's bundle.
const bootstrapText = readFileSync(new URL("./frozen/bootstrap.sh", import.meta.url), "utf8");
const service = readFileSync(new URL("./frozen/kiln-host.service", import.meta.url), "utf8");
const timer = readFileSync(new URL("./frozen/kiln-host.timer", import.meta.url), "utf8");
const recoveryService = readFileSync(new URL("./frozen/kiln-host-recovery.service", import.meta.url), "utf8");
const recoveryTimer = readFileSync(new URL("./frozen/kiln-host-recovery.timer", import.meta.url), "utf8");
const bootService = readFileSync(new URL("./frozen/kiln-host-boot.service", import.meta.url), "utf8");

/** The script that the units run: it starts kiln-host, and replaces it if it does not work. */
export const bootstrap: HostFile = {
  path: "/etc/sysext-kiln/bootstrap",
  mode: 0o755,
  content: withoutComments(bootstrapText),
};

/** The units that run kiln-host regularly and at boot, and that update it without its program. */
export const units: readonly HostUnit[] = [
  { name: "kiln-host.service", content: service },
  { name: "kiln-host.timer", wantedBy: "timers.target", content: timer },
  { name: "kiln-host-boot.service", wantedBy: "basic.target", content: bootService },
  { name: "kiln-host-recovery.service", content: recoveryService },
  { name: "kiln-host-recovery.timer", wantedBy: "timers.target", content: recoveryTimer },
];

/** A script without the comments below its first one, as some platforms limit user data to 16 kB. */
function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line, index) => index < 2 || !/^\s*#/.test(line))
    .join("\n");
}
