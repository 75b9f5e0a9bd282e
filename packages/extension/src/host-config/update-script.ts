import type { Definition } from "../definition.ts";
import { extensionLink, imageFolder } from "./transfer.ts";

/** Where a host has the script that updates an extension. */
export function updateScriptPath(name: string): string {
  return `/etc/sysext-kiln/${name}-update`;
}

/**
 * What a careful operator does for an update, as a script for the host: fetch, switch, restart, look whether the service is
 * well, and otherwise go back to the image before and leave that version alone. It is generated whole from the definition,
 * and everything in it that varies is a name that the definition's schema allows.
 */
export function updateScript({ name, hosts }: Definition): string {
  return `#!/bin/sh
# Updates the extension ${name} while it runs. Made by sysext-kiln.
set -eu
link=${extensionLink(name)}
folder=${imageFolder(name)}
refused=/var/lib/sysext-kiln/${name}.refused
service=${hosts.service}
patience=${hosts.healthySeconds}
sysupdate=/usr/lib/systemd/systemd-sysupdate

switch_to() {
	ln -sfn "$1" "$link.new"
	mv -T "$link.new" "$link"
}

healthy() {
	systemctl is-active --quiet "$service" || return 1
	${hosts.healthCheck === undefined ? ":" : hosts.healthCheck}
}

# The service must be well within the time that it has, and still be well when that is over: it may start, and then fail.
stays_healthy() {
	restarts=$(systemctl show --property=NRestarts --value "$service")
	waited=0 well=0
	while [ "$waited" -lt "$patience" ]; do
		sleep 1
		waited=$((waited + 1))
		if healthy; then well=$((well + 1)); else well=0; fi
		[ "$(systemctl show --property=NRestarts --value "$service")" = "$restarts" ] || return 1
		[ "$well" -lt ${hosts.steadySeconds} ] || return 0
	done
	return 1
}

take_effect() {
	systemd-sysext refresh
	systemctl restart "$service"
}

before=$(readlink "$link")
# After a download that failed, systemd 262 refuses every other before this.
"$sysupdate" -C ${name} vacuum
"$sysupdate" -C ${name} update
after=$(readlink "$link")
[ "$after" != "$before" ] || exit 0

if [ -e "$refused" ] && grep -qxF "$after" "$refused"; then
	switch_to "$before"
	exit 0
fi
if ! systemctl is-active --quiet "$service"; then
	# Nothing runs that an update could disturb: the service may not be set up yet, or an operator has stopped it.
	systemd-sysext refresh
	exit 0
fi

echo "${name}: updating from \${before##*/} to \${after##*/}"
if take_effect && stays_healthy; then
	echo "${name}: \${after##*/} is well"
	exit 0
fi
echo "<3>${name}: $service is not well with \${after##*/}: going back to \${before##*/}, and not trying that version again"
mkdir -p "\${refused%/*}"
echo "$after" >>"$refused"
switch_to "$before"
take_effect
exit 1
`;
}
