# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What happens at boot, before services start: links are repaired, images that waited for the reboot are
# linked, and what keeps everything from being merged is set aside. Services are judged by the first run, half
# a minute later.

boot() {
	begin 60 || return 1
	begin_report
	# There is no network yet, and the boot waits.
	upgrade_seconds=20
	moved=
	for extension in $extensions; do
		open_extension "$extension"
		[ "$linked" != '?' ] || continue
		repair_at_boot
	done
	if [ -n "$moved" ] || ! is_all_merged; then merge_at_boot; fi
	end_report
	[ -z "$person_needed" ]
}

# repair_at_boot: of the current extension.
repair_at_boot() {
	local found=$linked
	if [ -z "$linked" ] || ! has_image "$linked"; then
		if [ "$state" = unknown ]; then image=''; fi
		restore_link
	elif [ "$state" = trial ] && [ "$linked" = "$image" ]; then
		count_cut_off
	elif [ "$MODE" = reboot ] && [ "$waiting_reason" = "$reboot_reason" ]; then
		take_staged
	fi
	[ "$linked" = "$found" ] || moved="$moved $name"
}

# count_cut_off: a version in whose trial the host went down twice may be the reason.
count_cut_off() {
	cut_off=$((cut_off + 1))
	save_state || :
	[ "$cut_off" -ge 2 ] && read_hooks "$image" && may_go_back || return 0
	apply_prepared_state || :
	point_link_back "$previous" || return 0
	running=$image state=returning
	refuse "$image" "the host went down twice in its trial"
	report "$name: the host went down twice in the trial of $image: returning to $previous"
	image=$previous previous=''
	save_state || :
}

# take_staged: the image that waits for the reboot. It is judged by the first run.
take_staged() {
	local new=$waiting_for way_back=$previous
	if [ -n "$held" ] || ! has_image "$new" || is_refused "$new"; then return; fi
	reason_about paused "$new"
	if [ -n "$reason" ] || is_withdrawn "$new" || ! is_genuine "$new"; then return; fi
	suits_usr_local "$new" || return 0
	if [ "$state" = settled ]; then way_back=$image; fi
	ran=
	record_trial "$new" "$image" "$way_back" && point_link "$new"
}

# is_all_merged: whether each linked extension is in /usr.
is_all_merged() {
	for extension in $extensions; do
		[ ! -L "$LINKS/$extension.raw" ] || [ -e "$R/usr/lib/extension-release.d/extension-release.$extension" ] || return 1
	done
}

# merge_at_boot: one image that cannot be merged keeps all others from it, also those of other people.
merge_at_boot() {
	local tries=0
	until refresh_merge; do
		tries=$((tries + 1))
		find_broken
		if [ -z "$broken" ] || [ "$tries" -gt 10 ]; then
			alarm "nothing can be merged, and no single image is the reason: see systemd-sysext refresh"
			return
		fi
		# It may only have been a moment without a free loop device.
		pause 2
		merges_alone "${broken%/*}" "${broken##*/}" || replace_broken "$broken"
	done
	for extension in $moved; do
		open_extension "$extension"
		if read_hooks "$linked"; then record_merge; fi
	done
}

# replace_broken PATH: by another image of that extension, if it is one of ours.
replace_broken() {
	local extension=${1##*/}
	extension=${extension%.raw}
	case " $extensions " in
	*" $extension "*)
		open_extension "$extension"
		if [ "$linked" != '?' ] && replace_linked; then return; fi
		;;
	esac
	set_aside "$1"
}

# replace_linked: fails if there is no other image, and the linked one is not downloaded again.
replace_linked() {
	local damaged=$linked
	alarm "$name: $damaged cannot be merged"
	discard_unmergeable "$damaged"
	linked=''
	restore_link
	save_state || :
	if [ -n "$linked" ]; then
		moved="$moved $name"
	else
		! has_image "$damaged" && rm -f "$link"
	fi
}

# set_aside PATH
set_aside() {
	local target
	target=$VAR/set-aside/${1##*/} link_targets=
	if mkdir -p "$VAR/set-aside" && rm -rf "$target" && mv "$1" "$target"; then
		flush "$VAR/set-aside" "${1%/*}" || :
		alarm "$1 kept all extensions from being merged, and was moved to $target"
	else
		alarm "$1 keeps all extensions from being merged, and cannot be moved to $target"
	fi
}

# find_set_aside: it stays a concern until a person has removed it from there.
find_set_aside() {
	local entry
	for entry in "$VAR"/set-aside/*; do
		if [ -e "$entry" ] || [ -L "$entry" ]; then
			alarm "$entry could not be merged, and is not used until a person repairs it"
		fi
	done
}
