#!/bin/sh
# keepalived.sh VERSION: compiles keepalived, and leaves the results of the whole build in /out.
set -eu
version=$1
# shellcheck source=env.sh
. /build/env.sh
# shellcheck source=common.sh
. /build/common.sh
unpack keepalived
for patch in /build/patches/*.patch; do
	patch_quietly <"$patch" || {
		echo "keepalived.sh: $(basename "$patch") does not apply to keepalived $version" >&2
		exit 1
	}
done
set_times

# A git tag has no configure script; release tarballs have one.
[ -x configure ] || {
	quietly ./autogen.sh
	set_times
}

# The functions of additions/ replace musl's.
CPPFLAGS="-I/target/root/usr/include/additions $CPPFLAGS"
LDFLAGS="$LDFLAGS $(tr '\n' ' ' </target/root/usr/lib/additions.flags)-ladditions"

# iproute's directories and init are given because configure would otherwise take those of this machine.
quietly ./configure --build="$build" --host="$host" --prefix=/usr --sysconfdir=/etc --runstatedir=/run \
	--with-init=systemd --with-systemdsystemunitdir=/usr/lib/systemd/system \
	--with-iproute-usr-dir=/usr/share/iproute2 --with-iproute-etc-dir=/etc/iproute2 \
	--enable-bfd --enable-json --enable-nftables --enable-regex --enable-systemd \
	--disable-dynamic-linking --disable-iptables --disable-snmp --disable-dbus \
	--disable-dependency-tracking
quietly make -j "$(nproc)"

out=/out/tree/usr
install -D -m 755 keepalived/keepalived $out/bin/keepalived
"$STRIP" --strip-all $out/bin/keepalived
mkdir -p $out/share/licenses
cp -R /target/root/usr/share/licenses/keepalived $out/share/licenses/
cp COPYING $out/share/licenses/keepalived/keepalived
cp /packages.txt /out/
sh /build/check.sh "$version" $out/bin/keepalived

chmod -R u=rwX,go=rX /out
find /out -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
