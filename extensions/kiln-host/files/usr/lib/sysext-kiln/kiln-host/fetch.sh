# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# Downloads: when the repository is asked, and for which version. systemd-sysupdate verifies signature and
# digest.

# is_due: whether to ask the repository in this run: after a boot, after the interval, or because an operator
# wants it now.
is_due() {
	local next=''
	[ ! -e "$RUN/update-now" ] || { rm -f "$RUN/update-now" && return 0; }
	IFS= read -r next 2>/dev/null <"$RUN/next-check" || return 0
	is_number "$next" || return 0
	[ "$now" -ge "$next" ]
}

# schedule: sets when the repository is asked again: soon after a failure. The delay keeps hosts from updating
# at the same time.
schedule() {
	local number delay
	read_clock
	if [ -n "$fetch_failed_now" ]; then
		delay=$RETRY_SECONDS
	else
		number=$(random_number) || number=0
		delay=$((INTERVAL_SECONDS + number * SPREAD_SECONDS / 65536))
		# By then the version may be paused, so the index is read again first.
		[ -z "$soonest" ] || [ "$soonest" -ge "$delay" ] || delay=$soonest
	fi
	echo $((now + delay)) >"$RUN/next-check"
}

# begin_fetching: a stalled download must not use up the time in which this run must be complete.
begin_fetching() {
	read_clock
	fetch_end=$((now + RUN_SECONDS / 4)) fetch_failed_now='' listed='' soonest=''
}

# fetch: downloads the newest allowed image of the current extension, unless it is on disk. Returns 1 if the
# repository could not be asked, or the download failed.
fetch() {
	problem=
	if [ "$verify" = no ] && [ "$UNSIGNED" != allowed ]; then
		fail_fetch "its transfer has Verify=no, and /etc/sysext-kiln/host.conf does not have UNSIGNED=allowed"
		return 1
	fi
	# After a failed download systemd 262 refuses every other until a vacuum.
	[ -z "$fetch_failure" ] || ask vacuum
	list || {
		fail_fetch "$list_problem"
		return 1
	}
	if choose_version "$list_answer" && fetch_version; then
		fetch_failure='' fetch_failed_since='' fetch_failed=0
		save_state || :
		[ -d "$RUN/asked" ] || mkdir -p "$RUN/asked"
		printf '%s\n' "$list_time" >"$RUN/asked/$name" || :
	else
		explain_failure
		fail_fetch "$problem"
		return 1
	fi
}

# list: sets `list_answer` to the versions of everything that the current extension's repository offers, and `list_time`.
# Extensions that come from the same place share one answer: its manifest is downloaded and verified once.
list() {
	local folder="$RUN/listing"
	if [ "$listed" != "$source$after" ]; then
		listed=$source$after list_answer='' list_problem='' list_time=$(time_of_day)
		[ -d "$folder" ] || mkdir -p "$folder"
		# The name of an extension is part of these versions.
		{
			printf '%s' "$source" | sed "s/^\[Source\]\$/&\nMatchPattern=@v$after/"
			printf '[Target]\nType=regular-file\nPath=%s\n' "$folder"
		} >"$folder/listing.conf"
		if run_sysupdate list_versions "$folder"; then
			IFS= read -r list_answer <"$RUN/answer" || :
		else
			explain_failure
			list_problem=$problem
		fi
	fi
	[ -z "$list_problem" ]
}

# ask COMMAND...: runs systemd-sysupdate with the transfer of the current extension.
ask() {
	local definitions="$RUN/definitions/$name"
	if ! { mkdir -p "$definitions" "$images" && write_transfer "$transfer" >"$definitions/$name.conf"; }; then
		echo "failed to write to $definitions or $images" >"$RUN/messages"
		return 1
	fi
	run_sysupdate sysupdate "$definitions" "$@"
}

# run_sysupdate FUNCTION FOLDER COMMAND...: its answer is in the file `answer`, and what it says in the file `messages`.
run_sysupdate() {
	local status=0 function=$1 limit first=0
	read_clock
	[ "$now" -lt "$fetch_end" ] || { echo "no time is left in this run" >"$RUN/messages" && return 1; }
	limit=$((fetch_end - now))
	case $function in
	list_versions | download_index)
		# A server that stalls in a file of some kilobytes must not use up the time for the images of the others. And the
		# systemd-pull of systemd 254 sometimes does not return, without any traffic, while the next one does at once.
		[ "$limit" -le 300 ] || limit=300
		[ "$limit" -le 60 ] || first=60
		;;
	esac
	[ "$first" = 0 ] || run_limited "$first" "$@" || status=$?
	case $first:$status in
	0:0 | *:124 | *:137) status=0 && run_limited $((limit - first)) "$@" || status=$? ;;
	esac
	shift 2
	case $status in
	# What timeout(1) returns; 137 is that of a program that had to be killed.
	124 | 137) echo "the server stalled: the download did not finish within $limit seconds" >>"$RUN/messages" ;;
	esac
	note "$name: $function $*: status $status"
	[ "$status" = 0 ] || cat "$RUN/messages"
	return "$status"
}

# run_limited SECONDS FUNCTION FOLDER COMMAND...
run_limited() {
	local seconds=$1 function=$2
	shift 2
	(
		# Not for hooks, which talk to services of this host.
		[ -z "$PROXY" ] || export http_proxy="$PROXY" https_proxy="$PROXY"
		"$function" "$seconds" "$@"
	) >"$RUN/answer" 2>"$RUN/messages"
}

# choose_version ANSWER: sets `chosen` to the version to download, in the spelling of the extension's transfer; empty if
# there is none. The answer has the versions of all extensions, the newest one of each first:
# {"all":["etcd-3.5.30","etcd-3.5.29","keepalived-v2.3.4"]}, or before systemd 257 a table as JSON. A refused version is
# never downloaded again.
choose_version() {
	local rest=$1 candidate current_version=''
	chosen=
	case $rest in
	*'"all":['*']'*) rest=${rest#*'"all":['} rest=${rest%%']'*} ;;
	*'"version":"'*) rest=$(printf '%s' "$rest" | tr '{},' '\n' | sed -n 's/^"version":\("[^"]*"\).*/\1,/p' | tr -d '\n') ;;
	'[]' | '') ;;
	*) echo "systemd-sysupdate gave an answer that is not known: $1" >"$RUN/messages" && return 1 ;;
	esac
	if has_image "$image"; then version_of "$image" && current_version=$version; fi
	while [ -n "$rest" ]; do
		candidate=${rest%%,*}
		case $rest in
		*,*) rest=${rest#*,} ;;
		*) rest= ;;
		esac
		candidate=${candidate#\"} candidate=${candidate%\"}
		case $candidate in
		"$before"[0-9]*) candidate=${candidate#"$before"} ;;
		*) continue ;; # another extension, perhaps one whose name begins with the same word
		esac
		! is_refused "$before$candidate$after" || continue
		version_of "$before$candidate$after"
		[ "$version" != "$current_version" ] || return 0
		[ -z "$current_version" ] || is_newer "$version" "$current_version" || return 0
		# A newer one may be on disk, and no longer on offer.
		newest_image "$version"
		[ -n "$image_found" ] || chosen=$candidate
		return 0
	done
}

# fetch_version: downloads the chosen version, unless there is none, or it is on disk.
fetch_version() {
	[ -n "$chosen" ] && ! has_image "$before$chosen$after" || return 0
	ask update "$chosen" || return 1
	has_image "$before$chosen$after" || {
		echo "systemd-sysupdate succeeded, but $images/$before$chosen$after does not exist" >"$RUN/messages"
		return 1
	}
	flush "$images/$before$chosen$after" "$images" || :
	note "$name: downloaded $before$chosen$after"
}

# explain_failure: sets `problem` to the message that matters. Two of them are misleading.
explain_failure() {
	local text
	problem=
	while IFS= read -r text; do
		case $text in
		"the server stalled"*) problem=$text ;;
		*[Ff]ailed* | *[Ee]rror* | *refus* | *mismatch* | *"does not match"* | *INVALID* | "no time"* | "systemd-sysupdate succeeded"*) problem=${problem:-$text} ;;
		esac
	done <"$RUN/messages"
	case $verify:$problem in
	yes:*[Ss]ignature* | yes:*gpg* | yes:*verif*)
		if ! has_gpg; then
			problem="no signature can be verified: gpg is not installed on this host"
		elif [ -e "$R/etc/systemd/import-pubring.pgp" ]; then
			problem="no key for the signature: /etc/systemd/import-pubring.pgp hides import-pubring.gpg from systemd 258 and newer"
		elif [ ! -e "$R/etc/systemd/import-pubring.gpg" ]; then
			problem="no key for the signature: /etc/systemd/import-pubring.gpg does not exist"
		fi
		;;
	esac
	one_line "${problem:-the download failed: see $RUN/last-run.log}"
	problem=$line
}

# fail_fetch REASON: remembers the failure. It is transient until it has lasted for ALERT_SECONDS.
fail_fetch() {
	fetch_failed_now=yes
	[ -n "$fetch_failure" ] || { fetch_failed_since=$(time_of_day) fetch_failed=0 && mark_time; }
	fetch_failure=$1
	save_state || :
	report "$name: cannot fetch: $1"
}
