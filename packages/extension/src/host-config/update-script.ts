import type { Definition } from "../definition.ts";
import { extensionLink, transferFolder } from "./transfer.ts";

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
back=$state/${name}.back
service=${hosts.service}

sysupdate() {
	/usr/lib/systemd/systemd-sysupdate --definitions=${transferFolder(name)} "$@"
}

# Where the link leads; systemd 262 makes a relative one.
linked() {
	readlink -f "$link"
}

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

# Back to the image before, and on with what an earlier run left of that.
go_back() {
	switch_to "$(cat "$back")"
	systemd-sysext refresh
	restart
	rm "$back"
}

# Without waiting: a service that never gets ready must not keep the script from going back.
restart() {
	systemctl restart --no-block "$service"
}

mkdir -p "$state"
[ ! -s "$back" ] || go_back
if [ ! -e "$link" ]; then
	# There is nothing to go back to: the host gets its first image from here.
	sysupdate vacuum
	sysupdate update
	systemd-sysext refresh
	exit 0
fi
# A run that was cut off after the link had moved left the image before: it is judged now.
if [ -s "$pending" ]; then resumed=yes before=$(cat "$pending"); else resumed= before=$(linked); fi
# A second name for the image in use, which may be the oldest one and go: somebody may have gone back to it by hand.
spare="\${before%/*}/.\${before##*/}.spare"
trap 'rm -f "$spare"' EXIT
[ ! -e "$before" ] || ln -f "$before" "$spare"
# After a download that failed, systemd 262 refuses every other before this.
sysupdate vacuum
echo "$before" >"$pending.new"
mv "$pending.new" "$pending"
if ! sysupdate update; then
	[ "$(linked)" != "$before" ] || rm "$pending"
	exit 1
fi
[ -e "$before" ] || [ ! -e "$spare" ] || ln "$spare" "$before"
after=$(linked)
if [ "$after" = "$before" ]; then
	rm "$pending"
	exit 0
fi
if [ -e "$refused" ] && grep -qxF "$after" "$refused"; then
	if [ -n "$resumed" ]; then
		# A boot merged it, after a run that was cut off.
		mv "$pending" "$back"
		go_back
	fi
	switch_to "$before"
	rm -f "$after" "$pending"
	exit 0
fi
if systemctl is-active --quiet "$service"; then active=yes; else active=; fi
if ! systemd-sysext refresh; then
	# Perhaps it is not this extension that is broken. What was merged still is, and the next run tries again.
	echo "<3>${name}: extensions can't be merged with \${after##*/}: staying with \${before##*/}"
	switch_to "$before"
	rm -f "$after" "$pending"
	exit 1
fi
if [ -z "$active" ]; then
	# Nothing ran that an update could disturb: the service may not be set up yet, or an operator has stopped it.
	rm "$pending"
	exit 0
fi

echo "${name}: updating from \${before##*/} to \${after##*/}"
restart
if stays_healthy; then
	rm "$pending"
	echo "${name}: \${after##*/} is well"
	exit 0
fi
echo "<3>${name}: $service is not well with \${after##*/}: going back to \${before##*/}, and not trying that version again"
echo "$after" >>"$refused"
mv "$pending" "$back"
switch_to "$before"
# Its image goes, so that it does not take the place of the one that works among those that are kept.
rm -f "$after"
go_back
exit 1
`;
}
