# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# One run, as the timer starts it every few minutes. It downloads only when that is due; what is on disk is
# used whenever it may be.

run() {
	begin 600 || return 1
	begin_report
	merge_wanted='' started=''
	for extension in $extensions; do
		open_extension "$extension"
		if [ "$name" = kiln-host ]; then resume_program; else resume; fi
		want_merge
	done
	if is_due; then fetch_all; fi
	# The new version takes over at once: it may fix what the rest of this run would fail at.
	if take_program; then
		end_run
		return
	fi
	start_trials
	finish_trials
	end_run
}

# begin SECONDS: takes the lock, waiting at most that long, and reads what does not change during a run.
begin() {
	[ -d "$RUN" ] || mkdir -p "$RUN" || return 1
	[ -e "$RUN/lock" ] || make_locks || return 1
	true >>"$RUN/lock" || return 1
	exec 9>>"$RUN/lock"
	flock -n 9 || flock_patiently "$1" || {
		echo "kiln-host: another one is running, and did not end in $1 seconds" >&2
		# That is not the fault of this program.
		echo complete >"$RUN/completed"
		return 1
	}
	read_clock
	read_boot
	read_architecture
	read_settings
	restore_transfer
	find_extensions
}

# make_locks: also that of the bootstrap. Whoever can read a lock's file can hold the lock, so nobody else may.
make_locks() {
	(umask 077 && true >>"$RUN/lock") || return 1
	if true >>"$RUN/bootstrap-lock"; then chmod 600 "$RUN/bootstrap-lock"; fi
}

flock_patiently() {
	echo "kiln-host: waiting until another one ends" >&2
	flock -w "$1" 9
}

# want_merge: this program moves its own link without a merge, as each merge disturbs others for a moment.
want_merge() {
	local recorded=''
	[ "$name" = kiln-host ] && [ -n "$linked" ] || return 0
	IFS= read -r recorded 2>/dev/null <"$RUN/merged/$name" || :
	[ "$recorded" = "$linked" ] || merge_wanted=yes
}

fetch_all() {
	begin_fetching
	fetch_indexes
	for extension in $extensions; do
		open_extension "$extension"
		if [ -n "$held" ] || [ "$linked" = '?' ]; then continue; fi
		index_problem
		if [ -n "$index_number$problem" ]; then fetch_offered || :; else fetch || :; fi
	done
	schedule
	link_targets=
}

take_program() {
	case " $extensions " in
	*" kiln-host "*) open_extension kiln-host ;;
	*) return 1 ;;
	esac
	[ "$linked" != '?' ] || return 1
	update_program
}

# start_trials: moves the link of each extension that has a newer image and the permission to take it; as long
# as there is time for the trials of all of them, and the ways back, in half of a run.
start_trials() {
	local seconds=0 began
	read_clock
	began=$now
	for extension in $extensions; do
		[ "$extension" != kiln-host ] || continue
		open_extension "$extension"
		find_candidate
		# Upgrade checks may take long.
		read_clock
		if [ -z "$candidate" ]; then
			:
		elif [ "$MODE" = reboot ]; then
			stage "$candidate"
		elif [ $((seconds + now - began)) -gt $((RUN_SECONDS / 2)) ]; then
			wait_for "$candidate" 'the trials of other extensions'
		elif start_trial "$candidate"; then
			started="$started $name"
			seconds=$((seconds + 2 * healthy_seconds + 120))
		fi
	done
}

# find_candidate: sets `candidate` to the image that the current extension is to take; empty if there is none.
find_candidate() {
	candidate=
	if [ -n "$held" ] || [ "$linked" = '?' ]; then return 0; fi
	case $state in
	trial | returning) return 0 ;;
	esac
	find_newer
	candidate=$image_found
	if [ -n "$waiting_for" ] && [ -z "$candidate" ] && [ "$waiting_for" != "$image" ]; then
		stop_waiting
		save_state || :
	fi
}

# stage IMAGE: boot.sh takes it at the next boot.
stage() {
	{ suits_usr_local "$1" && may_upgrade "$1"; } || {
		wait_for "$1" "$line"
		return
	}
	mkdir -p "$R/run" && true >>"$R/run/reboot-required"
	wait_for "$1" "$reboot_reason"
}

# finish_trials: one merge for all; then each service is restarted and judged, one after the other.
finish_trials() {
	[ -n "$started$merge_wanted" ] || return 0
	if [ -n "$merge_wanted" ]; then started="kiln-host $started"; fi
	merge_all "$started"
	for extension in $started; do
		open_extension "$extension"
		[ "$name" = kiln-host ] || finish_trial
	done
}

# merge_all NAMES: where this fails, `finish_trial` merges again, and finds out which one is to blame.
merge_all() {
	find_opt_mount
	[ -z "$opt_mount" ] || return 0
	for extension in $1; do
		open_extension "$extension"
		expect_merge
	done
	refresh_merge || {
		note "the merge failed"
		return 0
	}
	for extension in $1; do
		open_extension "$extension"
		if read_hooks "$linked" && shows_version; then record_merge; fi
	done
}

# end_run: removes what nobody needs, and reports.
end_run() {
	login=
	begin_metrics
	for extension in $extensions; do
		open_extension "$extension"
		tidy
		find_concern
		[ -z "$concern" ] || alarm "$name: $concern"
		add_extension_metrics
		version_of "${image:-$linked}"
		login="$login${login:+, }$name $version"
		[ "$state" = settled ] || login="$login ($state)"
		[ -z "$waiting_for" ] || login="$login (an update waits)"
	done
	tidy_programs
	find_set_aside
	report_opt_mount
	report_keys
	write_login
	end_metrics
	end_report
	echo complete >"$RUN/completed"
	[ -z "$person_needed" ]
}

# write_login: one line for people who log in (pam_motd(8)).
write_login() {
	local text="Extensions: $login. Details: kiln-host status" old=''
	IFS= read -r old 2>/dev/null <"$R/run/motd.d/sysext-kiln" || :
	[ "$text" = "$old" ] || { mkdir -p "$R/run/motd.d" && printf '%s\n' "$text" >"$R/run/motd.d/sysext-kiln"; }
}
