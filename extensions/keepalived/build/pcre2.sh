#!/bin/sh
# PCRE2 with 8-bit characters and the just-in-time compiler, for REGEX.
set -eu
# shellcheck source=env.sh
. /build/env.sh
# shellcheck source=common.sh
. /build/common.sh
unpack pcre2

quietly ./configure --build="$build" --host="$host" --prefix=/usr --libdir=/usr/lib --disable-shared --enable-jit
quietly make -j "$(nproc)" libpcre2-8.la
# Not with `make install`, which would compile pcre2grep and the test programs first.
install -D -m 644 .libs/libpcre2-8.a /out/usr/lib/libpcre2-8.a
install -D -m 644 src/pcre2.h /out/usr/include/pcre2.h
install -D -m 644 libpcre2-8.pc /out/usr/lib/pkgconfig/libpcre2-8.pc
install -D -m 644 LICENCE* -t "$licenses/pcre2"
