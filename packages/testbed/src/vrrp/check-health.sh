#!/bin/sh
# check-health.sh HEALTH_FILE: succeeds if the file is there, and half of the time if it says `half`.
set -eu
[ -e "$1" ] || exit 1
grep --quiet half "$1" || exit 0
[ "$(od -A n -N 1 -t u1 /dev/urandom)" -ge 128 ]
