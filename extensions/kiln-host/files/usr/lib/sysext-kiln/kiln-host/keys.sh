# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# The keys that this host trusts. A signed index states which keys its repository uses, so a key can be replaced
# by another one without touching hosts: the index that the old key signs announces the next one, and the first
# index that the next one signs retires the old one. Keys of others in the same keyring stay.

# apply_keys INDEX ACCEPTED: installs the keys of an accepted index. While that fails, ACCEPTED.keys exists, and the
# next check tries it again before it downloads anything: what is on offer by then may be signed by a new key.
apply_keys() {
	if ! install_keys "$1"; then
		true >"$2.keys" || :
	elif [ -e "$2.keys" ]; then
		rm -f "$2.keys"
	fi
}

# report_keys: a person is needed as long as keys could not be installed.
report_keys() {
	local file
	for file in "$VAR"/index/*.keys; do
		[ ! -e "$file" ] || alarm "the keys that the index announces cannot be installed in $R/etc/systemd/import-pubring.gpg"
	done
}

# install_keys INDEX: makes the keyring contain the keys that an accepted index states, and none that it
# retires.
install_keys() {
	local line work known='' wanted='' added='' status=0 keyring=$R/etc/systemd/import-pubring.gpg
	[ "$verify" != no ] && [ -f "$keyring" ] || return 0
	work=$(mktemp -d) || return 1
	cp "$keyring" "$work/all.gpg" && known=$(fingerprints "$work/all.gpg") || status=1
	[ -n "$known" ] || {
		rm -rf "$work"
		return "$status"
	}
	while IFS= read -r line; do
		case $line in
		'key '*)
			line=${line#* }
			case " $known " in
			*" ${line%% *} "*) continue ;;
			esac
			if printf '%s' "${line#* }" | base64 -d >>"$work/all.gpg"; then added="$added ${line%% *}"; else status=1; fi
			;;
		'image '*) break ;;
		esac
	done <"$1"
	known=$(fingerprints "$work/all.gpg")
	for line in $known; do
		grep -qx "retired $line" "$1" || wanted="$wanted $line"
	done
	if [ "$known" != "${wanted# }" ] || [ -n "$added" ]; then replace_keyring "$work" || status=1; fi
	rm -rf "$work"
	return "$status"
}

# replace_keyring FOLDER: with the keys `wanted` among those in all.gpg.
replace_keyring() {
	# shellcheck disable=SC2086 # words
	if [ -n "$wanted" ] && gpg_in "$1" --keyring "$1/all.gpg" --export $wanted >"$1/wanted.gpg" &&
		[ "$(fingerprints "$1/wanted.gpg")" = "${wanted# }" ] &&
		cp "$1/wanted.gpg" "$keyring.new" && flush "$keyring.new" && mv "$keyring.new" "$keyring"; then
		flush "${keyring%/*}" || :
		report "this host now trusts the keys$wanted for updates"
	else
		rm -f "$keyring.new"
		return 1
	fi
}

# fingerprints KEYRING: prints those of its keys, on one line.
fingerprints() {
	gpg_in "${1%/*}" --keyring "$1" --with-colons --list-keys |
		sed -n '/^pub/,/^fpr/s/^fpr:*\([0-9A-F]*\):.*/\1/p' | tr '\n' ' ' | sed 's/ $//'
}
