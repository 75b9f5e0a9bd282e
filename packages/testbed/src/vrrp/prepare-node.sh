#!/bin/sh
# prepare-node.sh DEVICE HEALTH_FILE ADDRESS/PREFIX ADDRESS6/PREFIX: prepares a node, from inside.
set -eu
device=$1 health_file=$2 address=$3 address6=$4

mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
umount --recursive /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 -o ro cgroup2 /sys/fs/cgroup
touch "$health_file"
# Duplicate address detection takes seconds, and no other machine has these addresses.
for setting in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >"$setting"; done
ip link set lo up
ip address add "$address" dev "$device"
ip address add "$address6" dev "$device" nodad
ip link set "$device" up
