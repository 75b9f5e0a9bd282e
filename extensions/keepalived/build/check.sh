#!/bin/sh
# check.sh VERSION PROGRAM, in the folder where it was compiled: fails when it is not the program that was asked for.
# Reads it instead of running it, which the build machine may not be able to.
set -eu
version=$1 program=$2

fail() {
	echo "keepalived: $*" >&2
	exit 1
}

# The banner of --version, as the compiler put it together.
grep --quiet --text --fixed-strings "Keepalived v$version (" "$program" ||
	fail "expected version $version, the sources say '$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' lib/config.h)'"

options=$(sed -n 's/^#define CONFIGURATION_OPTIONS "\(.*\)"$/\1/p' lib/config.h)
for feature in LVS VRRP VRRP_AUTH VRRP_VMAC NFTABLES REGEX JSON BFD SYSTEMD_NOTIFY; do
	case " $options " in
	*" $feature "*) ;;
	*) fail "compiled without $feature (it has: $options)" ;;
	esac
done

case $(file --brief "$program") in
*static-pie*stripped*) ;;
*) fail "expected a stripped static-pie program, found: $(file --brief "$program")" ;;
esac
