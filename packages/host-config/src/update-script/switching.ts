/**
 * Shell functions of the update script that change what is in use: `switch_to`, `undo` and `settle`, and three that end
 * the script, `put_off`, `restart_and_judge` and `go_back`.
 */
export function switching(name: string): string {
  return `switch_to() {
	ln -sfn "$1" "$link.new"
	mv -T "$link.new" "$link"
}

# Before anything was restarted: everything as it was, and the fetched image waits.
undo() {
	switch_to "$old"
	systemd-sysext refresh || true
	rm -f "$before"
}

settle() {
	rm -f "$fetched" "$before"
}

# Of a service that is not well nothing is left to disturb.
may_restart() {
	! check || lock acquire
}

put_off() {
	echo "<4>${name}: \${new##*/} waits: $service may not be restarted now (said above); the next run tries again"
	exit 75
}

# Without waiting: a service that never gets ready must not keep the script from going back.
restart_and_judge() {
	if systemctl restart --no-block "$service" && stays_healthy; then
		settle
		lock release || true
		echo "${name}: \${new##*/} is well"
		exit 0
	fi
	echo "<3>${name}: $service is not well with \${new##*/}: going back to \${old##*/}, and not trying that version again"
	echo "\${new##*/}" >>"$refused"
	go_back
}

go_back() {
	switch_to "$old"
	systemd-sysext refresh || true
	systemctl restart --no-block "$service" || true
	if stays_healthy; then
		lock release || true
		echo "${name}: \${old##*/} is well"
	else
		echo "<2>${name}: $service is not well with \${old##*/} either"
	fi
	# Its image goes, so that it does not take the place of the one that works among those that are kept.
	rm -f "$new"
	settle
	exit 1
}
`;
}
