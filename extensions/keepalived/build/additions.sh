#!/bin/sh
# Compiles what keepalived needs and musl lacks: files of additions/, whose names say what they supply. Wherever
# a file defines __wrap_NAME, keepalived is linked so that it calls that instead of musl's NAME.
set -eu
# shellcheck source=env.sh
. /build/env.sh

for source in /build/additions/*.c; do
	# shellcheck disable=SC2086 # the flags are several words
	$CC $CPPFLAGS $CFLAGS -Wall -Wextra -Werror -c "$source" -o "$source.o"
done
mkdir -p /out/usr/include/additions /out/usr/lib
cp /build/additions/glob.h /out/usr/include/additions/
$AR rcs /out/usr/lib/libadditions.a /build/additions/*.o
# keepalived's makefiles put the flags in front of its objects, where nothing needs the library yet.
sed -n 's/^.*\<__wrap_\([a-z_]*\)(.*$/-Wl,--wrap=\1,--undefined=__wrap_\1/p' /build/additions/*.c >/out/usr/lib/additions.flags
