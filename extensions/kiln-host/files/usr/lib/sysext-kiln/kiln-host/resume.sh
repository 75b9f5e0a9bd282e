# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The beginning of each run: deals with what another run has left unfinished, with what somebody has changed by
# hand, and with images that nobody has judged yet.

# resume: finishes what is unfinished of the current extension, as far as that is possible now.
resume() {
	[ "$linked" != '?' ] || return 0
	remember_boot
	count_time
	reconcile
	case $state in
	trial) finish_trial ;;
	returning) finish_return ;;
	untested | unhealthy) judge_in_use ;;
	esac
}

# reconcile: makes link and state agree.
reconcile() {
	if [ "$state" = unknown ]; then
		adopt_unknown
	elif [ "$state" = trial ] && [ "$linked" != "$image" ]; then
		# It was cut off before the link moved; or somebody went back by hand.
		image=$running running='' previous=''
		if has_image "$image"; then state=returning; else restore_link; fi
	elif has_image "$image" && { [ "$state" = returning ] || [ "$linked" = "$image" ]; }; then
		:
	elif [ -z "$linked" ] || ! has_image "$linked"; then
		restore_link
	else
		adopt_link
	fi
}

# adopt_unknown: there is no state, or it is damaged. The linked image is in use, and a link that was prepared
# leads back.
adopt_unknown() {
	[ "$loaded" != damaged ] || alarm "$name: $VAR/state/$name is damaged; nothing is known about $linked, which is in use"
	if ! has_image "$linked"; then
		restore_link
		return
	fi
	state=untested image=$linked
	if [ -L "$link.previous" ]; then
		previous=$(readlink "$link.previous")
		previous=${previous##*/}
		has_image "$previous" || previous=
	fi
	save_state || :
}

# restore_link: there is none, or its image does not exist. The first image of a host is taken here, too.
restore_link() {
	local wanted=$image
	if ! has_image "$wanted" || is_refused "$wanted"; then wanted=$previous; fi
	if ! has_image "$wanted" || is_refused "$wanted"; then
		newest_image ''
		wanted=$image_found
	fi
	[ -n "$wanted" ] || return 0
	! read_hooks "$wanted" || may_upgrade "$wanted" || {
		wait_for "$wanted" "$line"
		alarm "$name: $image is gone, and $wanted must not follow it yet. If $image is of another series, put its transfer back"
		return
	}
	report "$name: $link leads to no image; it is restored to $wanted"
	state=untested image=$wanted
	[ "$previous" != "$wanted" ] || previous=''
	point_link "$wanted"
	save_state || :
}

# adopt_link: somebody let the link point to another image. To an older one means that they do not want the
# newer one; a newer one is taken the normal way, with lock and judgement.
adopt_link() {
	local by_hand=$linked used_version version
	if ! has_image "$image"; then
		state=untested image=$by_hand previous=''
		save_state || :
		return
	fi
	version_of "$image"
	used_version=$version
	version_of "$by_hand"
	if is_newer "$version" "$used_version"; then
		report "$name: the link was moved to $by_hand by hand; it is taken the normal way"
		point_link "$image"
		return
	fi
	report "$name: an operator went back to $by_hand"
	go_back_by_hand "$by_hand"
	save_state || :
}

# go_back_by_hand IMAGE: refuses every image on disk that is newer, and the one in use.
go_back_by_hand() {
	forgive "$1"
	refuse "$image" "an operator went back"
	while :; do
		version_of "$1"
		newest_image "$version"
		[ -n "$image_found" ] || break
		refuse "$image_found" "an operator went back"
	done
	state=untested image=$1 previous=''
	untested_since=$(time_of_day)
}

# judge_in_use: nobody has judged the image in use, or it was unhealthy.
judge_in_use() {
	lock_from "$image" "$image" || {
		alarm "$name: $image cannot be read"
		return
	}
	merge || {
		report "$name: $image cannot be merged${broken:+, because of $broken}"
		return
	}
	# A service that is not running now is looked at again by the next run.
	find_running 0
	if [ -n "$services" ] && [ -z "$running_services" ]; then return; fi
	# One look is enough for what was unhealthy, and may stay so for long.
	if [ "$state" = unhealthy ] && ! are_healthy; then return; fi
	running=$image
	if ! restart_from_merge; then
		wait_for "$image" "$line"
		return
	fi
	if [ "$waiting_for" = "$image" ] && ! are_healthy; then return; fi
	judge
	case $? in
	0) settle ;;
	2) leave_untested ;;
	*)
		# A new host may need more than itself, such as the other members of its cluster.
		if [ "$state" = untested ] && [ -z "$previous" ]; then
			wait_for "$image" "no version has been healthy on this host yet"
		else
			go_back "was unhealthy"
		fi
		;;
	esac
	[ -z "$lock_asked" ] || lock release || :
}
