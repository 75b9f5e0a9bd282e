# shellcheck shell=dash disable=SC2034 # other files use these variables
# Everything that touches systemd, the kernel, the clock, or a disk cache. Tests replace this file.

# read_clock: sets `now`, in seconds since boot. Unlike the time of day, it never jumps.
read_clock() {
	read -r now _ </proc/uptime
	now=${now%%.*}
}

# read_boot: sets `boot_id`, which differs after each boot.
read_boot() {
	read -r boot_id </proc/sys/kernel/random/boot_id
}

# time_of_day: for people to read; nothing is decided by it.
time_of_day() {
	date -u +%Y-%m-%dT%H:%M:%SZ
}

# read_time: sets `today`, in seconds since 1970. It decides about rollouts and expiry, and only if the clock is
# right.
read_time() {
	today=$(date +%s)
}

# format_time SECONDS: prints a time since 1970 for people.
format_time() {
	date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ
}

# is_clock_synchronised: with a time server, since the last boot.
is_clock_synchronised() {
	[ -e /run/systemd/timesync/synchronized ] ||
		[ "$(timedatectl show --property=NTPSynchronized 2>/dev/null)" = NTPSynchronized=yes ]
}

# machine_id: prints what distinguishes this host from others (machine-id(5)).
machine_id() {
	cat /etc/machine-id
}

pause() {
	sleep "$1"
}

# random_number: prints a number from 0 to 65535.
random_number() {
	od -An -N2 -tu2 /dev/urandom
}

# flush PATH...: returns when files and folders are on disk, so that they survive a power failure.
flush() {
	sync -- "$@"
}

# read_architecture: sets `architecture` to this machine's as systemd spells it (%a in sysupdate.d(5)).
read_architecture() {
	architecture=$(uname -m)
	case $architecture in
	x86_64) architecture=x86-64 ;;
	aarch64) architecture=arm64 ;;
	esac
}

# compares_newer A B: whether A is newer than B in the order by which systemd-sysupdate sorts versions.
compares_newer() {
	systemd-analyze compare-versions "$1" gt "$2" >/dev/null
}

# unit_properties UNIT: prints those that `condition_of` reads.
unit_properties() {
	systemctl show --property=LoadState,ActiveState,SubState,Job,InvocationID -- "$1"
}

# restart_unit UNIT: does not wait, as a service may never become ready.
restart_unit() {
	systemctl restart --no-block -- "$1"
}

# start_run: starts a run as the timer does, and waits for its end.
start_run() {
	systemctl start kiln-host.service
}

# refresh_merge: merges what the links in /etc/extensions point to. Before 255, systemd-sysext did not reload
# the manager.
refresh_merge() {
	systemd-sysext refresh || return 1
	[ "$(systemd_version)" -ge 255 ] || systemctl daemon-reload
}

# systemd_version: prints the major version.
systemd_version() {
	local version
	version=$(systemctl --version) # "systemd 257 (257.8-1~deb13u2)", and a line of features
	version=${version#* }
	echo "${version%%[!0-9]*}"
}

# find_opt_mount: sets `opt_mount` to a folder below /opt on which something is mounted. While there is one, a merge by
# systemd 257 or 262 hides the rest of /opt, except for other such folders.
find_opt_mount() {
	local path found=''
	opt_mount=
	while read -r _ path _; do
		case $path in
		/opt/extensions) return ;;
		/opt/*) found=$path ;;
		esac
	done </proc/self/mounts
	if [ -n "$found" ] && [ "$(systemd_version)" -ge 255 ]; then opt_mount=$found; fi
}

# has_plain_usr_local: whether /usr/local, apart from what is merged now, is an ordinary folder of this host, or missing.
has_plain_usr_local() {
	! grep -q '^[^ ]* /usr/local ' /proc/self/mounts && unshare --mount sh -c '
		! grep -q "^sysext /usr overlay " /proc/self/mounts || umount --lazy /usr
		[ ! -L /usr/local ]
	'
}

# merges_alone FOLDER ENTRY: whether systemd-sysext can merge one image, link or directory without the others.
# It tries this in a mount namespace of its own, so nothing changes on the host.
merges_alone() {
	local reload=--no-reload
	[ "$(systemd_version)" -ge 255 ] || reload=
	mkdir -p "$RUN/alone"
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount sh -euc '
		image=$3/$2
		[ ! -L "$1/$2" ] || image=$(readlink -f "$1/$2")
		mount --bind "$1" "$3"
		for folder in /etc/extensions /run/extensions /var/lib/extensions; do
			[ ! -d "$folder" ] || mount -t tmpfs tmpfs "$folder"
		done
		ln -s "$image" "/etc/extensions/$2"
		exec systemd-sysext $4 refresh
	' merges_alone "$1" "$2" "$RUN/alone" "$reload"
}

# read_image IMAGE NAME FOLDER: copies what an image contains for this program, usr/lib/sysext-kiln/NAME, to a
# new folder; and makes the file NAME.service in it if the image has that unit. The mount ends with the
# process, however that ends.
read_image() {
	# shellcheck disable=SC2016 # for the inner shell to expand
	unshare --mount sh -euc '
		mkdir -p "$3" "$3.mounted"
		mount -o ro,nodev,nosuid,loop "$1" "$3.mounted"
		[ ! -d "$3.mounted/usr/lib/sysext-kiln/$2" ] || cp -R "$3.mounted/usr/lib/sysext-kiln/$2/." "$3"
		[ ! -e "$3.mounted/usr/lib/systemd/system/$2.service" ] || : >"$3/$2.service"
	' read_image "$1" "$2" "$3" || return 1
	rmdir "$3.mounted"
}

# has_gpg: systemd-sysupdate verifies signatures with it.
has_gpg() {
	command -v gpg >/dev/null || command -v gpg2 >/dev/null
}

# list_versions SECONDS FOLDER: prints what the repository of the transfer in a folder offers, as JSON.
list_versions() {
	timeout -k 10 "$1" /usr/lib/systemd/systemd-sysupdate --definitions="$2" --json=short list
}

# gpg_in FOLDER OPTION...: runs gpg with a home of its own.
gpg_in() {
	local home=$1 program=gpg
	shift
	command -v gpg >/dev/null || program=gpg2
	"$program" --homedir "$home" --batch --quiet --no-default-keyring "$@" 2>/dev/null
}

# pull SECONDS FILE URL SHA256 SIZE: downloads a file that must have this digest and no more than this size. After
# a failure there may be a file with other contents.
pull() {
	timeout -k 10 "$1" /usr/lib/systemd/systemd-pull raw --direct --verify="$4" --size-max="$5" --sync=yes "$3" "$2"
}

# sysupdate SECONDS FOLDER COMMAND...: runs systemd-sysupdate with the transfers of a folder, for a limited
# time.
#
# systemd 262 records the folders that it has installed into, and its own update service (--cleanup=yes)
# removes every file there that belongs to none of its own transfers: all images, including the one in use. So
# this call gets a record of its own that is dropped afterwards.
sysupdate() {
	local seconds=$1 folder=$2
	shift 2
	# shellcheck disable=SC2016 # for the inner shell to expand
	timeout -k 10 "$seconds" unshare --mount sh -euc '
		mkdir -p /var/lib/systemd/sysupdate
		mount -t tmpfs tmpfs /var/lib/systemd/sysupdate
		exec /usr/lib/systemd/systemd-sysupdate "$@"
	' sysupdate --definitions="$folder" "$@"
}
