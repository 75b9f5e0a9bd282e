# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# Downloads of images that the index lists, by their digest.

# fetch_offered: downloads the image that the current extension is to take, unless it is on disk. Returns 1 if the
# index cannot be used, or the download failed.
fetch_offered() {
	index_problem
	if [ -z "$problem" ]; then
		offered_image
		if [ -z "$image_found" ] || has_image "$image_found" || pull_image "$image_found"; then
			fetch_failure='' fetch_failed_since='' fetch_failed=0
			save_state || :
			[ -d "$RUN/asked" ] || mkdir -p "$RUN/asked"
			time_of_day >"$RUN/asked/$name" || :
			return 0
		fi
	fi
	fail_fetch "$problem"
	return 1
}

# pull_image IMAGE: from its permanent release, or from where the index is if that is no folder of releases. The
# hidden name keeps a download that was cut off from being taken for an image.
pull_image() {
	local partial="$images/.$1.partial" url sum
	if ! offer_of "$1"; then
		problem="the index does not list $1"
		return 1
	fi
	unescape "$source_path"
	case $line in
	*/releases/latest/download/) url=${line%latest/download/}download/$tag/$1 ;;
	*) url=${line%/}/$1 ;;
	esac
	rm -f "$partial"
	if ! mkdir -p "$images" || ! run_sysupdate pull "$partial" "$url" "$sha256" "$size"; then
		explain_failure
		problem="$1: $problem"
		rm -f "$partial"
		return 1
	fi
	sum=$(sha256sum <"$partial") || sum=''
	if [ "${sum%% *}" != "$sha256" ]; then
		problem="$1: what was downloaded has another digest than the index lists"
		rm -f "$partial"
		return 1
	fi
	flush "$partial" || :
	mv "$partial" "$images/$1" || {
		problem="cannot write $images/$1"
		return 1
	}
	flush "$images" || :
	note "$name: downloaded $1"
}

# unescape TEXT: sets `line` to the value of a setting in which %% means % (sysupdate.d(5)).
unescape() {
	local rest=$1 value=''
	while :; do
		case $rest in
		*%%*) value=$value${rest%%\%\%*}% rest=${rest#*\%\%} ;;
		*) break ;;
		esac
	done
	line=$value$rest
}
