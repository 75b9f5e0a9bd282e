# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# How the current extension goes back from an unhealthy image to the previous one.

# go_back REASON: refuses the image in use and returns to the previous one, if there is one, and the image
# allows it. The service comes first: nothing before its restart needs space on disk.
go_back() {
	local bad=$image
	if ! may_go_back; then
		stay_unhealthy
		return
	fi
	apply_prepared_state || :
	point_link_back "$previous" || :
	state=returning image=$previous previous='' running=$bad
	refuse "$bad" "$1"
	alarm "$name: $bad $1: returning to $image, and not trying that image again"
	finish_return
}

# may_go_back: sets `line` to why not.
may_go_back() {
	if [ -z "$previous" ] || [ "$previous" = "$image" ]; then
		line="there is no image to go back to that was healthy"
		return 1
	elif ! has_image "$previous"; then
		line="$previous does not exist any more"
		return 1
	elif ! allows_rollback "$image" "$previous"; then
		line="the data of its series cannot be used by $previous; restore a backup from before the update, then run: kiln-host \
rollback $name; or repair it"
		return 1
	fi
}

# allows_rollback FROM TO: what a rollback may cross is stated by the image that is left, whose hooks were
# read last.
allows_rollback() {
	local from
	[ "$rollback" = series ] || return 0
	version_of "$1" && series_of "$version" && from=$series
	version_of "$2" && series_of "$version"
	[ "$from" = "$series" ]
}

# may_downgrade IMAGE: whether the image in use, whose hooks were read last, allows leaving it for an older one although it
# is healthy. Its upgrade check decides, if it has one; `line` says why not, and is empty if it has none. An operator who
# writes ROLLBACK=any decides alone.
may_downgrade() {
	local from
	line=
	[ "$rollback" != unchecked ] || return 0
	[ -n "$upgrade_hook" ] || {
		allows_rollback "$image" "$1"
		return
	}
	version_of "$image"
	from=$version
	version_of "$1"
	check_upgrade "$from" "$version"
}

# series_of VERSION: sets `series` to MAJOR.MINOR.
series_of() {
	local rest=${1#*.}
	series=${1%%.*}.${rest%%[!0-9]*}
}

# finish_return: the image is the one to go back to. Merges it, restarts the services unless they run it
# already, and judges.
finish_return() {
	point_link_back "$image" || :
	lock_from "$running" "$image" || alarm "$name: $image cannot be read"
	merge || alarm "$name: $image cannot be merged${broken:+, because of $broken}"
	if ! restart_from_merge; then
		save_state || :
		wait_for "$image" "$line"
		return
	fi
	if [ -n "$services" ] && [ -z "$running_services" ]; then
		leave_untested
	else
		judge
		case $? in
		0) settle ;;
		2) leave_untested ;;
		*) stay_unhealthy ;;
		esac
	fi
	lock release || :
}

# stay_unhealthy: a person is needed, who is told at the end of the run. A newer image is tried as soon as
# there is one.
stay_unhealthy() {
	! may_go_back || line="kiln-host rollback $name goes back to $previous"
	state=unhealthy advice=$line
	stop_waiting
	save_state || :
	note "$name: $image is unhealthy: $advice"
}
