import { readFileSync } from "node:fs";
import type { Definition } from "@sysext-kiln/extension";
import { extensionLink, imageFolder, transferFolder } from "./transfer.ts";

// pnpm bundle puts the texts of these files into an action's bundle.
const sysupdate = readFileSync(new URL("./scripts/sysupdate.sh", import.meta.url), "utf8");
const update = readFileSync(new URL("./scripts/update.sh", import.meta.url), "utf8");
const fetch = readFileSync(new URL("./scripts/fetch.sh", import.meta.url), "utf8");

/** The path on a host of the script that updates an extension while it runs. */
export function updateScriptPath(name: string): string {
  return `/etc/sysext-kiln/${name}-update`;
}

/** The path on a host of the script that fetches the next image of an extension, for the next reboot. */
export function fetchScriptPath(name: string): string {
  return `/etc/sysext-kiln/${name}-fetch`;
}

/** The script `scripts/update.sh` for an extension. */
export function updateScript({ name, hosts }: Definition): string {
  // The image that is merged has them.
  const hooks = `/usr/lib/sysext-kiln/${name}`;
  return render(update, {
    name,
    // A unit that does not exist counts as a service that does not run, which an update does not disturb.
    service: hosts.service ?? `${name}.service`,
    health_check: `[ ! -e ${hooks}/health ] || sh ${hooks}/health`,
    healthy_seconds: hosts.healthySeconds,
    steady_seconds: hosts.steadySeconds,
    restart_lock: `[ ! -e ${hooks}/restart-lock ] || sh ${hooks}/restart-lock "$1"`,
    link: extensionLink(name),
    images: imageFolder(name),
    transfer: `${transferFolder(name)}/${name}.conf`,
  });
}

/** The script `scripts/fetch.sh` for an extension. */
export function fetchScript({ name }: Definition): string {
  return render(fetch, { link: extensionLink(name), transfers: transferFolder(name) });
}

/**
 * Makes a script for a host from one of the files: with these values instead of the example's, and with the
 * contents of `sysupdate.sh` instead of the line that reads it.
 */
function render(script: string, values: Readonly<Record<string, string | number>>): string {
  const assignments = Object.entries(values).map(([name, value]) => `${name}=${quote(String(value))}\n`);
  const included = sysupdate.replace("#!/bin/sh\n", "");
  return script
    .replace(/^# values\n[^]*^# end of values\n/m, () => assignments.join(""))
    .replace(/^# shellcheck source=.*\n\. .*\n/m, () => included);
}

/** A text as one word of the shell (POSIX, "Quoting"). */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
