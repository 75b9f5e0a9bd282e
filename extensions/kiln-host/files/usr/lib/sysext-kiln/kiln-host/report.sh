# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What people read: the log of the last run, one line in the journal, and one line at login.
#
# Everything that commands print goes to the log, and what matters is added to the summary, which `end_report`
# prints.

summary=''
person_needed=''

# note TEXT: a line of the log. It never fails: what a run does must not depend on space for its log.
note() {
	printf '%s\n' "$1" || :
}

# report TEXT: a part of the summary.
report() {
	note "$1"
	summary="$summary${summary:+; }$1"
}

# alarm TEXT: a part of the summary about which a person must do something.
alarm() {
	person_needed=yes
	report "$1"
}

# begin_report: from here on output goes to the log. Without space for one, it is lost and the run goes on. (A
# redirection that fails ends the shell if the command is `:` or `exec`.)
begin_report() {
	exec 3>&1
	if true >"$RUN/this-run.log"; then exec >>"$RUN/this-run.log" 2>&1; else exec >/dev/null 2>&1; fi
}

# end_report: prints the summary, and keeps the log if there is one. The number is the priority of the line in
# the journal (sd-daemon(3)).
end_report() {
	[ -n "$summary" ] || return 0
	mv "$RUN/this-run.log" "$RUN/last-run.log" || :
	if [ -n "$person_needed" ]; then
		printf '<3>%s\n' "$summary" >&3
	else
		printf '<5>%s\n' "$summary" >&3
	fi
	printf '%s\n' "$summary" >"$RUN/outcome"
}

# one_line TEXT: sets `line` to the last line of a text that is not empty, without control characters, and not
# too long. What hooks and commands print becomes part of state files and of the journal.
one_line() {
	local rest=$1 newline='
'
	while :; do
		case $rest in
		*"$newline") rest=${rest%"$newline"} ;;
		*) break ;;
		esac
	done
	line=${rest##*"$newline"}
	case $line in
	*[![:print:]]*) line=$(printf '%s' "$line" | tr -cd '[:print:]') ;;
	esac
	[ "${#line}" -le 300 ] || line=$(printf '%.300s' "$line")
}
