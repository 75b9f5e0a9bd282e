# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The images of the current extension on disk. Only this program removes any: systemd-sysupdate keeps the
# newest ones, and the one in use may be the oldest.

has_image() {
	[ -n "$1" ] && [ -f "$images/$1" ]
}

# is_newer A B: whether A is newer than B. For plain numbers such as 3.5.30 this needs no other program.
is_newer() {
	local rest=$1. other=$2.
	case .$rest$other in
	*[!0-9.]* | *..* | *.0[0-9]* | *[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]*)
		compares_newer "$1" "$2"
		return
		;;
	esac
	while [ "${rest%%.*}" = "${other%%.*}" ]; do
		rest=${rest#*.} other=${other#*.}
		[ -n "$rest" ] || return 1
		[ -n "$other" ] || return 0
	done
	[ "${rest%%.*}" -gt "${other%%.*}" ]
}

# newest_image VERSION: sets `image_found` to the newest image on disk that is newer than the version, or any
# version if that is empty, and neither refused nor withdrawn nor the wrong series; empty if there is none. It does not
# matter how it got there.
newest_image() {
	local file newest=$1
	image_found=
	for file in "$images/$before"*"$after"; do
		file=${file##*/}
		if ! has_image "$file" || is_refused "$file" || is_withdrawn "$file"; then continue; fi
		version_of "$file"
		[ -z "$newest" ] || { [ "$version" != "$newest" ] && is_newer "$version" "$newest"; } || continue
		newest=$version image_found=$file
	done
}

# tidy: removes images that are neither in use, nor to go back to, nor waiting, nor among the two newest.
# Those of other series have another version in their name, but the same form.
tidy() {
	local file first second='' count=0
	for file in "$images/$name"-*"$after"; do
		! has_image "${file##*/}" || count=$((count + 1))
	done
	[ "$count" -gt 2 ] || return 0
	newest_image ''
	first=$image_found
	if [ -n "$first" ]; then second=$(newest_image_except "$first"); fi
	for file in "$images/$name"-*"$after"; do
		file=${file##*/}
		case $file in
		"$image" | "$previous" | "$running" | "$linked" | "$waiting_for" | "$first" | "$second") continue ;;
		esac
		has_image "$file" || continue
		note "$name: removing $file"
		rm -f "$images/$file" || report "$name: cannot remove $images/$file"
	done
}

# newest_image_except IMAGE: prints the newest of the others that are allowed.
newest_image_except() {
	refuse "$1" "(already known)"
	newest_image ''
	echo "$image_found"
}
