#!/bin/sh
# The netlink libraries, as compiled by the distribution. They are plain C and need only those functions of
# glibc that glibc-names.c defines, which is added to every archive. If a later version needs more, linking
# keepalived fails.
set -eu
# shellcheck source=env.sh
. /build/env.sh

for package in libmnl-dev libnftnl-dev libnl-3-dev libnl-genl-3-dev; do
	dpkg-deb --extract "/inputs/$package.deb" /netlink
done
mkdir -p /out/usr "$licenses" "/out/usr/lib/$gnu"
cp -R /netlink/usr/include /out/usr/
cp -R "/netlink/usr/lib/$gnu/pkgconfig" /netlink/usr/lib/"$gnu"/*.a "/out/usr/lib/$gnu/"
for package in libmnl libnftnl libnl-3; do
	cp "/netlink/usr/share/doc/$package-dev/copyright" "$licenses/$package"
done
# The licence that these copyright files refer to.
cp /usr/share/common-licenses/LGPL-2.1 "$licenses/"

# shellcheck disable=SC2086 # the flags are several words
$CC $CPPFLAGS $CFLAGS -Wall -Wextra -Werror -c /build/glibc-names.c -o /glibc-names.o
for archive in "/out/usr/lib/$gnu"/*.a; do
	$AR rs "$archive" /glibc-names.o
done
