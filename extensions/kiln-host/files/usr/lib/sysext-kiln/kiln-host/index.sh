# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The index of a repository: which images there are, and which of them this host may take. docs/rollouts.md
# describes it. systemd-sysupdate fetches it like an image, and so verifies its signature. This program checks
# that the index belongs to the repository, and is not older than one that this host has seen.
#
# /var/lib/sysext-kiln/index/ID has the accepted index of the repository that some transfers name, and its
# checksum as the last line. Once it exists, images come only from what it lists. /run/sysext-kiln/offers/NAME
# has the lines about one extension, so that a run with nothing to do reads only those.

# find_repository: sets `repository_id`, which stands for the URL that the transfer of the current extension names,
# and for whether it verifies signatures.
find_repository() {
	local sum
	[ "$verify $source_path" != "$repository_of" ] || return 0
	sum=$(printf '%s' "$verify $source_path" | sha256sum)
	repository_id=${sum%"${sum#????????????????}"} repository_of="$verify $source_path"
}

repository_of=''

# fetch_indexes: of all repositories. Sets `index_problems`: for each one whose index cannot be used, a line
# with its id and the reason.
fetch_indexes() {
	local seen=''
	index_problems=
	for extension in $extensions; do
		open_extension "$extension"
		find_repository
		case " $seen " in
		*" $repository_id "*) continue ;;
		esac
		seen="$seen $repository_id"
		fetch_index || index_problems="$index_problems$repository_id $problem$newline"
	done
}

# index_problem: sets `problem` to why the index of the current extension's repository cannot be used.
index_problem() {
	find_repository
	problem=
	case $newline$index_problems in
	*"$newline$repository_id "*) problem=${index_problems#*"$repository_id "} problem=${problem%%"$newline"*} ;;
	esac
}

# fetch_index: of the current extension's repository. It is downloaded to an empty folder, so an index that is
# older than the accepted one is reported, and not only skipped. Fails with a `problem`, except where nobody
# has ever seen an index.
fetch_index() {
	local accepted="$VAR/index/$repository_id" definitions="$RUN/definitions/kiln-index" file
	problem=
	if [ "$verify" = no ] && [ "$UNSIGNED" != allowed ]; then return 0; fi
	if [ -e "$accepted.keys" ] && is_whole "$accepted"; then apply_keys "$accepted" "$accepted"; fi
	rm -rf "$RUN/index"
	if ! { mkdir -p "$RUN/index" "$definitions" && index_transfer >"$definitions/kiln-index.conf"; }; then
		problem="cannot write to $RUN"
		return 1
	fi
	# After a failed download systemd 262 refuses every other until a vacuum.
	if ! { run_sysupdate sysupdate "$definitions" vacuum && run_sysupdate download_index "$definitions" update; }; then
		# Without an index, the extensions' own transfers are asked, and report this.
		[ -e "$accepted" ] || [ -n "$REPOSITORY" ] || return 0
		explain_failure
		return 1
	fi
	for file in "$RUN/index"/kiln-index-*.txt; do
		if [ -f "$file" ]; then
			accept_index "$file" "$accepted"
			return
		fi
	done
	[ -e "$accepted" ] || [ -n "$REPOSITORY" ] || return 0
	problem="the repository offers no index, as an old or a foreign one does: is it an attempt to withhold updates?"
	return 1
}

# download_index: as `sysupdate`. An index has at most 1 MB; a server that sends more must not fill /run.
download_index() {
	[ "$(ulimit -S -f)" != unlimited ] || ulimit -S -f 4096 # blocks of 512 bytes
	sysupdate "$@"
}

index_transfer() {
	printf '%s\n' '[Transfer]' "Verify=$verify" '[Source]' 'Type=url-file' "Path=$source_path" \
		'MatchPattern=kiln-index-@v.txt' '[Target]' 'Type=regular-file' "Path=$RUN/index" \
		'MatchPattern=kiln-index-@v.txt' 'InstancesMax=1000'
}

# accept_index FILE ACCEPTED: takes an index that was fetched, if it may follow the accepted one.
accept_index() {
	local number created expires repository old_number='' old_created=0 old_repository='' text
	if [ -e "$2" ] && read_index "$2"; then old_number=$number old_created=$created old_repository=$repository; fi
	if ! read_index "$1" || [ "${1##*/}" != "kiln-index-$number.txt" ]; then
		problem="the index has a format that this version of kiln-host does not read"
		return 1
	fi
	case " $REPOSITORY " in
	'  ' | *" $repository "*) ;;
	*)
		problem="the index is that of another repository, $repository instead of $REPOSITORY"
		return 1
		;;
	esac
	if [ -n "$old_repository" ] && [ "$repository" != "$old_repository" ]; then
		problem="the index is that of another repository, $repository instead of $old_repository"
		return 1
	fi
	if [ "$created" -lt "$old_created" ]; then
		problem="the index offered, number $number, is older than number $old_number, which this host has"
		return 1
	fi
	if has_expired "$expires"; then
		problem="the index, number $number, has expired: no newer one is offered"
		return 1
	fi
	text=$(cat "$1")$newline
	if [ "$created" != "$old_created" ] || ! is_whole "$2"; then
		store_index "$text" "$2" || return 1
		note "index $number of $repository"
	elif [ "$text" != "$(sed '$d' "$2")$newline" ]; then
		problem="the index, number $number, has other contents than before"
		return 1
	fi
	# Also if it is not new: the run that stored it may have been cut off here.
	apply_keys "$1" "$2"
	forget_offers
}

# store_index TEXT FILE
store_index() {
	local sum
	sum=$(printf '%s' "$1" | sha256sum) || return 1
	if ! { mkdir -p "$VAR/index" && write_durably "$2" "$1checksum=${sum%% *}$newline"; }; then
		rm -f "$2.new"
		problem="cannot write $2: is there space on /var?"
		return 1
	fi
}

# read_index FILE: sets `number`, `created`, `expires` (empty if it never does) and `repository` from the lines
# before the first image.
read_index() {
	local line format=''
	number='' created='' expires='' repository=''
	while IFS= read -r line; do
		case $line in
		'kiln-index 1') format=${format:-1} ;;
		'number '*) number=${line#* } ;;
		'created '*) created=${line#* } ;;
		'expires '*) expires=${line#* } ;;
		'repository '*) repository=${line#* } ;;
		'image '*) break ;;
		*) format=${format:-unknown} ;;
		esac
	done <"$1"
	[ "$format" = 1 ] && is_number "$number" && is_number "$created" && is_number "${expires:-0}" && [ -n "$repository" ]
}

# is_whole FILE: whether an accepted index is what was written.
is_whole() {
	local sum
	sum=$(sed '$d' "$1" | sha256sum) && [ "$(tail -n 1 "$1")" = "checksum=${sum%% *}" ]
}

# has_expired TIME: where the clock may be wrong, nothing counts as expired.
has_expired() {
	[ -n "$1" ] && is_clock_right || return 1
	read_time
	[ "$today" -ge "$1" ]
}

is_clock_right() {
	[ "$CLOCK" = trusted ] || is_clock_synchronised
}
