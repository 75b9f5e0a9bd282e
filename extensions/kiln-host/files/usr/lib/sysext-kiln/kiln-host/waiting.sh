# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What the current extension waits for, and whether a person must do something about it.
#
# Durations are counted in seconds of uptime, because the time of day may jump. They are added up over reboots.

# mark_time: durations are counted from here on.
mark_time() {
	boot=$boot_id seen=$now
}

# count_time: adds the time since the state was saved to what lasts.
count_time() {
	local elapsed=$now
	[ -n "$waiting_for$fetch_failure" ] || return 0
	[ "$boot" != "$boot_id" ] || elapsed=$((now - seen))
	[ -z "$waiting_for" ] || waited=$((waited + elapsed))
	[ -z "$fetch_failure" ] || fetch_failed=$((fetch_failed + elapsed))
	mark_time
	save_state || :
}

# wait_for IMAGE REASON
wait_for() {
	one_line "$2"
	# Nobody is needed while an image waits for a reboot, so that time does not count.
	if [ -z "$waiting_for" ] || { [ "$waiting_reason" = "$reboot_reason" ] && [ "$line" != "$reboot_reason" ]; }; then
		waiting_since=$(time_of_day) waited=0
		mark_time
	fi
	waiting_for=$1 waiting_reason=$line
	save_state || :
	report "$name: $1 waits: $line"
}

stop_waiting() {
	waiting_for='' waiting_since='' waiting_reason='' waited=0
}

# find_concern: sets `concern` to what a person must do something about; empty if nothing. A reboot that is
# due is no concern: /run/reboot-required asks for it.
find_concern() {
	concern=
	if [ "$linked" = '?' ]; then
		return 0
	elif [ -n "$linked" ] && [ ! -e "$R/usr/lib/extension-release.d/extension-release.$name" ]; then
		concern="$linked is not merged: systemd-sysext skips what is not for this host, such as another architecture"
	elif [ -n "$linked" ] && ! has_image "$linked"; then
		concern="$linked is in use, and not in /opt/extensions/$name"
	elif [ "$state" = unhealthy ]; then
		concern="$image is unhealthy: $advice"
	elif is_withdrawn "$image" && [ -z "$waiting_for" ]; then
		concern="$image was withdrawn ($reason), and there is no other image that this host may take"
		[ -z "$held" ] || concern="$image was withdrawn ($reason), and this host stays on it until: kiln-host unhold $name"
	elif [ -n "$waiting_for" ] && [ "$waited" -gt "$ALERT_SECONDS" ] && [ "$waiting_reason" != "$reboot_reason" ]; then
		concern="$waiting_for has waited since $waiting_since: $waiting_reason"
	elif [ -n "$fetch_failure" ]; then
		case $fetch_failure in
		"no signature"* | "no key"* | "its transfer has"* | "the index is "* | *"has expired"* | *"offers no index"* | *"other contents"*) concern="cannot fetch: $fetch_failure" ;;
		*) [ "$fetch_failed" -le "$ALERT_SECONDS" ] || concern="cannot fetch since $fetch_failed_since: $fetch_failure" ;;
		esac
	fi
}

# report_opt_mount: nothing is merged while there is one.
report_opt_mount() {
	find_opt_mount
	[ -z "$opt_mount" ] || alarm "$opt_mount is a mount: nothing is merged while something is mounted below /opt, as a merge would hide the images"
}

reboot_reason='the next reboot'
