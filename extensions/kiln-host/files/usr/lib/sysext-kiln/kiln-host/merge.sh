# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# Links in /etc/extensions, and the merge of what they point to.
#
# /run/sysext-kiln/merged/NAME records what was merged: the image, and for each service the invocation that
# was running at that moment, with the previous code. A service with another invocation was started from the merged
# image. Without any invocation, the image was merged at boot, before services started.

# point_link IMAGE: makes the link point to an image. The rename makes it atomic.
point_link() {
	[ "$linked" != "$1" ] || return 0
	link_targets=
	if ! { mkdir -p "$LINKS" && ln -sfn "/opt/extensions/$name/$1" "$link.new" && mv -T "$link.new" "$link"; }; then
		alarm "$name: cannot change the link $link"
		return 1
	fi
	flush "$LINKS" || :
	linked=$1
}

# prepare_way_back IMAGE: makes a second link, so that going back is one rename, which needs no space on disk.
prepare_way_back() {
	ln -sfn "/opt/extensions/$name/$1" "$link.previous" && flush "$LINKS"
}

# point_link_back IMAGE
point_link_back() {
	link_targets=
	if [ "$(readlink "$link.previous")" = "/opt/extensions/$name/$1" ] && mv -T "$link.previous" "$link"; then
		linked=$1
		flush "$LINKS" || :
	else
		point_link "$1"
	fi
}

# remember_boot: at the first look after a boot, what the link points to counts as merged at boot.
remember_boot() {
	[ -e "$RUN/merged/$name" ] || { mkdir -p "$RUN/merged" && printf '%s\n' "$linked" >"$RUN/merged/$name"; }
}

# is_merged: whether the linked image is merged. The image's version, if it says one, must be the merged one:
# systemd-sysext also succeeds where it has merged nothing.
is_merged() {
	local recorded=''
	IFS= read -r recorded 2>/dev/null <"$RUN/merged/$name" || :
	[ "$recorded" = "$linked" ] && shows_version
}

# shows_version: whether this host's /usr has the version of the image whose hooks were read last.
shows_version() {
	local line
	[ -n "$image_version" ] || return 0
	[ -r "$R/usr/lib/sysext-kiln/$name/extension.conf" ] || return 1
	while IFS= read -r line || [ -n "$line" ]; do
		[ "$line" != "VERSION=$image_version" ] || return 0
	done <"$R/usr/lib/sysext-kiln/$name/extension.conf"
	return 1
}

# expect_merge: from now until `record_merge` nothing is known about what is merged.
expect_merge() {
	write_record "?$newline"
}

record_merge() {
	local unit text=$linked$newline
	for unit in $services; do
		condition_of "$unit"
		[ -z "$invocation" ] || text=$text$invocation$newline
	done
	write_record "$text"
}

# write_record TEXT: without space, the record is empty; then nothing counts as merged.
write_record() {
	mkdir -p "$RUN/merged"
	printf '%s' "$1" >"$RUN/merged/$name" || note "$name: cannot write $RUN/merged/$name"
}

# runs_merged: whether each of `running_services` was started from the merged image. Without a record of the
# merge they are started again, to be certain.
runs_merged() {
	local unit recorded=''
	is_merged || return 1
	while IFS= read -r unit; do
		recorded="$recorded $unit "
	done <"$RUN/merged/$name"
	for unit in $running_services; do
		condition_of "$unit"
		[ "$condition" = running ] || return 1
		case $recorded in
		*" ${invocation:-none} "*) return 1 ;;
		esac
	done
}

# merge: merges what the link of the current extension points to, unless it is. Where it fails, `broken` is the reason.
merge() {
	! is_merged || return 0
	find_opt_mount
	[ -z "$opt_mount" ] || {
		broken=$opt_mount
		return 1
	}
	expect_merge
	if refresh_merge && shows_version; then
		record_merge
	else
		find_broken
		return 1
	fi
}

# find_broken: sets `broken` to the path of the first entry that cannot be merged even alone; empty if there
# is none, or if nothing can be merged at all.
find_broken() {
	local folder entry found='' mergeable=''
	broken=
	for folder in "$LINKS" "$R/run/extensions" "$R/var/lib/extensions"; do
		for entry in "$folder"/*; do
			case $entry in
			*.raw) [ -e "$entry" ] || [ -L "$entry" ] || continue ;;
			*) [ -d "$entry" ] || continue ;;
			esac
			if merges_alone "$folder" "${entry##*/}"; then mergeable=yes; else found=${found:-$entry}; fi
		done
	done
	[ -z "$mergeable" ] || broken=$found
}
