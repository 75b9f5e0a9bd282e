#!/bin/sh
# check.sh VERSION PROGRAM, in the folder where the program was compiled: fails if it is not the expected
# program. Only reads the program, because the build machine may be unable to run it.
set -eu
version=$1 program=$2

fail() {
	echo "keepalived: $*" >&2
	exit 1
}

# The banner of --version.
grep --quiet --text --fixed-strings "Keepalived v$version (" "$program" ||
	fail "expected version $version, the sources say '$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"$/\1/p' lib/config.h)'"

options=$(sed -n 's/^#define CONFIGURATION_OPTIONS "\(.*\)"$/\1/p' lib/config.h)
for feature in LVS VRRP VRRP_AUTH VRRP_VMAC NFTABLES REGEX JSON BFD SYSTEMD_NOTIFY; do
	case " $options " in
	*" $feature "*) ;;
	*) fail "compiled without $feature (it has: $options)" ;;
	esac
done

# Of glob.h in additions/.
system=$(sed -n 's/^#define SYSTEM_OPTIONS "\(.*\)"$/\1/p' lib/config.h)
for feature in GLOB_BRACE GLOB_ALTDIRFUNC; do
	case " $system " in
	*" $feature "*) ;;
	*) fail "compiled without $feature (it has: $system)" ;;
	esac
done

case $(file --brief "$program") in
*static-pie*stripped*) ;;
*) fail "expected a stripped static-pie program, found: $(file --brief "$program")" ;;
esac
