# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# Whether the services of the current extension run, run the merged image, and stay healthy.

# condition_of UNIT: sets `invocation`, which changes at each start, and `condition`:
#   running    or starting, or between two attempts to start it
#   failed     and not started again by systemd
#   ended      by itself, or stopped by an operator
#   masked     by an operator
#   absent     there is no such unit
condition_of() {
	local line load='' active='' job=''
	invocation=
	while IFS= read -r line; do
		case $line in
		LoadState=*) load=${line#*=} ;;
		ActiveState=*) active=${line#*=} ;;
		Job=*) job=${line#*=} ;;
		InvocationID=*) invocation=${line#*=} ;;
		esac
	done <<END
$(unit_properties "$1")
END
	is_active=
	case $load:$active in
	*:active | *:reloading) condition=running is_active=yes ;;
	*:activating | *:deactivating) condition=running ;;
	masked:*) condition=masked ;;
	not-found:*) condition=absent ;;
	*:failed) condition=failed ;;
	*) condition=ended ;;
	esac
	case $job in
	'' | 0) ;;
	*) [ "$condition" = masked ] || condition=running ;;
	esac
}

# find_running [SECONDS]: sets `running_services`: those that are not stopped by an operator. A service that
# is upheld is not stopped for longer than three seconds unless it is masked, so one that has just ended is
# given that time.
find_running() {
	local unit tries
	running_services=
	for unit in $services; do
		tries=${1:-4}
		condition_of "$unit"
		while [ "$condition" = ended ] && [ "$tries" -gt 0 ]; do
			tries=$((tries - 1))
			pause 1
			condition_of "$unit"
		done
		case $condition in
		running | failed) running_services="$running_services $unit" ;;
		esac
	done
}

# are_healthy: whether each service of `running_services` is active now, and the image's health check
# succeeds. Sets `invocations`.
are_healthy() {
	local unit
	invocations=
	for unit in $running_services; do
		condition_of "$unit"
		[ -n "$is_active" ] || return 1
		invocations="$invocations $invocation"
	done
	run_health_hook
}

# judge: waits until the services are healthy and stay healthy. Returns 0 if they do, 1 if not in time, and 2
# if an operator has masked one. They may start, and fail afterwards; so they must stay healthy for a while
# without being started again.
judge() {
	local end='' since='' seen_invocations=''
	[ -n "$running_services$health_hook" ] || return 0
	link_targets=
	read_clock
	end=$((now + healthy_seconds))
	while :; do
		if are_healthy; then
			[ "$invocations" = "$seen_invocations" ] || since=
			read_clock
			since=${since:-$now}
			[ $((now - since)) -lt "$steady_seconds" ] || return 0
		else
			since=
			! is_any_masked || return 2
		fi
		seen_invocations=$invocations
		read_clock
		[ "$now" -lt "$end" ] || return 1
		pause 1
	done
}

is_any_masked() {
	local unit
	for unit in $running_services; do
		condition_of "$unit"
		[ "$condition" != masked ] || return 0
	done
	return 1
}
