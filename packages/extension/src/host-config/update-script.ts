import type { Definition } from "../definition.ts";
import { extensionLink } from "./transfer.ts";

/** Where a host has the script that updates an extension. */
export function updateScriptPath(name: string): string {
  return `/etc/sysext-kiln/${name}-update`;
}

/**
 * What a careful operator does for an update, as a script for the host: fetch, switch, restart, look whether the service is
 * well, and otherwise go back to the image before and leave that version alone. It is generated whole from the definition;
 * the health check is the definition's own shell command, and runs apart so that nothing in it can end the script.
 */
export function updateScript({ name, hosts }: Definition): string {
  return `#!/bin/sh
# Updates the extension ${name} while it runs. Made by sysext-kiln.
set -eu
link=${extensionLink(name)}
state=/var/lib/sysext-kiln
refused=$state/${name}.refused
pending=$state/${name}.pending
service=${hosts.service}
sysupdate=/usr/lib/systemd/systemd-sysupdate

switch_to() {
	ln -sfn "$1" "$link.new"
	mv -T "$link.new" "$link"
}

check() {
	timeout 10 sh <<'END'
${hosts.healthCheck ?? "true"}
END
}

# The service must become well in its time, and then stay well for a while: it may start, and then fail.
stays_healthy() {
	end=$(($(date +%s) + ${hosts.healthySeconds})) well=0 restarts=
	while [ "$(date +%s)" -lt "$end" ]; do
		sleep 1
		now=$(systemctl show --property=NRestarts --value "$service")
		if [ "$now" = "$restarts" ] && systemctl is-active --quiet "$service" && check; then
			well=$((well + 1))
		else
			well=0
		fi
		restarts=$now
		[ "$well" -lt ${hosts.steadySeconds} ] || return 0
	done
	return 1
}

# Without waiting: a service that never gets ready must not keep the script from going back.
take_effect() {
	systemd-sysext refresh && systemctl restart --no-block "$service"
}

mkdir -p "$state"
# A run that was cut off after the link had moved left the image before: it is judged now.
if [ -s "$pending" ]; then before=$(cat "$pending"); else before=$(readlink "$link"); fi
# After a download that failed, systemd 262 refuses every other before this.
"$sysupdate" -C ${name} vacuum
echo "$before" >"$pending.new"
mv "$pending.new" "$pending"
"$sysupdate" -C ${name} update
after=$(readlink "$link")
if [ "$after" = "$before" ]; then
	rm "$pending"
	exit 0
fi
if [ -e "$refused" ] && grep -qxF "$after" "$refused"; then
	switch_to "$before"
	rm -f "$after" "$pending"
	exit 0
fi
if ! systemctl is-active --quiet "$service"; then
	# Nothing runs that an update could disturb: the service may not be set up yet, or an operator has stopped it.
	systemd-sysext refresh
	rm "$pending"
	exit 0
fi

echo "${name}: updating from \${before##*/} to \${after##*/}"
if take_effect && stays_healthy; then
	rm "$pending"
	echo "${name}: \${after##*/} is well"
	exit 0
fi
echo "<3>${name}: $service is not well with \${after##*/}: going back to \${before##*/}, and not trying that version again"
echo "$after" >>"$refused"
switch_to "$before"
# Its image goes, so that it does not take the place of the one that works among those that are kept.
rm -f "$after"
take_effect
rm "$pending"
exit 1
`;
}
