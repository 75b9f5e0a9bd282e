/**
 * A shell function of the scripts for hosts that runs systemd-sysupdate with the transfers of a folder: `sysupdate`.
 *
 * systemd 262 keeps a record of the folders that it installed into, and its own update service (`--cleanup=yes`) removes
 * every file in them that is none of its own transfers': all images, the one in use too (measured). So it gets a record
 * that ends with the call. 257 has none, and forbids the namespace to what its update service runs.
 */
export function sysupdateFunction(definitions: string): string {
  return `sysupdate() {
	set -- /usr/lib/systemd/systemd-sysupdate --definitions=${definitions} "$@"
	if unshare --mount true 2>/dev/null; then
		records=/var/lib/systemd/sysupdate
		mkdir -p "$records"
		set -- unshare --mount sh -euc 'mount -t tmpfs tmpfs "$0" && exec "$@"' "$records" "$@"
	fi
	"$@"
}
`;
}
