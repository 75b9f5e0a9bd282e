import type { Definition } from "@sysext-kiln/extension";
import { sysupdateFunction } from "./sysupdate-function.ts";
import { extensionLink, transferFolder } from "./transfer.ts";

/** Where a host has the script that fetches the next image of an extension. */
export function fetchScriptPath(name: string): string {
  return `/etc/sysext-kiln/${name}-fetch`;
}

/**
 * Fetches the next image for a reboot, as a script for the host. It runs before systemd's own update, which on systemd 257
 * fails where the OS has no transfer of its own; so there it gets one that finds nothing.
 */
export function fetchScript({ name }: Definition): string {
  return `#!/bin/sh
# Fetches the next version of the extension ${name}, for the next reboot. Made by sysext-kiln.
set -eu
link=${extensionLink(name)}

${sysupdateFunction(transferFolder(name))}

has_transfers() {
	for file in /etc/sysupdate.d/*.* /run/sysupdate.d/*.* /usr/local/lib/sysupdate.d/*.* /usr/lib/sysupdate.d/*.*; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

if ! has_transfers; then
	mkdir -p /run/sysupdate.d
	cat >/run/sysupdate.d/nothing.conf <<'END'
[Source]
Type=regular-file
Path=/nothing
MatchPattern=nothing-@v

[Target]
Type=regular-file
Path=/nothing
MatchPattern=nothing-@v
END
fi
before=$(readlink -f "$link" || true)
# After a download that failed, systemd 262 refuses every other before this.
sysupdate vacuum
sysupdate update
[ "$(readlink -f "$link")" = "$before" ] || touch /run/reboot-required
`;
}
