#!/bin/sh
# Starts kiln-host from a verified copy, returns to the last good program if a new one does not complete its runs, and
# fetches another one if none does. Nothing ever changes this file on a host, so it does only what every release needs.
# Usage: bootstrap run (regularly) | bootstrap boot
set -u
umask 022
root=${KILN_HOST_ROOT-}
programs=$root/var/lib/sysext-kiln/program # good, trial: links to copies of the program, each named after its image
work=$root/run/sysext-kiln                 # also holds copies while /var is full or read-only
images=$root/opt/extensions/kiln-host
link=$root/etc/extensions/kiln-host.raw
image='' tried='' status=1 any_completed=no
# If systemd stops a run, that attempt does not count.
trap 'record attempts "stopped $image"; exit 143' TERM

setting() { sed -n "s/^$1=\($2\)\$/\1/p" "$root/etc/sysext-kiln/host.conf" | tail -n 1; }
target() { basename "$(readlink "$1")"; }
lines() { cat "$programs/$1" 2>/dev/null; }
attempts() { lines attempts | grep -cx "\($1\) $image"; }

# record FILE LINE: appends a line that survives a power cut; fails if there is no space.
record() { mkdir -p "$programs" && echo "$2" >>"$programs/$1" && sync -f "$programs"; }

# point LINK TARGET: replaces a link in one step.
point() { ln -sfn "$2" "$1.new" && mv -fT "$1.new" "$1" && sync -f "${1%/*}"; }

is_intact() {
	(cd "$1" && grep -q '[ /]kiln-host$' SHA256SUMS && sha256sum --check --strict --status SHA256SUMS) 2>/dev/null
}

# extract IMAGE FOLDER: from the image, or, where there is no loop device, from /usr if this image is merged.
extract() {
	# shellcheck disable=SC2016 # for the inner shell, whose mount ends with it
	unshare --mount sh -c 'mount -o loop,ro "$0" "$1" && cp -R "$1/usr/lib/sysext-kiln/kiln-host/." "$2"' \
		"$images/$1" "$work/image" "$2" ||
		{ [ "$1" = "$(target "$link")" ] && cp -R "$root/usr/lib/sysext-kiln/kiln-host/." "$2"; }
}

# copy IMAGE: makes "program" a verified copy of the program in an image.
copy() {
	for place in "$programs" "$work/program"; do
		program=$place/$1
		is_intact "$program" && return
		rm -rf "$program" "$place/new"
		mkdir -p "$place/new" "$work/image" && extract "$1" "$place/new" && rm -f "$place/new/SHA256SUMS" &&
			(cd "$place/new" && find . -type f -exec sha256sum {} + >"$work/sums" && cp "$work/sums" SHA256SUMS) &&
			sync -f "$place" && mv -T "$place/new" "$program" && sync -f "$place" && is_intact "$program" && return
	done
	return 1
}

# The images on disk that were not refused, newest first. VERSION-2 is newer than VERSION.
candidates() {
	(cd "$images" && printf '%s\n' kiln-host-*.raw) | grep -vxF -e "$(lines refused)" |
		sed -e 's/-x86-64\.raw$/ &/' -e 's/-arm64\.raw$/ &/' | sort -rV -k 1,1 | tr -d ' '
}

use_good() {
	good=$(target "$programs/good") linked=$(target "$link")
	# The linked image, even if it was refused, is better than none.
	for image in $good $(candidates | grep -xF -e "$linked") $(candidates) $linked; do
		copy "$image" && { [ "$image" = "$good" ] || point "$programs/good" "$image"; return 0; }
	done
	return 1
}

# Fails if there is no trial, or if it ran already, or can neither be run nor recorded.
use_trial() {
	image=$(target "$programs/trial")
	[ -n "$image" ] && [ "$image" != "$tried" ] && tried=$image && ! conclude && copy "$image" &&
		record attempts "started $image"
}

# Ends the trial if its outcome is known, and fails if it is not.
conclude() {
	if [ "$(attempts completed)" -ge 2 ]; then
		point "$programs/good" "$image" || return
	elif [ "$(($(attempts started) - $(attempts 'completed\|stopped')))" -ge 2 ]; then
		echo "<3>kiln-host: the program of $image did not complete two runs, so it is refused"
		record refused "$image"
	else
		lines refused | grep -qxF -e "$image" || return 1
	fi
	rm -f "$programs/trial" "$programs/attempts"
}

# Runs the program; fails if it did not complete.
start() {
	rm -f "$work/completed"
	limit=$(setting RUN_SECONDS '[1-9][0-9]*')
	timeout -k 30 "${limit:-7200}" sh "$program/kiln-host" run
	status=$?
	[ -e "$work/completed" ] || return 1
	any_completed=yes
	! grep -q checked "$work/completed" || rm -f "$programs/unchecked"
}

# Fetches kiln-host with systemd-sysupdate alone, and makes the newest program the trial.
fetch() {
	echo "<3>kiln-host: no program completes its runs or looks for updates, so the newest one is fetched without it"
	rm -f "$programs/unchecked"
	proxy=$(setting PROXY '.*') records=$root/var/lib/systemd/sysupdate
	[ -z "$proxy" ] || export http_proxy="$proxy" https_proxy="$proxy"
	# systemd 262 needs a vacuum after a failed download, and its own update service would later remove the images from
	# every folder that is recorded here.
	# shellcheck disable=SC2016 # for the inner shell
	timeout -k 30 1800 unshare --mount sh -c 'mkdir -p "$0"; mount -t tmpfs tmpfs "$0"; "$@" vacuum; "$@" update' \
		"$records" "$root/usr/lib/systemd/systemd-sysupdate" --definitions="$root/etc/sysupdate.kiln-host.d"
	image=$(candidates | head -n 1)
	[ "$image" != "$(target "$programs/good")" ] && copy "$image" && point "$programs/trial" "$image" &&
		point "$link" "/opt/extensions/kiln-host/$image"
}

mkdir -p "$work" "$programs" "$images"
if [ "$1" = boot ]; then
	# Before 255, systemd does not reload its units when extensions are merged.
	version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
	[ "${version:-255}" -ge 255 ] || systemctl daemon-reload
	use_good && timeout -k 30 120 sh "$program/kiln-host" boot
	exit 0
fi
echo run >>"$programs/unchecked"
# A trial that fails is followed by the good program, and a new trial by its first run.
for _ in 1 2 3 4; do
	completed=yes
	if use_trial; then
		start && record attempts "completed $image" || completed=no
		[ "$(target "$programs/trial")" != "$image" ] || conclude
	else
		use_good && start
	fi
	next=$(target "$programs/trial")
	[ $completed = no ] || { [ -n "$next" ] && [ "$next" != "$tried" ]; } || break
done
{ [ $any_completed = yes ] && [ "$(lines unchecked | wc -l)" -lt 200 ]; } || fetch
exit "$status"
