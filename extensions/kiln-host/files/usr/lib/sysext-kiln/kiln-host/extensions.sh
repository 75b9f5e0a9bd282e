# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# Which extensions this host has, and their images.
#
# One extension at a time is the current one. `open_extension` sets its variables:
#   name                   of the extension
#   link                   the link in /etc/extensions by which systemd-sysext finds its image
#   images                 the folder of its images
#   before, after          the parts of an image's name around the version, from the transfer's MatchPattern=
#   linked                 the image that the link points to: empty if there is none, "?" if it is not ours
#   held                   "yes" if an operator wants no other image; a file in /etc, because an operator decides it
# and those of its state file (state.sh). An image is always a file name, without a folder.

# find_extensions: sets `extensions` to the names of those that this program manages.
find_extensions() {
	local file name
	extensions=
	for file in "$R"/etc/sysupdate.*.d/*.conf; do
		name=${file##*/} name=${name%.conf}
		if [ "$file" != "$R/etc/sysupdate.$name.d/$name.conf" ] || [ ! -f "$file" ]; then continue; fi
		read_transfer "$file"
		[ "$target" != "/opt/extensions/$name" ] || extensions="$extensions $name"
	done
	read_links
}

# read_transfer FILE: sets `target`, `pattern` and `verify` from a transfer (sysupdate.d(5)); and `source` to its
# sections about where images come from, without the pattern; and `source_path` to the URL of that place.
read_transfer() {
	local line section=''
	target='' pattern='' verify=yes source='' source_path=''
	while IFS= read -r line || [ -n "$line" ]; do
		case $section:$line in
		*:'[Transfer]' | *:'[Source]' | '[Transfer]:'*=* | '[Source]:'[!M]*=*) source=$source$line$newline ;;
		esac
		case $section$line in
		*'['*']') section=${line} ;;
		'[Transfer]Verify='*) verify=${line#*=} ;;
		'[Source]Path='*) source_path=${line#*=} ;;
		'[Source]MatchPattern='*) pattern=${line#*=} pattern=${pattern%% *} ;;
		'[Target]Path='*) target=${line#*=} target=${target%/} ;;
		esac
	done <"$1"
	case $verify in
	no | n | false | f | off | 0) verify=no ;;
	*) verify=yes ;;
	esac
}

# write_transfer FILE: copies a transfer so that systemd-sysupdate only fetches: it moves no link, and removes
# no image.
write_transfer() {
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		CurrentSymlink=* | InstancesMax=*) ;;
		'[Target]') printf '[Target]\nInstancesMax=1000\n' ;;
		*) printf '%s\n' "$line" ;;
		esac
	done <"$1"
}

# open_extension NAME: makes an extension the current one.
open_extension() {
	name=$1
	link=$LINKS/$name.raw
	images=$R/opt/extensions/$name
	transfer=$R/etc/sysupdate.$name.d/$name.conf
	read_transfer "$transfer"
	case $pattern in
	*%a*) pattern=${pattern%%\%a*}$architecture${pattern#*\%a} ;;
	esac
	before=${pattern%%@v*} after=${pattern#*@v}
	held=''
	[ ! -e "$ETC/$name/held" ] || held=yes
	read_link
	load_state
	load_offers
}

# read_links: sets `link_targets` to the targets of all links, a line for each, by one process. It is emptied as soon as they may
# have changed.
read_links() {
	local extension path
	set --
	for extension in $extensions; do
		[ ! -L "$LINKS/$extension.raw" ] || set -- "$@" "$LINKS/$extension.raw"
	done
	link_targets=$newline
	[ "$#" -gt 0 ] || return 0
	while IFS= read -r path; do
		link_targets="$link_targets${1##*/} $path$newline"
		[ "$#" -lt 2 ] || shift
	done <<END
$(readlink -- "$@")
END
}

read_link() {
	local path=''
	linked=
	if [ -L "$link" ]; then
		case $link_targets in
		*"$newline$name.raw "*) path=${link_targets#*"$newline$name.raw "} path=${path%%"$newline"*} ;;
		*) path=$(readlink "$link") ;;
		esac
		linked='?'
		[ "$path" != "/opt/extensions/$name/${path##*/}" ] || linked=${path##*/}
	elif [ -e "$link" ]; then
		linked='?'
	fi
}

# version_of IMAGE: sets `version`, also of an image of another series: 3.5.30 for etcd-3.5.30-x86-64.raw and
# the pattern etcd-3.6.@v-%a.raw.
version_of() {
	version=${1#"$name"} version=${version#-} version=${version#v}
	case $version in
	*"$after") version=${version%"$after"} ;;
	*) version=${version%.raw} ;;
	esac
}
