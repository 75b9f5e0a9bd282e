#!/bin/sh
# Compiles sd-daemon.c, and installs it under the names with which keepalived's configure finds libsystemd.
set -eu
# shellcheck source=env.sh
. /build/env.sh

install -D -m 644 /build/sd-daemon.h /out/usr/include/systemd/sd-daemon.h
# shellcheck disable=SC2086 # the flags are several words
$CC $CPPFLAGS $CFLAGS -Wall -Wextra -Werror -c /build/sd-daemon.c -o /sd-daemon.o
mkdir -p /out/usr/lib/pkgconfig
$AR rcs /out/usr/lib/libsystemd.a /sd-daemon.o
cat > /out/usr/lib/pkgconfig/libsystemd.pc <<END
Name: libsystemd
Description: sd_notify alone
Version: 0
Libs: -lsystemd
END
