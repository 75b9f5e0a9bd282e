#!/bin/sh
# sysupdate FOLDER COMMAND: runs systemd-sysupdate with the transfers of a folder.
#
# systemd 262 records the folders that it has installed into, and its own update service (--cleanup=yes)
# removes every file there that belongs to none of its own transfers: all images, including the one in use. So
# this call gets a record of its own that is dropped afterwards. 257 keeps no record, and its update service
# may not create namespaces.
sysupdate() {
	set -- /usr/lib/systemd/systemd-sysupdate --definitions="$1" "$2"
	if unshare --mount true 2>/dev/null; then
		records=/var/lib/systemd/sysupdate
		mkdir -p "$records"
		# shellcheck disable=SC2016 # for the inner shell to expand
		set -- unshare --mount sh -euc 'mount -t tmpfs tmpfs "$0" && exec "$@"' "$records" "$@"
	fi
	"$@"
}
