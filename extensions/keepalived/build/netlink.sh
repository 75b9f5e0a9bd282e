#!/bin/sh
# The netlink libraries, as the distribution has compiled them: plain C that needs from glibc only the names that
# glibc-names.c defines, which every archive gets with it. keepalived's link fails if a later version needs more.
set -eu
. /target/env

for package in libmnl-dev libnftnl-dev libnl-3-dev libnl-genl-3-dev; do
	dpkg-deb --extract "/inputs/$package.deb" /netlink
done
mkdir -p /out/usr "$licenses" "/out/usr/lib/$gnu"
cp -R /netlink/usr/include /out/usr/
cp -R "/netlink/usr/lib/$gnu/pkgconfig" /netlink/usr/lib/"$gnu"/*.a "/out/usr/lib/$gnu/"
for package in libmnl libnftnl libnl-3; do
	cp "/netlink/usr/share/doc/$package-dev/copyright" "$licenses/$package"
done
# The text that these copyright files refer to.
cp /usr/share/common-licenses/LGPL-2.1 "$licenses/"

# shellcheck disable=SC2086 # flags are words
$CC $CPPFLAGS $CFLAGS -Wall -Wextra -Werror -c /build/glibc-names.c -o /glibc-names.o
for archive in "/out/usr/lib/$gnu"/*.a; do
	$AR rs "$archive" /glibc-names.o
done
