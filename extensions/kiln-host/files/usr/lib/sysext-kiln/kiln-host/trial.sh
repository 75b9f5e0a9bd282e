# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# Switches the current extension to another image, and judges that image.
#
# A trial is recorded before the link moves. So whatever happens, the next run knows that it must judge the
# image, and which one to go back to.

# start_trial IMAGE: gets the permission, records the trial, and moves the link. Returns 1 if the image must
# wait.
start_trial() {
	local new=$1 old='' way_back=''
	! has_image "$image" || old=$image
	is_genuine "$new" || return 1
	permit_trial "$new" || {
		wait_for "$new" "$line"
		return 1
	}
	case $state:$was_healthy in
	settled:none | *:yes) way_back=$old ;;
	*:none) way_back=$previous ;;
	esac
	ran=$running_services
	# If it was unhealthy before, the new image is not to blame, and there is nothing to go back to.
	if ! { record_trial "$new" "$old" "$way_back" && point_link "$new"; }; then
		lock release || :
		load_state
		return 1
	fi
	note "$name: switching from ${old:-nothing} to $new; the way back is ${way_back:-none}"
}

# permit_trial IMAGE: whether the services may be restarted, or else `line` says why not. Sets `was_healthy`:
# yes, no, or none if no service runs.
permit_trial() {
	was_healthy=none restart_lock='' line='the image cannot be read'
	read_hooks "$1" || {
		discard_damaged "$1"
		return 1
	}
	suits_usr_local "$1" || return 1
	find_running
	[ -n "$running_services" ] || {
		may_upgrade "$1"
		return
	}
	was_healthy=no
	if is_healthy_now "$image"; then was_healthy=yes; fi
	lock_from "$image" "$1" || return 1
	if [ -z "$upgrade_hook" ]; then
		may_restart "$was_healthy"
		return
	fi
	local granted=$lock_seconds reason
	# The check may take as long as the trial itself, or longer.
	lock_seconds=$((granted + upgrade_seconds))
	may_restart "$was_healthy" || return 1
	lock_seconds=$granted
	if may_upgrade "$1" && may_restart "$was_healthy"; then return 0; fi
	reason=$line
	lock release || :
	line=$reason
	return 1
}

# suits_usr_local IMAGE: whether an image may be merged on this host, or else `line` says why not.
suits_usr_local() {
	read_hooks "$1" || return 0
	[ "$usr_local" = no ] || has_plain_usr_local || {
		line='it has files in /usr/local, which is a link or a mount on this host'
		return 1
	}
}

# discard_damaged IMAGE: removes an image that cannot be read, unless that is so for the one in use as well, such as
# without a free loop device. A power failure may have damaged it. What is not on disk is downloaded again.
discard_damaged() {
	[ -n "$image" ] && read_image "$images/$image" "$name" "$RUN/hooks/in-use" && rm -f "$images/$1"
	rm -rf "$RUN/hooks/in-use"
}

# discard_unmergeable IMAGE: systemd can mount it, but not merge it. An image whose digest differs from the index is
# removed, and downloaded again. Without an index nothing shows whether it is damaged, so it is downloaded again once
# after each boot. An image that is as it was published is refused.
discard_unmergeable() {
	if [ "${index_number:-0}" != 0 ]; then
		is_genuine "$1" || return 0
	elif [ ! -e "$RUN/discarded/$1" ]; then
		mkdir -p "$RUN/discarded" && true >"$RUN/discarded/$1" && rm -f "$images/$1" && {
			report "$name: $1 cannot be merged, and is downloaded again"
			return 0
		}
	fi
	refuse "$1" "cannot be merged"
	alarm "$name: $1 cannot be merged, and is not tried again"
}

# is_healthy_now IMAGE: by the health check of that image, which is the one that runs.
is_healthy_now() {
	[ -z "$1" ] || read_hooks "$1" || return 1
	are_healthy
}

# record_trial NEW OLD WAY-BACK: also prepares what is recorded on the way back, for which there may be no
# space then.
record_trial() {
	rm -f "$link.previous" "$VAR/state/$name.returning"
	if [ -n "$3" ]; then
		prepare_way_back "$3" || {
			alarm "$name: cannot write to $LINKS: is there space on /etc?"
			return 1
		}
		(
			state=returning image=$3 previous='' running=$1
			mark_time
			refuse "$1" "was unhealthy"
			save_state .returning
		) || {
			alarm "$name: cannot write to $VAR/state: is there space on /var?"
			return 1
		}
	fi
	state=trial image=$1 running=$2 previous=$3 cut_off=0 advice=''
	stop_waiting
	mark_time
	save_state
}

# finish_trial: the image is linked. Merges it, restarts the services unless they run it already, and judges.
finish_trial() {
	lock_from "$running" "$image" || {
		go_back "cannot be read"
		return
	}
	if ! merge; then
		leave_unmerged
	elif ! restart_from_merge; then
		undo_trial "$line"
	elif [ -n "$services" ] && [ -z "$running_services" ]; then
		leave_untested
	else
		judge
		case $? in
		0) settle ;;
		2) leave_untested ;;
		*) go_back "was unhealthy" ;;
		esac
	fi
	lock release || :
}

# include_ended: a service that ran before the trial, and has ended, was not stopped by an operator: the new
# version may end at once, and successfully.
include_ended() {
	local unit
	case $state in
	trial | returning) ;;
	*) return 0 ;;
	esac
	for unit in $ran; do
		case " $running_services " in
		*" $unit "*) continue ;;
		esac
		condition_of "$unit"
		[ "$condition" != ended ] || running_services="$running_services $unit"
	done
}

# restart_from_merge: restarts the services, except those that were started from the merged image, or that an
# operator has stopped. The permission is asked for again: it must still be this host's, and for the whole
# time. On the way back from an unhealthy image, it is the one that was granted for the trial.
restart_from_merge() {
	local healthy=no
	find_running
	include_ended
	! runs_merged || return 0
	if is_healthy_now "$running"; then healthy=yes; fi
	case $state:$healthy in
	returning:no) ;;
	*) may_restart "$healthy" || return 1 ;;
	esac
	read_hooks "$image"
	restart_services
}

restart_services() {
	local unit
	for unit in $running_services; do
		note "$name: restarting $unit"
		restart_unit "$unit" || note "$name: cannot restart $unit"
	done
}

# undo_trial REASON: before anything was restarted.
undo_trial() {
	local new=$image reason=$1
	if [ -z "$running" ] || ! point_link_back "$running"; then
		wait_for "$new" "$reason"
		return
	fi
	image=$running
	if [ "$previous" = "$image" ]; then state=settled; else state=untested; fi
	previous=''
	if ! { read_hooks "$image" && merge; }; then alarm "$name: cannot merge $image${broken:+, because of $broken}"; fi
	wait_for "$new" "$reason"
}

# leave_unmerged: the new image may not be at fault, but something else that cannot be merged, or a lack of loop
# devices for a moment.
leave_unmerged() {
	local new=$image fault=''
	[ "$broken" != "$link" ] || { pause 2 && ! merges_alone "$LINKS" "$name.raw" && fault=yes; }
	undo_trial "it cannot be merged${broken:+, because of $broken}"
	if [ -z "$fault" ] || [ "$image" = "$new" ]; then return; fi
	stop_waiting
	discard_unmergeable "$new"
	save_state || :
}

settle() {
	case $state in
	settled) ;;
	*) report "$name: $image is healthy" ;;
	esac
	state=settled running=$image ran='' advice='' untested_since='' cut_off=0
	stop_waiting
	save_state && rm -f "$link.previous" "$VAR/state/$name.returning"
}

# leave_untested: the image stays in use, and is judged once its services run.
leave_untested() {
	state=untested
	untested_since=${untested_since:-$(time_of_day)}
	stop_waiting
	save_state || :
	report "$name: $image is in use, and untested, as its services do not run"
}
