#!/bin/sh
# Installs sd-daemon.c under the names by which keepalived's configure looks for libsystemd.
set -eu
. /target/env

install -D -m 644 /build/sd-daemon.h /out/usr/include/systemd/sd-daemon.h
# shellcheck disable=SC2086 # flags are words
$CC $CPPFLAGS $CFLAGS -Wall -Wextra -Werror -c /build/sd-daemon.c -o /sd-daemon.o
mkdir -p /out/usr/lib/pkgconfig
$AR rcs /out/usr/lib/libsystemd.a /sd-daemon.o
cat > /out/usr/lib/pkgconfig/libsystemd.pc <<END
Name: libsystemd
Description: sd_notify alone
Version: 0
Libs: -lsystemd
END
