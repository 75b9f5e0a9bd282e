#!/bin/sh
# run-keepalived.sh TREE FILES PROGRAM, in namespaces of its own (unshare --net --mount --pid --fork): has a
# keepalived check /etc/keepalived/keepalived.conf, and run with it until it has dumped its data, in the root
# file system TREE with the additional FILES. TREE stays as it is. Prints the messages and the exit status of
# the check, how the kernel schedules each of its processes, and the dumps.
set -eu
tree=$1 files=$2 program=$3
root=/mnt/root

mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work "$root"
mount -t overlay -o "lowerdir=$tree,upperdir=/mnt/upper,workdir=/mnt/work" overlay "$root"
cp -R "$files/." "$root"
mount -t proc proc /proc
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
ip link set lo up
ip link add eth0 type veth peer name peer0
ip link set peer0 up
ip link set eth0 up
ip address add 192.0.2.1/24 dev eth0

keepalived() {
	chroot "$root" "$program" --use-file=/etc/keepalived/keepalived.conf "$@" 2>&1
}
status=0
keepalived --config-test || status=$?
echo "status $status"

keepalived --dont-fork --log-console --log-detail >/mnt/log &
until grep --quiet --extended-regexp 'Startup complete|no configuration to run' /mnt/log; do
	[ -e "/proc/$!/exe" ] || exit 0
	sleep 0.1
done
pid=$(chroot "$root" cat /run/keepalived.pid)
for process in "$pid" $(cat "/proc/$pid/task/$pid/children"); do
	cut -d ' ' -f 19,40,41 "/proc/$process/stat" | sed 's/^/nice, real-time priority, policy: /'
done
kill -USR1 "$pid"
until [ -e "$root/tmp/keepalived_parent.data" ]; do sleep 0.1; done
kill "$pid"
wait
for file in "$root"/tmp/keepalived*.data; do
	echo "dump ${file##*/}"
	cat "$file"
done
