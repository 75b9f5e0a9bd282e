#!/bin/sh
# Starts kiln-host from a verified copy of its program. The source of this file has comments.
#
# It returns to the last good program if a new one does not complete its runs, and fetches a newer one by itself, whatever
# the program does. Nothing ever changes this file on a host, so it does only what every release needs.
# Usage: bootstrap run (every few minutes) | bootstrap recover (every day) | bootstrap boot
set -u
umask 022
export LC_ALL=C
root=${KILN_HOST_ROOT-}
programs=$root/var/lib/sysext-kiln/program # good, trial: links to copies of the program, each named after its image
work=$root/run/sysext-kiln                 # also holds copies while /var is full or read-only
images=$root/opt/extensions/kiln-host
link=$root/etc/extensions/kiln-host.raw
image='' tried='' status=1 any_completed=no
# If systemd stops a run, that attempt does not count.
trap 'record attempts "stopped $image"; exit 143' TERM

# target LINK: sets `target` to the image that a link leads to; empty if there is none.
target() {
	target=
	[ ! -L "$1" ] || target=$(readlink "$1")
	target=${target##*/}
}

lines() { cat "$programs/$1" 2>/dev/null; }
attempts() { lines attempts | grep -cx "\($1\) $image"; }

# record FILE LINE: appends a line that survives a power cut; fails if there is no space.
record() { mkdir -p "$programs" && echo "$2" >>"$programs/$1" && sync -f "$programs"; }

# point LINK TARGET: replaces a link in one step.
point() { ln -sfn "$2" "$1.new" && mv -fT "$1.new" "$1" && sync -f "${1%/*}"; }

is_intact() {
	case $(cd "$1" 2>/dev/null && sha256sum --check --strict SHA256SUMS 2>/dev/null && echo intact) in
	*kiln-host:\ OK*intact) ;;
	*) return 1 ;;
	esac
}

# extract IMAGE FOLDER: from the image, or, where there is no loop device, from /usr if this image is merged.
extract() {
	# shellcheck disable=SC2016 # for the inner shell, whose mount ends with it
	unshare --mount sh -c 'mount -o loop,ro "$0" "$1" && cp -R "$1/usr/lib/sysext-kiln/kiln-host/." "$2"' \
		"$images/$1" "$work/image" "$2" && return
	target "$link"
	[ "$1" = "$target" ] && cp -R "$root/usr/lib/sysext-kiln/kiln-host/." "$2"
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

# The images on disk that were not refused, and the good one, newest first. VERSION-2 is newer than VERSION.
candidates() {
	(cd "$images" && printf '%s\n' kiln-host-*.raw ${good:+"$good"}) | grep -vxF -e "$(lines refused)" |
		sed -e 's/-x86-64\.raw$/ &/' -e 's/-arm64\.raw$/ &/' | sort -urV -k 1,1 | tr -d ' '
}

use_good() {
	image=$good
	[ -n "$good" ] && copy "$good" && return
	target "$link"
	# The linked image, even if it was refused, is better than none.
	for image in $(candidates | grep -xF -e "$target") $(candidates) $target; do
		copy "$image" && good=$image && { point "$programs/good" "$image"; return 0; }
	done
	return 1
}

# Fails if there is no trial, or if it ran already, or can neither be run nor recorded.
use_trial() {
	target "$programs/trial"
	image=$target
	[ -n "$image" ] && [ "$image" != "$tried" ] && tried=$image && ! conclude && copy "$image" &&
		record attempts "started $image"
}

# Ends the trial if its outcome is known, and fails if it is not.
conclude() {
	if [ "$(attempts completed)" -ge 2 ]; then
		point "$programs/good" "$image" && good=$image || return
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
	timeout -k 30 "$limit" sh "$program/kiln-host" run 8>&-
	status=$?
	[ -e "$work/completed" ] && any_completed=yes
}

# Fetches kiln-host with systemd-sysupdate alone, and makes the newest program the trial.
fetch() {
	[ -z "$proxy" ] || export http_proxy="$proxy" https_proxy="$proxy"
	# The program may have damaged its transfer. systemd 262 needs a vacuum after a failed download, and its own update
	# service would later remove the images from every folder that is recorded here.
	for transfers in /etc/sysext-kiln/recovery /etc/sysupdate.kiln-host.d; do
		# shellcheck disable=SC2016 # for the inner shell
		timeout -k 30 900 unshare --mount sh -c 'mkdir -p "$0"; mount -t tmpfs tmpfs "$0"; "$@" vacuum; "$@" update' \
			"$root/var/lib/systemd/sysupdate" "$root/usr/lib/systemd/systemd-sysupdate" --definitions="$root$transfers" 8>&-
	done
	for image in $(candidates); do
		[ "$image" != "$good" ] || break
		copy "$image" && timeout -k 5 60 sh "$program/kiln-host" self-test 8>&- && point "$programs/trial" "$image" &&
			point "$link" "/opt/extensions/kiln-host/$image" && break
	done
}

mkdir -p "$work" "$programs" "$images"
limit=7200 proxy=''
while IFS= read -r line || [ -n "$line" ]; do
	case $line in
	RUN_SECONDS=[1-9]*[!0-9]*) ;;
	RUN_SECONDS=[1-9]*) limit=${line#*=} ;;
	PROXY=*) proxy=${line#*=} ;;
	esac
done <"$root/etc/sysext-kiln/host.conf"
target "$programs/good"
good=$target
if [ "$1" = boot ]; then
	# Before 255, systemd does not reload its units when extensions are merged.
	version=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
	[ "${version:-255}" -ge 255 ] || systemctl daemon-reload
	use_good && timeout -k 30 120 sh "$program/kiln-host" boot
	exit 0
fi
# "run" and "recover" follow one another.
true >>"$work/bootstrap-lock" && exec 8>>"$work/bootstrap-lock" && flock 8
[ "$1" != recover ] || [ -e "$root/etc/sysext-kiln/kiln-host/held" ] || fetch
# A trial that fails is followed by the good program, and a new trial by its first run.
for _ in 1 2 3 4; do
	completed=yes
	if use_trial; then
		start && record attempts "completed $image" || completed=no
		target "$programs/trial"
		[ "$target" != "$image" ] || conclude
	else
		use_good && start
	fi
	target "$programs/trial"
	[ $completed = no ] || { [ -n "$target" ] && [ "$target" != "$tried" ]; } || break
done
if [ "$1" = recover ]; then
	systemctl start --no-block kiln-host.timer
elif [ $any_completed = no ]; then
	echo "<3>kiln-host: no program completes its runs, so the newest one is fetched without it"
	fetch
fi
exit "$status"
