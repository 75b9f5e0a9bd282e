#!/bin/sh
# Updates a system extension while its service runs: fetches the newest image, waits for permission to
# restart, switches to the image, restarts the service, and watches its health. If it is unhealthy, the
# previous image is restored, and that version is not tried again. Can be killed at any point: the next run
# finishes the work. Made by sysext-kiln.
# Exit status: 0 updated or nothing to do, 1 failed, 75 postponed until the next run.
set -eu

# values
name=hello
service=hello.service
health_check=true
healthy_seconds=60
steady_seconds=10
restart_lock=''
link=/etc/extensions/hello.raw
images=/opt/extensions/hello
transfer=/etc/sysupdate.hello.d/hello.conf
# end of values

# Three files record the progress for the next run. "fetched" is a link that systemd-sysupdate makes at the
# moment when it has fetched an image; it is removed when that image is in use or refused. "before" exists
# while the link in use is being moved, until the service has been judged. "refused" lists the images that
# were unhealthy.
state=/var/lib/sysext-kiln
fetched=$state/$name.fetched
before=$state/$name.before
refused=$state/$name.refused
definitions=/run/sysext-kiln/$name.sysupdate.d
# Second name of the image in use while others may remove it: an operator may have gone back to what is now
# the oldest.
spare=$images/.in-use

# shellcheck source=sysupdate.sh
. "${0%/*}/sysupdate.sh"

# In a shell of its own, so that nothing in the health check can end this script.
check() {
	systemctl is-active --quiet "$service" && timeout 10 sh -c "$health_check"
}

# The service must become healthy in time, and then stay healthy for a while: it may start, and fail
# afterwards.
stays_healthy() {
	end=$(($(date +%s) + healthy_seconds)) healthy=0 restarts=
	while [ "$(date +%s)" -lt "$end" ]; do
		sleep 1
		now=$(systemctl show --property=NRestarts --value "$service")
		if [ "$now" = "$restarts" ] && check; then healthy=$((healthy + 1)); else healthy=0; fi
		restarts=$now
		[ "$healthy" -lt "$steady_seconds" ] || return 0
	done
	return 1
}

# lock acquire, lock release: the restart lock, if hosts may restart the service only one after the other.
# Acquiring it grants the time that a trial and the restoration may take; so does acquiring it again.
lock() {
	[ -n "$restart_lock" ] || return 0
	LOCK_SECONDS=$((2 * healthy_seconds + 60)) timeout 60 sh -euc "$restart_lock" restart-lock "$1"
}

restore_spare() {
	[ ! -e "$spare" ] || [ -e "$link" ] || ln "$spare" "$(readlink -m "$link")"
	rm -f "$spare"
}

fetch() {
	# Nobody may merge an image that waits: systemd-sysupdate moves another link than the one in use.
	mkdir -p "$definitions"
	sed "s|^CurrentSymlink=.*|CurrentSymlink=$fetched|" "$transfer" >"$definitions/$name.conf"
	waiting=$(readlink -e "$fetched") || waiting=
	[ ! -e "$link" ] || ln -f "$(readlink -e "$link")" "$spare"
	fetch_status=0
	# After a failed download systemd 262 refuses every other until a vacuum.
	{ sysupdate "$definitions" vacuum && sysupdate "$definitions" update; } || fetch_status=$?
	restore_spare
	# Only so many images are kept: one that a newer one has replaced must not displace the one in use.
	if [ -n "$waiting" ] && [ "$(readlink -e "$fetched")" != "$waiting" ]; then rm -f "$waiting"; fi
	return "$fetch_status"
}

switch_to() {
	ln -sfn "$1" "$link.new"
	mv -T "$link.new" "$link"
}

# Before anything was restarted: restores the previous state, and the fetched image waits.
undo() {
	switch_to "$old"
	systemd-sysext refresh || true
	rm -f "$before"
}

settle() {
	rm -f "$fetched" "$before"
}

is_refused() {
	[ -e "$refused" ] && grep -qxF "${new##*/}" "$refused"
}

# An unhealthy service may be restarted at any time.
may_restart() {
	! check || lock acquire
}

postpone() {
	echo "<4>$name: update to ${new##*/} postponed: $service may not be restarted now (see above); the next run tries again"
	exit 75
}

# --no-block: a service that never becomes ready must not keep the script from restoring the previous image.
restart_and_judge() {
	if systemctl restart --no-block "$service" && stays_healthy; then
		settle
		lock release || true
		echo "$name: ${new##*/} is healthy"
		exit 0
	fi
	echo "<3>$name: $service is unhealthy with ${new##*/}: restoring ${old##*/}, and not trying that version again"
	echo "${new##*/}" >>"$refused"
	go_back
}

go_back() {
	switch_to "$old"
	systemd-sysext refresh || true
	systemctl restart --no-block "$service" || true
	if stays_healthy; then
		lock release || true
		echo "$name: ${old##*/} is healthy"
	else
		echo "<2>$name: $service is unhealthy with ${old##*/} as well"
	fi
	# The refused image must not take the place of the working one among the images that are kept.
	rm -f "$new"
	settle
	exit 1
}

mkdir -p "$state"
restore_spare
if [ -e "$before" ]; then interrupted=yes; else interrupted=; fi
fetch_status=0
[ -n "$interrupted" ] || fetch || fetch_status=$?
if [ ! -e "$fetched" ]; then
	rm -f "$fetched" "$before"
	exit "$fetch_status"
fi
new=$(readlink -e "$fetched")
# Empty if this is the host's first image.
old=$(cat "$before" 2>/dev/null || readlink -e "$link") || old=

if [ -n "$interrupted" ]; then
	if [ "$(systemctl show --property=ActiveState --value "$service")" = inactive ]; then
		# The link may not have been moved yet, and systemd-sysupdate fetches no image twice.
		if is_refused; then
			switch_to "$old"
			rm -f "$new"
		else
			switch_to "$new"
		fi
		systemd-sysext refresh
		settle
		exit 0
	fi
	if is_refused; then
		may_restart || postpone
		go_back
	fi
	if [ "$(readlink -e "$link")" = "$new" ]; then
		systemd-sysext refresh
		may_restart || postpone
		restart_and_judge
	fi
	undo
fi

if [ "$new" = "$old" ]; then
	settle
	exit 0
fi
if is_refused; then
	rm -f "$new"
	settle
	exit 0
fi
if [ -z "$old" ] || [ "$(systemctl show --property=MainPID --value "$service")" = 0 ]; then
	# The service does not run, so the update disturbs nothing: it is not set up yet, or was stopped.
	switch_to "$new"
	systemd-sysext refresh
	settle
	exit 0
fi

lock acquire || postpone
echo "$old" >"$before.new"
mv "$before.new" "$before"
switch_to "$new"
if ! systemd-sysext refresh; then
	undo
	lock release || true
	echo "<3>$name: ${new##*/} cannot be merged (see above): keeping ${old##*/}; the next run tries again"
	exit 1
fi
# Again, immediately before the restart: the lock must still be this host's, and for the whole time.
if ! lock acquire; then
	undo
	postpone
fi
echo "$name: updating from ${old##*/} to ${new##*/}"
restart_and_judge
