import type { Definition } from "@sysext-kiln/extension";
import { extensionLink } from "../transfer.ts";
import { fetching } from "./fetching.ts";
import { restartLock } from "./restart-lock.ts";
import { serviceHealth } from "./service-health.ts";
import { switching } from "./switching.ts";

/** Where a host has the script that updates an extension. */
export function updateScriptPath(name: string): string {
  return `/etc/sysext-kiln/${name}-update`;
}

/**
 * What a careful operator does for an update, as a script for the host: fetch, wait for its turn, switch, restart, look
 * whether the service is well, and otherwise go back to the image before and leave that version alone. It is generated
 * whole from the definition, and can be killed anywhere: the next run finishes its work.
 *
 * Three files tell that run how far this one came. `NAME.fetched` is a link that systemd-sysupdate itself makes in the moment that it has
 * fetched an image; it goes when that image is in use, or refused. `NAME.before` is there while the link in use is being
 * moved and until the service has been judged. `NAME.refused` has what was not well.
 */
export function updateScript({ name, hosts }: Definition): string {
  return `#!/bin/sh
# Updates the extension ${name} while it runs. Made by sysext-kiln.
# Exit status: 0 nothing to do or done, 1 failed, 75 the next run tries again.
set -eu
service=${hosts.service}
link=${extensionLink(name)}
state=/var/lib/sysext-kiln
fetched=$state/${name}.fetched
before=$state/${name}.before
refused=$state/${name}.refused

${serviceHealth(hosts)}
${restartLock(hosts)}
${fetching(name)}
${switching(name)}
mkdir -p "$state"
restore
if [ -e "$before" ]; then cut_off=yes; else cut_off=; fi
fetch_status=0
[ -n "$cut_off" ] || fetch || fetch_status=$?
if [ ! -e "$fetched" ]; then
	rm -f "$fetched" "$before"
	exit "$fetch_status"
fi
new=$(readlink -e "$fetched")
# Nothing, where the host gets its first image from here.
old=$(cat "$before" 2>/dev/null || readlink -e "$link") || old=
is_refused() { [ -e "$refused" ] && grep -qxF "\${new##*/}" "$refused"; }

if [ -n "$cut_off" ]; then
	if [ "$(systemctl show --property=ActiveState --value "$service")" = inactive ]; then
		# It may have been cut off before the link moved, and systemd-sysupdate brings no image twice.
		if is_refused; then
			switch_to "$old"
			rm -f "$new"
		else
			switch_to "$new"
		fi
		systemd-sysext refresh
		settle
		exit 0
	fi
	if is_refused; then
		may_restart || put_off
		go_back
	fi
	if [ "$(readlink -e "$link")" = "$new" ]; then
		systemd-sysext refresh
		may_restart || put_off
		restart_and_judge
	fi
	undo
fi

if [ "$new" = "$old" ]; then
	settle
	exit 0
fi
if is_refused; then
	rm -f "$new"
	settle
	exit 0
fi
if [ -z "$old" ] || [ "$(systemctl show --property=MainPID --value "$service")" = 0 ]; then
	# Nothing runs that an update could disturb: the service may not be set up yet, or an operator has stopped it.
	switch_to "$new"
	systemd-sysext refresh
	settle
	exit 0
fi

lock acquire || put_off
echo "$old" >"$before.new"
mv "$before.new" "$before"
switch_to "$new"
if ! systemd-sysext refresh; then
	undo
	lock release || true
	echo "<3>${name}: \${new##*/} cannot be merged (said above): staying with \${old##*/}; the next run tries again"
	exit 1
fi
# Once more, right before what it is for: the lock must still be this host's, and for its whole time.
if ! lock acquire; then
	undo
	put_off
fi
echo "${name}: updating from \${old##*/} to \${new##*/}"
restart_and_judge
`;
}
