# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The state file of the current extension, /var/lib/sysext-kiln/state/NAME: lines KEY=VALUE, and a checksum as
# the last one.
#   state                  settled, untested, trial, returning, unhealthy, or unknown (diagram: docs/hosts.md)
#   image                  the image in use; in a trial, the one that is tried
#   previous               the image to go back to, which was healthy; it stays on disk
#   running                the image in use before the trial, whose hooks ask for the restart lock
#   ran                    the services that ran before the trial, and that must run after it
#   advice                 what a person can do about an unhealthy image
#   waiting_for            the image that waits; the reason, since when, and for how many seconds of running
#   fetch_failure          why nothing can be fetched, since when, and for how many seconds
#   refused                images that are not used, one a line, each with its reason
#   cut_off                how often the host went down during this trial
#   boot, seen             the boot and the second in it at which the file was written

newline='
'

clear_state() {
	state=unknown image='' previous='' running='' ran='' advice='' untested_since=''
	waiting_for='' waiting_since='' waiting_reason='' waited=0
	fetch_failure='' fetch_failed_since='' fetch_failed=0
	refused='' cut_off=0 boot='' seen=0
}

# load_state: a file that is missing or damaged gives the state "unknown", in which the linked image is taken
# as in use.
load_state() {
	local line
	clear_state
	loaded=
	[ -r "$VAR/state/$name" ] || {
		recall_refusals
		return
	}
	while IFS= read -r line; do
		case $line in
		checksum=*) break ;;
		state=* | image=* | previous=* | running=* | ran=* | advice=* | untested-since=* | waiting-* | waited=* | fetch-* | \
			refused=* | cut-off=* | boot=* | seen=*)
			set_state "${line%%=*}" "${line#*=}"
			;;
		esac
		loaded=$loaded$line$newline
	done <"$VAR/state/$name"
	if ! is_intact "$line"; then
		clear_state
		recall_refusals
		loaded=damaged
	fi
}

# is_intact LINE: whether the last line has the checksum of those before. Each text is verified once after a boot: then it
# equals a copy in /run.
is_intact() {
	local sum line copy=''
	case $1 in
	checksum=*) ;;
	*) return 1 ;;
	esac
	if [ -r "$RUN/verified/$name" ]; then
		while IFS= read -r line; do copy=$copy$line$newline; done <"$RUN/verified/$name"
		[ "$copy" != "$loaded$1$newline" ] || return 0
	fi
	sum=$(printf '%s' "$loaded" | sha256sum) || return 1
	[ "$1" = "checksum=${sum%% *}" ] || return 1
	[ -d "$RUN/verified" ] || mkdir -p "$RUN/verified"
	printf '%s' "$loaded$1$newline" >"$RUN/verified/$name" || :
}

set_state() {
	case $1 in
	state) state=$2 ;;
	image) image=$2 ;;
	previous) previous=$2 ;;
	running) running=$2 ;;
	ran) ran=$2 ;;
	advice) advice=$2 ;;
	untested-since) untested_since=$2 ;;
	waiting-for) waiting_for=$2 ;;
	waiting-since) waiting_since=$2 ;;
	waiting-reason) waiting_reason=$2 ;;
	waited) ! is_number "$2" || waited=$2 ;;
	fetch-failure) fetch_failure=$2 ;;
	fetch-failed-since) fetch_failed_since=$2 ;;
	fetch-failed) ! is_number "$2" || fetch_failed=$2 ;;
	refused) refused=$refused$2$newline ;;
	cut-off) ! is_number "$2" || cut_off=$2 ;;
	boot) boot=$2 ;;
	seen) ! is_number "$2" || seen=$2 ;;
	esac
}

# save_state [SUFFIX]: writes the file if something has changed. It survives a power failure once this returns
# 0. With a suffix it writes another file, for `apply_prepared_state`.
save_state() {
	local file="$VAR/state/$name${1:-}" text sum
	[ -n "${1:-}" ] || keep_refusals
	text=$(format_state)$newline
	[ "$text" != "$loaded" ] || [ -n "${1:-}" ] || return 0
	sum=$(printf '%s' "$text" | sha256sum) || return 1
	if ! { mkdir -p "$VAR/state" && write_durably "$file" "${text}checksum=${sum%% *}$newline"; }; then
		rm -f "$file.new"
		alarm "$name: cannot write $file: is there space on /var?"
		return 1
	fi
	[ -n "${1:-}" ] || loaded=$text
}

# write_durably FILE TEXT: after a power failure the file has either the old text or this one.
write_durably() {
	printf '%s' "$2" >"$1.new" && flush "$1.new" && mv "$1.new" "$1" && flush "${1%/*}"
}

format_state() {
	local entry
	printf 'state=%s\nimage=%s\nprevious=%s\nrunning=%s\nran=%s\n' "$state" "$image" "$previous" "$running" "$ran"
	printf 'advice=%s\nuntested-since=%s\n' "$advice" "$untested_since"
	printf 'waiting-for=%s\nwaiting-since=%s\nwaiting-reason=%s\nwaited=%s\n' \
		"$waiting_for" "$waiting_since" "$waiting_reason" "$waited"
	printf 'fetch-failure=%s\nfetch-failed-since=%s\nfetch-failed=%s\n' \
		"$fetch_failure" "$fetch_failed_since" "$fetch_failed"
	printf 'cut-off=%s\nboot=%s\nseen=%s\n' "$cut_off" "$boot" "$seen"
	printf '%s' "$refused" | while IFS= read -r entry; do
		printf 'refused=%s\n' "$entry"
	done
}

# apply_prepared_state: replaces the state file by what `save_state .returning` has written. This needs no
# space on disk.
apply_prepared_state() {
	mv "$VAR/state/$name.returning" "$VAR/state/$name"
}

# keep_refusals: writes them to a second file, as the loss of a state must not bring a bad version back.
keep_refusals() {
	local file="$VAR/refused/$name" now_refused=$refused
	recall_refusals
	[ "$refused" != "$now_refused" ] || return 0
	refused=$now_refused
	if [ -z "$refused" ]; then
		rm -f "$file"
	elif ! { mkdir -p "$VAR/refused" && write_durably "$file" "$refused"; }; then
		rm -f "$file.new"
	fi
}

# recall_refusals: reads them from the second file.
recall_refusals() {
	local line
	refused=
	[ -r "$VAR/refused/$name" ] || return 0
	while IFS= read -r line; do
		case $line in
		"$name"*.raw\ *) refused=$refused$line$newline ;;
		esac
	done <"$VAR/refused/$name"
}

# is_refused IMAGE
is_refused() {
	case $newline$refused in
	*"$newline$1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# refuse IMAGE REASON
refuse() {
	is_refused "$1" || refused="$refused$1 $2$newline"
}

# forgive IMAGE: it may be used again.
forgive() {
	local entry kept=''
	while IFS= read -r entry; do
		[ -z "$entry" ] || [ "${entry%% *}" = "$1" ] || kept=$kept$entry$newline
	done <<END
$refused
END
	refused=$kept
}
