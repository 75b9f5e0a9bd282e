# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What the index says about the current extension: its images, which of them this host may take now, and which
# it must leave. Variables:
#   index_number, index_created, index_expires   of the index; the number is empty if there is none, and 0 if
#                                                none can be read but one is required
#   offers                                       its lines about images of the extension

# load_offers: for the current extension. The file in /run is made again after a boot and for a new index.
load_offers() {
	local line
	offers='' index_number='' index_created='' index_expires=''
	[ -z "$REPOSITORY" ] || index_number=0
	if [ ! -r "$RUN/offers/$name" ] && ! write_offers; then
		# Without space in /run, nothing is taken.
		[ ! -e "$VAR/index/$repository_id" ] || index_number=0
		return 0
	fi
	while IFS= read -r line; do
		case $line in
		'number '*) index_number=${line#* } ;;
		'created '*) index_created=${line#* } ;;
		'expires '*) index_expires=${line#* } ;;
		*) offers=$offers$line$newline ;;
		esac
	done <"$RUN/offers/$name"
}

# write_offers: the names of images have no characters that are special to sed, but for the dot.
write_offers() {
	local number created expires repository
	find_repository
	mkdir -p "$RUN/offers" || return 1
	if [ ! -e "$VAR/index/$repository_id" ]; then
		true >"$RUN/offers/$name"
	elif is_whole "$VAR/index/$repository_id" && read_index "$VAR/index/$repository_id"; then
		{
			printf '%s\n' "number $number" "created $created" ${expires:+"expires $expires"} &&
				sed -n "/^[a-z]* $name-[A-Za-z0-9.+_-]*$after\( .*\)*\$/p" "$VAR/index/$repository_id"
		} >"$RUN/offers/$name.new" && command mv "$RUN/offers/$name.new" "$RUN/offers/$name"
	else
		alarm "$name: $VAR/index/$repository_id is damaged; no image is taken until an index was fetched"
		echo 'number 0' >"$RUN/offers/$name"
	fi
}

forget_offers() {
	rm -rf "$RUN/offers"
}

# line_of TEXT: sets `line` to the rest of the line in the offers that begins with a text; fails if there is none.
# This compares line by line: shells take minutes to find a pattern in a text of some hundred lines.
line_of() {
	local entry IFS=$newline
	set -f
	for entry in $offers; do
		case $entry in
		"$1"*)
			set +f
			line=${entry#"$1"}
			return
			;;
		esac
	done
	set +f
	return 1
}

# offer_of IMAGE: sets `sha256`, `size`, `tag`, `start` and `rollout` from the index; fails if it does not list
# the image.
offer_of() {
	local line
	line_of "image $1 " || return 1
	# shellcheck disable=SC2086 # words
	set -- $line
	sha256=${1:-} size=${2:-} tag=${3:-} start=${4:-} rollout=${5:-}
	[ "${#sha256}" = 64 ] && is_number "$size" && is_number "$start" && is_number "$rollout"
}

# reason_about WORD IMAGE: sets `reason` to the rest of the line that begins with this; empty if there is none.
reason_about() {
	local line=''
	line_of "$1 $2 " || :
	reason=$line
}

# is_withdrawn IMAGE: hosts leave it, for the `reason`.
is_withdrawn() {
	reason_about withdrawn "$1"
	[ -n "$reason" ]
}

# may_take IMAGE: whether this host may take an image now, or else `line` says why not. Where there is no index,
# it may take any.
may_take() {
	[ -n "$index_number" ] || return 0
	if ! offer_of "$1"; then
		line='the index does not list it'
		return 1
	elif is_withdrawn "$1"; then
		line="withdrawn: $reason"
		return 1
	fi
	reason_about paused "$1"
	if [ -n "$reason" ]; then
		line="paused: ${reason#* }"
		return 1
	fi
	has_turn "$1"
}

# has_turn IMAGE: whether the rollout has reached this host. Hosts with RING=canary are first, those with
# RING=last are last; the others come one after the other, for each version in another order. Sets `soonest` to
# the seconds until the next turn.
has_turn() {
	local sum delay
	case $RING:$start:$rollout in
	canary:* | *:0:* | *:*:0) return 0 ;;
	esac
	if ! is_clock_right; then
		line='its turn is not known, as the clock is not synchronised'
		soonest=$RETRY_SECONDS
		return 1
	fi
	delay=$rollout
	if [ "$RING" != last ]; then
		version_of "$1"
		sum=$(printf '%s %s %s' "$(machine_id)" "$name" "$version" | sha256sum)
		delay=$((0x${sum%"${sum#????}"} * rollout / 65536))
	fi
	read_time
	delay=$((start + delay - today))
	[ "$delay" -gt 0 ] || return 0
	if [ -z "${soonest:-}" ] || [ "$delay" -lt "$soonest" ]; then soonest=$delay; fi
	line="its turn is at $(format_time $((today + delay)))"
	return 1
}

# offered_image [on-disk]: sets `image_found` to the image that this host is to take now: the newest one that is
# newer than the one in use, or, if that one was withdrawn, the newest one at all that it allows.
offered_image() {
	local keyword file newest used='' leave=''
	image_found=
	if has_image "$image"; then version_of "$image" && used=$version; fi
	if is_withdrawn "$image"; then leave=yes newest=''; else newest=$used; fi
	while read -r keyword file _; do
		case $keyword:$file in
		image:"$before"[0-9]*"$after") ;;
		*) continue ;; # of another series, or of an extension whose name begins with the same word
		esac
		if [ "$file" = "$image" ] && [ -n "$used" ] || is_refused "$file"; then continue; fi
		[ -z "${1:-}" ] || has_image "$file" || continue
		version_of "$file"
		[ -z "$newest" ] || is_newer "$version" "$newest" || continue
		local found=$version
		may_take "$file" || continue
		[ -z "$leave" ] || is_newer "$found" "$used" || allows_leaving "$file" || continue
		newest=$found image_found=$file
	done <<END
$offers
END
}

# allows_leaving IMAGE: whether the image in use allows going back to an older one.
allows_leaving() {
	read_hooks "$image" && may_downgrade "$1"
}

# find_newer [on-disk]: sets `image_found` to the image that the current extension is to take; empty if there is
# none.
find_newer() {
	if [ -n "$index_number" ]; then
		offered_image on-disk
	else
		version=
		if has_image "$image"; then version_of "$image"; fi
		newest_image "$version"
	fi
}

# is_genuine IMAGE: whether the bytes on disk are those that the index lists. Other bytes are removed, and
# downloaded again by a later run; but not while no index can be read.
is_genuine() {
	local sum
	[ -n "$index_number" ] || return 0
	[ "$index_number" != 0 ] || return 1
	offer_of "$1" && sum=$(sha256sum <"$images/$1") && [ "${sum%% *}" = "$sha256" ] && return 0
	rm -f "$images/$1"
	alarm "$name: $1 was not what the index lists, and is removed"
	return 1
}

# describe_offer: sets `offer` to the newest image that the index lists for this host and that it does not have in
# use, and since when or why not; empty if there is none.
describe_offer() {
	local keyword file newest='' used='' found
	offer='' soonest=''
	if [ -n "$image" ]; then version_of "$image" && used=$version newest=$version; fi
	while read -r keyword file _; do
		case $keyword:$file in
		image:"$before"[0-9]*"$after") ;;
		*) continue ;; # of another series, or of an extension whose name begins with the same word
		esac
		if is_refused "$file" || is_withdrawn "$file"; then continue; fi
		version_of "$file"
		found=$version
		[ -z "$newest" ] || is_newer "$found" "$newest" || continue
		line='now'
		may_take "$file" || :
		newest=$found offer="$file: $line"
	done <<END
$offers
END
}
