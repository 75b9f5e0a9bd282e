# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What an image says about itself, in usr/lib/sysext-kiln/NAME: its services, how long they may take to become
# healthy, the health check, the restart lock, whether the host may move to another version, and which versions it may
# be rolled back to. Operators can replace single files in /etc/sysext-kiln/NAME.

# read_hooks IMAGE: sets `services`, `healthy_seconds`, `steady_seconds`, `rollback`, `image_version`, `usr_local`,
# `health_hook`, `lock_hook` and `upgrade_hook`. They are copied to /run once, because the merged ones disappear while a merge is
# refreshed. Fails if the image cannot be read.
read_hooks() {
	local folder="$RUN/hooks/$1" line
	if [ ! -d "$folder" ]; then
		rm -rf "$folder.new"
		mkdir -p "$RUN/hooks" && read_image "$images/$1" "$name" "$folder.new" && mv "$folder.new" "$folder" || return 1
	fi
	services='' healthy_seconds=60 steady_seconds=10 rollback=any image_version='' usr_local=no
	if [ -r "$folder/extension.conf" ]; then
		read_extension_conf <"$folder/extension.conf"
	elif [ -e "$folder/$name.service" ]; then
		services=$name.service
	fi
	if [ -r "$ETC/$name/extension.conf" ]; then
		local version_in_image=$image_version
		services='' healthy_seconds=60 steady_seconds=10 rollback=any
		read_extension_conf <"$ETC/$name/extension.conf"
		image_version=$version_in_image
		! grep -qx 'ROLLBACK=any' "$ETC/$name/extension.conf" || rollback=unchecked
	fi
	health_hook=$(hook_path health "$folder") lock_hook=$(hook_path restart-lock "$folder")
	upgrade_hook=$(hook_path upgrade-check "$folder")
}

read_extension_conf() {
	local line value
	while IFS= read -r line || [ -n "$line" ]; do
		value=${line#*=}
		case $line in
		VERSION=*) image_version=$value ;;
		SERVICES=*) services=$value ;;
		HEALTHY_SECONDS=*) ! is_number "$value" || healthy_seconds=$value ;;
		STEADY_SECONDS=*) ! is_number "$value" || steady_seconds=$value ;;
		ROLLBACK=any | ROLLBACK=series) rollback=$value ;;
		USR_LOCAL=yes) usr_local=yes ;;
		esac
	done
}

# hook_path FILE FOLDER: prints the path of a hook, or nothing if there is none.
hook_path() {
	if [ -f "$ETC/$name/$1" ]; then
		echo "$ETC/$name/$1"
	elif [ -f "$2/$1" ]; then
		echo "$2/$1"
	fi
}

# Hooks run in a process of their own, with a limit, and without the lock of this run, which a process that
# they leave behind would hold.
run_health_hook() {
	[ -n "$health_hook" ] || return 0
	timeout -k 5 10 sh "$health_hook" 9>&- </dev/null
}

# lock_from RUNNING IMAGE: sets `restart_lock`, that of the image that is running, or else that of the new
# one; and `lock_seconds`. Both stay valid until it is called again.
lock_from() {
	local running_hook='' running_seconds=0
	if [ -n "$1" ] && read_hooks "$1"; then running_hook=$lock_hook running_seconds=$healthy_seconds; fi
	read_hooks "$2" || return 1
	restart_lock=${running_hook:-$lock_hook} lock_asked=''
	lock_seconds=$((running_seconds + healthy_seconds + 60))
}

# lock acquire, lock release: the permission to restart the services, if hosts may do so only one after the
# other. It is granted for the time that a trial and the way back may take; acquiring it again grants that
# time anew. If it is not granted, `line` says why not.
lock() {
	local output status=0
	[ -n "$restart_lock" ] || return 0
	lock_asked=yes
	output=$(LOCK_SECONDS=$lock_seconds timeout -k 5 60 sh "$restart_lock" "$1" 9>&- 2>&1 </dev/null) || status=$?
	note "$name: restart lock, $1: status $status $output"
	one_line "${output:-the restart lock was not granted (status $status)}"
	return "$status"
}

# may_restart HEALTHY: whether the restart lock allows it to restart services that are healthy (yes) or not, or else `line`
# says why not. Nothing is lost by restarting what is unhealthy, and it may be unable to ask, so a refusal counts only with
# the status 75, by which the lock says that the service is needed, whatever its health check found.
may_restart() {
	local status=0
	lock acquire || status=$?
	case $1:$status in
	*:0) return 0 ;;
	yes:* | *:75) return 1 ;;
	esac
	restart_lock=
}

# may_upgrade IMAGE: whether this host may move from the image in use to a newer one, as the newer one decides, or else
# `line` says why not. An image without the hook may always be taken.
may_upgrade() {
	local from to
	[ -n "$image" ] || return 0
	version_of "$image"
	from=$version
	version_of "$1"
	to=$version
	is_newer "$to" "$from" || return 0
	read_hooks "$1" || {
		line='the image cannot be read'
		return 1
	}
	check_upgrade "$from" "$to"
}

# check_upgrade FROM TO: asks the hook that was read last about two versions. It may take as long as a backup does. All that
# it prints goes to the log of this run, and `line` has as much of it as fits.
check_upgrade() {
	local output status=0
	[ -n "$upgrade_hook" ] || return 0
	output=$(UPDATE_MODE=$MODE timeout -k 5 "$upgrade_seconds" sh "$upgrade_hook" "$1" "$2" 9>&- 2>&1 </dev/null) || status=$?
	case $status in
	124 | 137) output="the upgrade check did not end within $upgrade_seconds seconds${output:+: $output}" ;;
	esac
	note "$name: upgrade check from $1 to $2: status $status $output"
	one_line "$(printf '%s' "${output:-the upgrade check failed (status $status)}" | tr '\n' ' ')"
	return "$status"
}
