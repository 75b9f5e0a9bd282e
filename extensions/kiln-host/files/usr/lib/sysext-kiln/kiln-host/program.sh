# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# How this program updates itself: first, alone, and with a way back that does not depend on it.
#
# /var/lib/sysext-kiln/program/IMAGE is a copy of the program in an image. `good` and `trial` are links to two
# of them. The bootstrap (/etc/sysext-kiln/bootstrap) runs `trial`, or else `good`. It makes a trial good
# after two complete runs, and refuses it after two that are not complete, by a line in the file `refused`.

PROGRAMS=$VAR/program

# read_programs: sets `good` and `trial` to the images whose programs these are; empty if there is none.
read_programs() {
	good=$(readlink "$PROGRAMS/good") || good=
	trial=
	[ ! -L "$PROGRAMS/trial" ] || trial=$(readlink "$PROGRAMS/trial")
	good=${good##*/} trial=${trial##*/}
}

# resume_program: makes the state of the extension kiln-host agree with what the bootstrap has decided.
resume_program() {
	local entry
	[ "$linked" != '?' ] || return 0
	remember_boot
	count_time
	read_programs
	list_withdrawn
	if [ -r "$PROGRAMS/refused" ]; then
		while IFS= read -r entry; do
			if [ -z "$entry" ] || is_withdrawn "$entry" || is_listed_withdrawn "$entry"; then continue; fi
			refuse_program "$entry"
		done <"$PROGRAMS/refused"
	fi
	if [ -n "$trial" ]; then
		state=trial image=$trial previous=$good
		[ "$linked" = "$trial" ] || ! has_image "$trial" || point_link "$trial"
	elif [ -n "$linked" ] && [ "$linked" = "$good" ]; then
		[ "$state" != trial ] || report "$name: $good has completed its runs"
		state=settled image=$good running=$good
		remove_withdrawn
	elif [ -n "$good" ] && has_image "$good" && { [ -z "$linked" ] || ! has_image "$linked" || is_refused "$linked"; }; then
		state=settled image=$good previous='' running=$good
		point_link "$good"
	else
		# The link was moved by hand, or a run was cut off after it had moved the link.
		adopt_program
	fi
	save_state || :
}

# is_listed_withdrawn IMAGE: also while the index cannot be read.
is_listed_withdrawn() {
	[ -e "$PROGRAMS/withdrawn" ] && grep -qxF -- "$1" "$PROGRAMS/withdrawn"
}

# restore_transfer: a defective version of this program may have lost its own transfer. The bootstrap has a copy.
restore_transfer() {
	local folder=$R/etc/sysupdate.kiln-host.d
	[ -e "$folder/kiln-host.conf" ] || [ ! -e "$ETC/recovery/kiln-host.conf" ] || {
		report "kiln-host: $folder/kiln-host.conf is missing, and is restored"
		mkdir -p "$folder" && cp "$ETC/recovery/kiln-host.conf" "$folder/kiln-host.conf"
	}
}

# list_withdrawn: the bootstrap cannot read the index. Once a day it fetches the newest image in the manifest, and an
# attacker may have replayed that manifest. The bootstrap skips the images in `refused`, so withdrawn ones are listed there
# as well. The file `withdrawn` remembers which ones they are, so that they can be taken out again if the
# withdrawal is undone. The good program stays usable.
list_withdrawn() {
	local line text='' before='' listed='' now_listed='' IFS=$newline
	case $index_number in
	'' | 0) return 0 ;;
	esac
	set -f
	for line in $offers; do
		case $line in
		"withdrawn $good "*) ;;
		withdrawn\ *) line=${line#* } text=$text${line%% *}$newline ;;
		esac
	done
	set +f
	if [ -z "$text" ] && [ ! -e "$PROGRAMS/withdrawn" ]; then return 0; fi
	while IFS= read -r line; do before=$before$line$newline; done 2>/dev/null <"$PROGRAMS/withdrawn"
	while IFS= read -r line; do
		listed=$listed$line$newline
		case $newline$before$text in
		*"$newline$line$newline"*) ;;
		*) now_listed=$now_listed$line$newline ;;
		esac
	done 2>/dev/null <"$PROGRAMS/refused"
	now_listed=$now_listed$text
	if [ "$listed" = "$now_listed" ] && [ "$before" = "$text" ]; then return 0; fi
	# In this order, so that a power cut leaves no name in "refused" that is never removed.
	if ! { write_durably "$PROGRAMS/withdrawn" "$before$text" && write_durably "$PROGRAMS/refused" "$now_listed" &&
		write_durably "$PROGRAMS/withdrawn" "$text"; }; then note "$name: cannot write to $PROGRAMS"; fi
}

# remove_withdrawn: every day the bootstrap, which does not read the index, tries the newest image on disk.
remove_withdrawn() {
	local file
	for file in "$images/$name"-*"$after"; do
		file=${file##*/}
		if [ "$file" = "$good" ] || ! is_withdrawn "$file"; then continue; fi
		[ "$previous" != "$file" ] || previous=''
		note "$name: removing $file, which was withdrawn"
		rm -f "$images/$file" || report "$name: cannot remove $images/$file"
	done
}

refuse_program() {
	is_refused "$1" && return 0
	refuse "$1" "did not complete its runs"
	alarm "$name: $1 did not complete its runs; $good is used again"
}

# adopt_program: the linked image is not the one whose program runs.
adopt_program() {
	has_image "$linked" || return 0
	image=$good
	if [ -n "$good" ] && has_image "$good"; then
		version_of "$good"
		local good_version=$version
		version_of "$linked"
		is_newer "$version" "$good_version" || refuse "$good" "an operator went back"
	fi
	try_program "$linked" || {
		[ -z "$good" ] || ! has_image "$good" || point_link "$good"
		state=settled image=$linked
	}
}

# update_program: takes a newer image of kiln-host, if there is one. Returns 0 if its program is to run at
# once.
update_program() {
	[ -z "$trial" ] && [ -z "$held" ] || return 1
	find_newer
	[ -n "$image_found" ] && is_genuine "$image_found" || return 1
	try_program "$image_found"
}

# try_program IMAGE: copies the program of an image, tests it, and makes it the trial.
try_program() {
	local new=$1 folder="$PROGRAMS/$1"
	rm -rf "$folder" "$folder.new"
	if ! { mkdir -p "$PROGRAMS" && read_image "$images/$new" "$name" "$folder.new" && [ -f "$folder.new/kiln-host" ]; }; then
		rm -rf "$folder.new"
		wait_for "$new" "its program cannot be copied to $PROGRAMS"
		return 1
	fi
	if ! timeout -k 5 60 sh "$folder.new/kiln-host" self-test 9>&- </dev/null; then
		rm -rf "$folder.new"
		refuse "$new" "its self-test failed"
		alarm "$name: the self-test of $new failed; it is not used"
		save_state || :
		return 1
	fi
	install_program "$new" "$folder" || {
		rm -rf "$folder.new"
		wait_for "$new" "its program cannot be installed in $PROGRAMS"
		return 1
	}
	state=trial previous=$image image=$new
	trial=$new
	stop_waiting
	save_state || :
	point_link "$new" || :
	report "$name: trying $new"
}

# install_program IMAGE FOLDER: the link comes last, when everything that it leads to has reached the disk.
install_program() {
	local sums
	sums=$(cd "$2.new" && sha256sum -- *) &&
		printf '%s\n' "$sums" >"$2.new/SHA256SUMS" &&
		flush "$2.new"/* "$2.new" &&
		mv -T "$2.new" "$2" &&
		ln -sfn "$1" "$PROGRAMS/trial.new" &&
		flush "$PROGRAMS" &&
		mv -T "$PROGRAMS/trial.new" "$PROGRAMS/trial" &&
		flush "$PROGRAMS"
}

# tidy_programs: removes copies that are neither used nor tried, nor running now.
tidy_programs() {
	local folder
	set -- "$PROGRAMS"/*.raw
	[ "$#" -gt 1 ] || return 0
	read_programs
	for folder in "$PROGRAMS"/*.raw; do
		[ -d "$folder" ] || continue
		case ${folder##*/} in
		"$good" | "$trial" | "${PROGRAM_FOLDER##*/}") ;;
		*) rm -rf "$folder" ;;
		esac
	done
}
