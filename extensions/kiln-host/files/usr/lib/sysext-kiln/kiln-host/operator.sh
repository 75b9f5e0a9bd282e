# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The commands that people run. They use the same lock, the same states and the same judgement as a run.

# open_for_operator NAME: fails with a message if this host does not manage that extension.
open_for_operator() {
	trap '' HUP # a terminal that is closed does not leave a switch unfinished
	begin 600 || return 1
	case " $extensions " in
	*" ${1:-} "*) ;;
	*)
		echo "kiln-host: \"${1:-}\" is not an extension of this host; these are:$extensions" >&2
		return 2
		;;
	esac
	open_extension "$1"
	[ "$linked" != '?' ] || {
		echo "kiln-host: $link does not lead to an image in $images" >&2
		return 2
	}
	remember_boot
	[ "$state" != unknown ] || adopt_unknown
}

# update_now: starts a run that asks the repository, and waits for it.
update_now() {
	local status=0 outcome=''
	mkdir -p "$RUN" && rm -f "$RUN/outcome" && true >"$RUN/update-now" || return 1
	start_run || status=$?
	IFS= read -r outcome 2>/dev/null <"$RUN/outcome" || outcome="nothing to do"
	echo "$outcome"
	[ "$status" = 0 ] || echo "See: journalctl -u kiln-host.service; details are in $RUN/last-run.log" >&2
	return "$status"
}

hold() {
	open_for_operator "${1:-}" || return
	if ! { mkdir -p "$ETC/$name" && true >"$ETC/$name/held" && flush "$ETC/$name/held" "$ETC/$name"; }; then return 1; fi
	stop_waiting
	save_state || return 1
	echo "$name: stays at $image until: kiln-host unhold $name"
}

# unhold: also forgets what was refused; an operator who has fixed the reason tries again by it.
unhold() {
	open_for_operator "${1:-}" || return
	rm -f "$ETC/$name/held" || return 1
	refused=''
	save_state || return 1
	[ "$name" != kiln-host ] || rm -f "$PROGRAMS/refused"
	echo "$name: follows newer versions again, also those that were refused"
}

# roll_back NAME [VERSION]: to the previous image, or to any version, which is downloaded if it is not on
# disk.
roll_back() {
	local target
	open_for_operator "${1:-}" || return
	[ "$name" != kiln-host ] || {
		echo "kiln-host: hold kiln-host, and let $link point to the older image: the next run uses it" >&2
		return 2
	}
	choose_target "${2:-}" && read_hooks "$image" || return 1
	may_downgrade "$target" || {
		echo "$name: $image does not allow going back to $target." >&2
		if [ -n "$line" ]; then
			echo "$line" >&2
			return 1
		fi
		echo "That one is of another series, which cannot use the data. After restoring a backup, put ROLLBACK=any into /etc/sysext-kiln/$name/extension.conf, a copy of the" >&2
		echo "file in the image, and run this again." >&2
		return 1
	}
	switch_back "$target" || return 1
	[ "$state" = settled ] || [ "$state" = untested ]
}

# choose_target VERSION: sets `target`.
choose_target() {
	local file used
	target=$previous
	if [ -n "$1" ]; then
		target=
		for file in "$images/$name"-*"$1$after"; do
			version_of "${file##*/}"
			[ "$version" != "$1" ] || target=${file##*/}
		done
		has_image "$target" || download_target "$1" || return 1
	elif ! has_image "$target" || [ "$target" = "$image" ]; then
		older_image
	fi
	if ! has_image "$target" || [ "$target" = "$image" ]; then
		echo "$name: there is no other image to go back to; name a version" >&2
		return 1
	fi
	version_of "$image"
	used=$version
	version_of "$target"
	is_newer "$used" "$version" || {
		echo "$name: $version is not older than $used; unhold makes $name follow newer versions" >&2
		return 1
	}
}

# older_image: sets `target` to the newest image that is older than the one in use.
older_image() {
	local file used newest=''
	target=
	version_of "$image"
	used=$version
	for file in "$images/$name"-*"$after"; do
		has_image "${file##*/}" || continue
		version_of "${file##*/}"
		if is_newer "$used" "$version" && { [ -z "$newest" ] || is_newer "$version" "$newest"; }; then
			newest=$version target=${file##*/}
		fi
	done
}

# download_target VERSION: systemd-sysupdate also installs a version that is older than the one in use.
download_target() {
	local short
	# The pattern of a series has the series before the version: etcd-3.5.@v-%a.raw.
	short=$1
	case $before in
	"$name"-*) short=${before#"$name"-} short=${short#v} short=${1#"$short"} ;;
	esac
	target=$before$short$after
	begin_fetching
	if [ -n "$index_number" ]; then
		pull_image "$target" && return 0
		echo "$name: version $1 is not on this host, and cannot be downloaded: $problem" >&2
		return 1
	elif ! { ask update "$short" && has_image "$target"; }; then
		explain_failure
		echo "$name: version $1 is not on this host, and cannot be downloaded: $problem" >&2
		return 1
	fi
}

# switch_back IMAGE: without a way back from it, as an operator wants this image.
switch_back() {
	local old=$image
	permit_trial "$1" || {
		echo "$name: not now: $line" >&2
		return 1
	}
	go_back_by_hand "$1"
	stop_waiting
	state=returning running=$old ran=$running_services
	save_state || return 1
	finish_return
	tidy
}
