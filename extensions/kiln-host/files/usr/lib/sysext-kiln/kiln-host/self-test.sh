# shellcheck shell=dash disable=SC2034,SC2154 # variables are shared between the files
# What a new version of this program must do before it is tried: `kiln-host self-test`. It changes nothing on
# the host.

self_test() {
	local folder status=0
	folder=$(mktemp -d) || return 1
	test_programs && test_parts "$folder" || status=1
	rm -rf "$folder"
	[ "$status" = 0 ] && echo "kiln-host: self-test passed"
	return "$status"
}

# expect TEXT TEXT WHAT
expect() {
	[ "$1" = "$2" ] || {
		echo "kiln-host: self-test: expected $3 to be \"$2\", found \"$1\"" >&2
		return 1
	}
}

# test_programs: whether this host has everything that the program calls.
test_programs() {
	local program
	for program in base64 cat chmod cp date flock grep ln mkdir mktemp mount mv od readlink rm rmdir sed sha256sum sleep sync systemctl systemd-analyze \
		systemd-sysext tail timeout tr umount uname unshare; do
		command -v "$program" >/dev/null || {
			echo "kiln-host: self-test: this host has no program $program" >&2
			return 1
		}
	done
}

# test_parts FOLDER: states, transfers, versions and the status, below another root.
test_parts() {
	R=$1 VAR=$1/var/lib/sysext-kiln RUN=$1/run/sysext-kiln LINKS=$1/etc/extensions ETC=$1/etc/sysext-kiln
	mkdir -p "$R/etc/sysupdate.test.d" "$R/opt/extensions/test" "$LINKS" "$ETC" "$RUN" || return 1
	printf '%s\n' '[Transfer]' 'Verify=yes' '[Source]' 'MatchPattern=test-1.@v-%a.raw' '[Target]' \
		'Path=/opt/extensions/test' >"$R/etc/sysupdate.test.d/test.conf"
	true >"$R/opt/extensions/test/test-1.10-x86-64.raw"
	true >"$R/opt/extensions/test/test-1.9-x86-64.raw"
	ln -s /opt/extensions/test/test-1.9-x86-64.raw "$LINKS/test.raw"
	architecture=x86-64
	read_settings
	find_extensions
	expect "$extensions" ' test' 'the list of extensions' || return 1
	open_extension test
	expect "$state:$linked" 'unknown:test-1.9-x86-64.raw' 'a new host' || return 1
	newest_image 1.9
	expect "$image_found" test-1.10-x86-64.raw 'the newest image' || return 1
	state=settled image=$linked
	refuse test-1.10-x86-64.raw 'was unhealthy'
	save_state || return 1
	open_extension test
	newest_image 1.9
	expect "$state:$image:$image_found" 'settled:test-1.9-x86-64.raw:' 'the state that was saved' || return 1
	echo damage >>"$VAR/state/test"
	sed -i 's/settled/trial/' "$VAR/state/test"
	open_extension test
	expect "$state" unknown 'a damaged state'
}
