# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared with kiln-host
# In place of kiln-host's own system.sh: a host in a folder. Its systemd, clock and repository are files in
# $R/world, which tests read and write. Everything else that kiln-host does, it does for real, below its root.
#
# An image is a file with the path of its tree, and perhaps the line `unmergeable`. Beside usr/, a tree has `start`: what its services do when
# they are started (healthy, exits, fails, crashes, hangs, gap). KILL_AT kills kiln-host at one of its steps;
# FULL_AT fills the disk at one. If there is a file `syncs`, downloads are synced as systemd does it; with the
# line `all` in it, so is what kiln-host flushes.

export W="$R/world"

# step: one of those at which kiln-host may be killed, or the disk may be full.
step() {
	local steps=0
	IFS= read -r steps <"$W/steps" || steps=0
	steps=$((steps + 1))
	put steps "$steps"
	if [ "$steps" = "${KILL_AT:-}" ]; then
		kill -9 $$
		sh -c 'kill -9 $PPID'
	fi
	if [ "$steps" = "${FULL_AT:-}" ]; then
		trap '' XFSZ
		ulimit -S -f 0
	fi
}

# put FILE TEXT: also while the disk is full.
put() {
	(
		ulimit -S -f unlimited
		printf '%s\n' "$2" >"$W/$1.put"
		command mv "$W/$1.put" "$W/$1"
	)
}

# These change what is on disk, so kiln-host may be killed before and after each.
mv() {
	step
	command mv "$@" || return
	step
}
ln() {
	step
	command ln "$@" || return
	step
}
rm() {
	step
	command rm "$@" || return
	step
}

read_clock() {
	IFS= read -r now <"$W/uptime"
}
read_boot() {
	IFS= read -r boot_id <"$W/boot"
}
time_of_day() {
	cat "$W/date"
}
read_time() {
	IFS= read -r today <"$W/today"
}
format_time() {
	date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ
}
is_clock_synchronised() {
	[ ! -e "$W/clock-is-wrong" ]
}
machine_id() {
	cat "$W/machine-id"
}
gpg_in() {
	local home=$1
	shift
	gpg --homedir "$home" --batch --quiet --no-default-keyring "$@" 2>/dev/null
}
pull() {
	local extension
	step
	echo "pull ${3##*/}" >>"$W/calls"
	echo "$3" >>"$W/urls"
	for extension in "$W"/repository/*/"${3##*/}"; do
		command cp "$extension" "$2" || return 1
	done
	sum=$(sha256sum <"$2")
	if [ "${sum%% *}" != "$4" ] || [ "$(stat -c %s "$2")" -gt "$5" ]; then
		echo "DOWNLOAD INVALID: Checksum of $3 file did not check out, file has been tampered with." >&2
		return 1
	fi
	step
}
pause() {
	step
	read_clock
	put uptime "$((now + $1))"
	if [ -x "$W/each-second" ]; then (ulimit -S -f unlimited && "$W/each-second" "$now" 9>&-); fi
}
random_number() {
	[ ! -e "$W/random" ] || { cat "$W/random" && return; }
	echo 32768
}
flush() {
	step
	if [ -e "$W/syncs" ] && grep -qx all "$W/syncs"; then sync -- "$@" || return; fi
	for path in "$@"; do [ -e "$path" ] || return 1; done
}
read_architecture() {
	architecture=x86-64
}
compares_newer() {
	[ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]
}
has_gpg() {
	[ ! -e "$W/no-gpg" ]
}

# A unit is a file: its active state, its invocation, and the image that it was started from.
read_unit() {
	active='' invocation_now=0 code=''
	[ -e "$W/units/$1" ] || return 1
	read -r active invocation_now code <"$W/units/$1"
}
unit_properties() {
	step
	read_unit "$1" || {
		printf 'LoadState=not-found\nActiveState=inactive\nJob=0\nInvocationID=\n'
		return
	}
	case $active in
	masked) printf 'LoadState=masked\nActiveState=inactive\nJob=0\nInvocationID=\n' ;;
	crashes)
		# Active whenever somebody looks, but each time started again, from what is merged.
		start_unit "$1" "${1%%[.@]*}"
		printf 'LoadState=loaded\nActiveState=active\nJob=0\nInvocationID=%s\n' "$invocation_now"
		;;
	gap) printf 'LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nJob=0\nInvocationID=%s\n' "$invocation_now" ;;
	*) printf 'LoadState=loaded\nActiveState=%s\nJob=0\nInvocationID=%s\n' "$active" "$invocation_now" ;;
	esac
}

# start_unit UNIT NAME: from the merged image of an extension.
start_unit() {
	local tree kind=healthy
	read_unit "$1" || :
	[ "$active" != masked ] || return 1
	read -r tree <"$W/merged/$2.tree"
	[ ! -e "$tree/start" ] || read -r kind <"$tree/start"
	case $kind in
	healthy) kind=active ;;
	exits) kind=inactive ;;
	fails) kind=failed ;;
	hangs) kind=activating ;;
	esac
	put "units/$1" "$kind $((invocation_now + 1)) $(cat "$W/merged/$2")"
}
restart_unit() {
	step
	start_unit "$1" "${1%%[.@]*}"
	step
}

# services_of TREE NAME: prints them as the image states them.
services_of() {
	if [ -e "$1/usr/lib/sysext-kiln/$2/extension.conf" ]; then
		sed -n 's/^SERVICES=//p' "$1/usr/lib/sysext-kiln/$2/extension.conf"
	elif [ -e "$1/usr/lib/systemd/system/$2.service" ]; then
		echo "$2.service"
	fi
}

refresh_merge() {
	step
	echo refresh >>"$W/calls"
	(ulimit -S -f unlimited && merge_world) || return 1
	step
}

# merge_world: as systemd does, all images or none; and starts the services that are upheld.
merge_world() {
	local entry path tree unit
	for entry in "$R"/etc/extensions/*.raw; do
		path=$(readlink "$entry") || path=$entry
		[ "$path" = "$entry" ] || path=$R$path
		[ -f "$path" ] || continue
		is_mergeable "$path" || { echo "$entry: not an image" >&2 && return 1; }
	done
	command rm -rf "$R/usr" "$W/merged"
	mkdir -p "$R/usr" "$W/merged" "$W/units"
	for entry in "$R"/etc/extensions/*.raw; do
		path=$(readlink "$entry") || path=$entry
		[ "$path" = "$entry" ] || path=$R$path
		[ -f "$path" ] || continue
		read -r tree <"$path"
		[ ! -e "$tree/is-skipped" ] || continue
		cp -R "$tree/usr/." "$R/usr"
		name=${entry##*/} name=${name%.raw}
		echo "${path##*/}" >"$W/merged/$name"
		echo "$tree" >"$W/merged/$name.tree"
		for unit in $(services_of "$tree" "$name"); do
			if [ ! -e "$W/units/$unit" ]; then start_unit "$unit" "$name"; fi
		done
	done
}

find_opt_mount() {
	opt_mount=
	[ ! -e "$W/opt-mount" ] || read -r opt_mount <"$W/opt-mount"
}

has_plain_usr_local() {
	[ ! -e "$W/usr-local-is-a-link" ]
}

merges_alone() {
	local path=$1/$2
	[ ! -L "$path" ] || path=$R$(readlink "$path")
	[ ! -f "$path" ] || is_mergeable "$path"
}

is_mergeable() {
	local tree='' flaw=''
	{ read -r tree && read -r flaw; } <"$1" || :
	[ -d "$tree/usr" ] && [ "$flaw" != unmergeable ]
}

read_image() {
	local tree
	step
	read -r tree <"$1" && [ -d "$tree/usr" ] || return 1
	mkdir -p "$3" || return 1
	[ ! -d "$tree/usr/lib/sysext-kiln/$2" ] || cp -R "$tree/usr/lib/sysext-kiln/$2/." "$3" || return 1
	[ ! -e "$tree/usr/lib/systemd/system/$2.service" ] || true >"$3/$2.service"
	step
}

# stall SECONDS: what timeout(1) does about a server that stops sending; only once if there is a file `stalls-once`.
stall() {
	[ -e "$W/stalls" ] || rm "$W/stalls-once"
	read -r uptime _ <"$W/uptime"
	echo "$((${uptime%%.*} + $1))" >"$W/uptime"
	return 124
}

# list_versions SECONDS FOLDER: the repository is a folder of images for each extension.
list_versions() {
	local separator='' file
	step
	echo list >>"$W/calls"
	[ -z "${https_proxy-}" ] || echo "$https_proxy" >>"$W/proxies"
	if [ -e "$W/stalls" ] || [ -e "$W/stalls-once" ]; then stall "$1" || return; fi
	grep -q '^MatchPattern=@v-x86-64.raw$' "$2/listing.conf" || return 1
	[ ! -e "$W/repository-fails" ] || {
		cat "$W/repository-fails" >&2
		return 1
	}
	[ ! -e "$W/answer" ] || { cat "$W/answer" && return; }
	printf '{"current":null,"all":['
	(cd "$W/repository" && printf '%s\n' */*.raw) | sed -n 's,^[^*]*/\([^*]*\)-x86-64\.raw$,"\1",p' | sort -rV | paste -sd , | tr -d '\n'
	printf '],"appstreamUrls":[]}\n'
	step
}

# sysupdate SECONDS FOLDER COMMAND...
sysupdate() {
	local extension=${2##*/} image seconds=$1
	step
	shift 2
	[ ! -e "$W/stalls" ] || [ "$1" = vacuum ] || { stall "$seconds" || return; }
	if [ "$extension" = kiln-index ]; then
		fetch_index_file "$@"
		return
	fi
	echo "$extension $*" >>"$W/calls"
	[ -z "${https_proxy-}" ] || echo "$https_proxy" >>"$W/proxies"
	grep -q '^CurrentSymlink=' "$R/run/sysext-kiln/definitions/$extension/$extension.conf" && return 1
	[ ! -e "$W/repository-fails" ] || {
		cat "$W/repository-fails" >&2
		return 1
	}
	case $* in
	vacuum) ;;
	update\ *)
		image=$extension-$2-x86-64.raw
		command cp "$W/repository/$extension/$image" "$R/opt/extensions/$extension/.partial" || return 1
		# As systemd does.
		[ ! -e "$W/syncs" ] || sync -- "$R/opt/extensions/$extension/.partial"
		mv "$R/opt/extensions/$extension/.partial" "$R/opt/extensions/$extension/$image"
		;;
	*) return 1 ;;
	esac
	step
}

# fetch_index_file COMMAND: a repository may offer an index.
fetch_index_file() {
	local file
	echo "$*" >>"$W/index-calls"
	[ "$1" = update ] || return 0
	[ ! -e "$W/repository-fails" ] || {
		cat "$W/repository-fails" >&2
		return 1
	}
	for file in "$W"/repository/kiln-index/*; do
		[ ! -e "$file" ] || command cp "$file" "$R/run/sysext-kiln/index/"
	done
}

start_run() {
	sh "$PROGRAM_FOLDER/kiln-host" run
}
