#!/bin/sh
# Makes kiln-host update this running host, and can be run again. It restarts no service. A host that the
# scripts of kiln 1 update keeps its images, and what these scripts have recorded.
# Made by sysext-kiln; run it as root.
set -eu
umask 022

# values
architecture=x86-64
mode=live
proxy=''
images() {
	image hello hello-1.0.0-x86-64.raw https://example.org/hello-1.0.0-x86-64.raw \
		0000000000000000000000000000000000000000000000000000000000000000
}
files() {
	put /etc/sysext-kiln/host.conf 0644 <<'END'
MODE=live
END
}
# end of values

units=/etc/systemd/system
state=/var/lib/sysext-kiln
keyring=/etc/systemd/import-pubring.gpg

fail() {
	echo "$1" >&2
	exit 1
}

require_host() {
	[ "$(id -u)" = 0 ] || fail "run this as root"
	case $(uname -m) in
	x86_64) found=x86-64 ;;
	aarch64) found=arm64 ;;
	*) found=$(uname -m) ;;
	esac
	[ "$found" = "$architecture" ] || fail "this host is $found, and the images are for $architecture"
	for program in systemd-pull systemd-sysupdate; do
		[ -x "/usr/lib/systemd/$program" ] || fail "/usr/lib/systemd/$program is missing; Debian has it in systemd-container"
	done
}

# put PATH MODE: writes a file from the standard input, in one step.
put() {
	mkdir -p "${1%/*}"
	cat >"$1.new"
	chmod "$2" "$1.new"
	mv -fT "$1.new" "$1"
}

# image EXTENSION IMAGE URL SHA256: fetches an image and links it, unless the host has one in use already.
image() {
	[ ! -e "/etc/extensions/$1.raw" ] || return 0
	folder=/opt/extensions/$1
	echo "fetching $2"
	mkdir -p "$folder" /etc/extensions
	rm -f "$folder/.$2"
	/usr/lib/systemd/systemd-pull raw --direct --verify="$4" --sync=yes "$3" "$folder/.$2"
	mv -fT "$folder/.$2" "$folder/$2"
	ln -sfn "$folder/$2" "/etc/extensions/$1.raw.new"
	mv -fT "/etc/extensions/$1.raw.new" "/etc/extensions/$1.raw"
}

# The extensions that have a script of kiln 1: NAME-update, or NAME-fetch for updates at the next reboot.
extensions_of_kiln_1() {
	for script in /etc/sysext-kiln/*-update /etc/sysext-kiln/*-fetch; do
		[ ! -f "$script" ] || { name=${script##*/} && echo "${name%-*}"; }
	done
}

# An update that is under way is not interrupted, because only its script knows how to finish it.
stop_old_updates() {
	for name in $(extensions_of_kiln_1); do
		old=$name-update
		[ -e "/etc/sysext-kiln/$old" ] || old=systemd-sysupdate
		systemctl stop "$old.timer"
		is_running "$old.service" || continue
		echo "waiting for $old.service to end"
		while is_running "$old.service"; do sleep 1; done
	done
}

is_running() {
	[ "$(systemctl show --property=ActiveState --value "$1")" = activating ]
}

# carry_over NAME: gives kiln-host what the old script recorded: refused images, an interrupted trial.
carry_over() {
	link=/etc/extensions/$1.raw spare=/opt/extensions/$1/.in-use file=$state/state/$1
	[ ! -e "$spare" ] || [ -e "$link" ] || ln "$spare" "$(readlink -m "$link")"
	rm -f "$spare"
	[ ! -e "$file" ] || return 0
	new=$(basename "$(readlink "$link")")
	old=$(basename "$(cat "$state/$1.before" 2>/dev/null)")
	mkdir -p "$state/state"
	{
		if [ -z "$old" ] || [ "$old" = "$new" ]; then
			printf 'state=untested\nimage=%s\n' "$new"
		elif grep -qsxF -e "$new" "$state/$1.refused"; then
			printf 'state=returning\nimage=%s\nrunning=%s\n' "$old" "$new"
		else
			printf 'state=trial\nimage=%s\nprevious=%s\nrunning=%s\n' "$new" "$old" "$old"
		fi
		[ ! -e "$state/$1.refused" ] || sed -n 's/^..*$/refused=& was unhealthy/p' "$state/$1.refused"
	} >"$file.new"
	checksum=$(sha256sum <"$file.new")
	echo "checksum=${checksum%% *}" >>"$file.new"
	sync "$file.new"
	mv -fT "$file.new" "$file"
	sync "$state/state"
}

has_transfers() {
	for file in /etc/sysupdate.d/*.* /run/sysupdate.d/*.* /usr/local/lib/sysupdate.d/*.* /usr/lib/sysupdate.d/*.*; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

# remove_old_updates NAME
remove_old_updates() {
	# An extension that this configuration does not contain still has its old transfer.
	[ ! -e "/etc/sysupdate.$1.d/$1.conf" ] ||
		sed -i -e '/^CurrentSymlink=/d' -e 's/^InstancesMax=.*/InstancesMax=10/' "/etc/sysupdate.$1.d/$1.conf"
	systemctl disable --quiet "$1-update.timer" 2>/dev/null || true
	rm -rf "$units/$1-update.service" "$units/$1-update.service.d" "$units/$1-update.timer" "$units/$1-update.timer.d"
	rm -rf "$units/systemd-sysupdate.service.d/$1.conf" "$state/$1.before" "$state/$1.fetched" "$state/$1.refused"
	# Last, because they show that there is something to take over.
	rm -f "/etc/sysext-kiln/$1-update" "/etc/sysext-kiln/$1-fetch"
}

main() {
	require_host
	[ -z "$proxy" ] || export http_proxy="$proxy" https_proxy="$proxy"
	by_reboot=
	for script in /etc/sysext-kiln/*-fetch; do [ ! -e "$script" ] || by_reboot=yes; done
	images
	stop_old_updates
	[ ! -e "$keyring" ] || cp -p "$keyring" "$keyring.old"
	files
	for name in $(extensions_of_kiln_1); do
		carry_over "$name"
		remove_old_updates "$name"
		echo "$name: kiln-host replaces the scripts of kiln 1"
	done
	if [ -n "$by_reboot" ]; then
		rm -f /run/sysupdate.d/nothing.conf
		has_transfers || systemctl disable --now --quiet systemd-sysupdate.timer || true
	fi
	systemctl daemon-reload
	systemctl enable --quiet systemd-sysext.service kiln-host-boot.service kiln-host.timer kiln-host-recovery.timer
	# What waits for a reboot must not be merged now.
	if [ "$mode" = live ] && [ -z "$by_reboot" ]; then
		systemd-sysext refresh || echo "not merged yet (see above): kiln-host reports and repairs this" >&2
		systemctl daemon-reload # before 255, a merge does not
	fi
	systemctl start kiln-host.timer kiln-host-recovery.timer
	echo "kiln-host updates this host from now on: journalctl --unit kiln-host.service"
}

main </dev/null
