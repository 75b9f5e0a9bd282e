# shellcheck shell=sh
# Read by the scripts that compile something: the functions unpack, set_times and quietly.
set -eu

# unpack NAME: unpacks the sources of NAME into /src/NAME, with the distribution's patches, changes to that
# folder, and sets SOURCE_DATE_EPOCH to the time of the newest original file. All files get this time, because
# keepalived's banner shows it, and because make never runs the autotools again if all times are equal.
unpack() {
	mkdir -p "/src/$1"
	cd "/src/$1"
	tar --extract --strip-components=1 --no-same-owner --file "$(echo /inputs/"$1".orig.tar*)"
	SOURCE_DATE_EPOCH=$(find . -type f -printf '%Ts\n' | sort -n | tail -n 1)
	export SOURCE_DATE_EPOCH

	for packaging in /inputs/"$1".debian.tar.* /inputs/"$1".diff.*; do
		case $packaging in
		*'*'*) ;;
		*.debian.tar.*) tar --extract --no-same-owner --file "$packaging" ;;
		*.diff.gz) gzip -dc "$packaging" | patch_quietly ;;
		esac
	done
	# Upstream's sources have no packaging; a library without it would lack the distribution's security fixes.
	if [ ! -d debian ] && [ "$1" != keepalived ]; then
		echo "unpack: $1 lacks the distribution's patches (inputs/$1.debian.tar.* or $1.diff.gz)" >&2
		exit 1
	fi
	if [ -f debian/patches/series ]; then
		sed -e 's/[[:space:]]*#.*//' -e '/^$/d' debian/patches/series | while read -r name options; do
			# shellcheck disable=SC2086 # options are several words, such as -p0
			patch_quietly $options < "debian/patches/$name" || {
				echo "unpack: $name does not apply to the sources of $1" >&2
				exit 1
			}
		done
	fi
	set_times
}

# set_times: sets the time of every file below the current folder to the time of the sources.
set_times() {
	find . -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}

# A patch applies exactly or the build fails. No backups, because a makefile could pick them up by their
# names.
patch_quietly() {
	patch --strip=1 --batch --forward --silent --no-backup-if-mismatch "$@"
}

# quietly COMMAND...: shows the command's output only if it fails.
quietly() {
	"$@" > /tmp/output 2>&1 || {
		status=$?
		cat /tmp/output >&2
		echo "failed with status $status: $*" >&2
		exit "$status"
	}
}
