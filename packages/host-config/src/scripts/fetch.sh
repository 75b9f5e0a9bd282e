#!/bin/sh
# Fetches the next version of a system extension, for the next reboot. Made by sysext-kiln.
set -eu

# values
link=/etc/extensions/hello.raw
transfers=/etc/sysupdate.hello.d
# end of values

# shellcheck source=sysupdate.sh
. "${0%/*}/sysupdate.sh"

has_transfers() {
	for file in /etc/sysupdate.d/*.* /run/sysupdate.d/*.* /usr/local/lib/sysupdate.d/*.* /usr/lib/sysupdate.d/*.*; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

# systemd's own update, which runs next, fails on 257 if the OS has no transfer: give it one without effect.
if ! has_transfers; then
	mkdir -p /run/sysupdate.d
	cat >/run/sysupdate.d/nothing.conf <<'NOTHING'
[Source]
Type=regular-file
Path=/nothing
MatchPattern=nothing-@v

[Target]
Type=regular-file
Path=/nothing
MatchPattern=nothing-@v
NOTHING
fi
before=$(readlink -f "$link" || true)
# After a failed download systemd 262 refuses every other until a vacuum.
sysupdate "$transfers" vacuum
sysupdate "$transfers" update
[ "$(readlink -f "$link")" = "$before" ] || touch /run/reboot-required
