# shellcheck shell=dash disable=SC2046 # numbers are split into words
# Reads the list of members that a snapshot contains, which no program of etcd prints.
#
# A snapshot is a bbolt database (https://github.com/etcd-io/bbolt, version 2 of its format). It consists of pages; a page is a
# header of 16 bytes, with its flags at 8 and the number of its elements at 10, and the elements:
#   leaf, 16 bytes      flags (1: a bucket), position of the key from here, size of the key, size of the value behind it
#   branch, 16 bytes    position and size of a key, and the page (8 bytes)
# The value of a bucket begins with its root page; if that is 0, the page itself follows after 16 bytes.

# stored_members FILE: prints "ID voter" or "ID learner" for each. Fails if the file is no such database.
stored_members() {
	local meta root bucket flags key key_size value_size IFS='
 '
	database=$1
	# Pages 0 and 1 describe the database: magic number, version and page size at 16; root page at 32, and the number of the
	# transaction, the higher one of which counts, at 64.
	set -- $(numbers 4 16 3)
	[ "${1-}:${2-}" = 3977042669:2 ] || return 1
	page_size=$3 meta=0
	[ $(($(numbers 8 $((page_size + 64)) 1))) -le $(($(numbers 8 64 1))) ] || meta=$page_size
	root=$(($(numbers 8 $((meta + 32)) 1)))
	bucket=$(leaves $((root * page_size)) | while read -r flags key key_size value_size; do
		[ "$flags:$(bytes "$key" "$key_size")" != 1:members ] || echo $((key + key_size))
	done)
	[ -n "$bucket" ] || return 1
	root=$(($(numbers 8 "$bucket" 1)))
	if [ "$root" = 0 ]; then root=$((bucket + 16)); else root=$((root * page_size)); fi
	leaves "$root" | while read -r flags key key_size value_size; do
		case $(bytes $((key + key_size)) "$value_size") in
		*'"isLearner":true'*) echo "$(bytes "$key" "$key_size") learner" ;;
		*) echo "$(bytes "$key" "$key_size") voter" ;;
		esac
	done
}

# leaves OFFSET: prints "FLAGS KEY KEY-SIZE VALUE-SIZE" for each element of the page at this offset and of the pages below it,
# with the key as an offset in the file.
leaves() {
	local element=$(($1 + 16))
	set -- $(numbers 2 $(($1 + 8)) 2)
	[ "$2" -gt 0 ] || return 0
	if [ $(($1 & 2)) = 0 ]; then
		set -- $(numbers 8 "$element" $(($2 * 2)))
		while [ "$#" -gt 0 ]; do
			leaves $(($2 * page_size))
			shift 2
		done
	else
		set -- $(numbers 4 "$element" $(($2 * 4)))
		while [ "$#" -gt 0 ]; do
			echo "$1 $((element + $2)) $3 $4"
			element=$((element + 16))
			shift 4
		done
	fi
}

# numbers SIZE OFFSET COUNT: prints unsigned integers of so many bytes.
numbers() {
	od -An -v -t "u$1" -j "$2" -N "$(($1 * $3))" -- "$database"
}

# bytes OFFSET COUNT
bytes() {
	tail -c "+$(($1 + 1))" -- "$database" | head -c "$2"
}
