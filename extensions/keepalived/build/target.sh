#!/bin/sh
# Sets up cross-compiling for one architecture, in Docker's spelling: amd64 or arm64. Writes /target/env, which the other
# scripts read, and /target/root, where headers and libraries of the target come together.
set -eu

case $1 in
amd64) cpu=x86_64 openssl=linux-x86_64 protection=-fcf-protection ;;
arm64) cpu=aarch64 openssl=linux-aarch64 protection=-mbranch-protection=standard ;;
*)
	echo "target.sh: expected amd64 or arm64, found '$1'" >&2
	exit 1
	;;
esac
gnu=$cpu-linux-gnu

# musl's compiler wrapper refers to its files by absolute paths, which carry the architecture.
dpkg-deb --extract /inputs/musl-dev.deb /
mkdir -p /target/root
# The kernel's headers come with the compiler and not as an input: they are renewed with every kernel, and nothing of
# them but their version reaches the program.
dpkg-query --listfiles linux-libc-dev | sed -n -E 's,^/(usr/(include|lib/linux)),\1,p' |
	tar --create --directory / --no-recursion --files-from - | tar --extract --directory /target/root

licenses=/target/root/usr/share/licenses/keepalived
mkdir -p "$licenses"
cp /usr/share/doc/musl-dev/copyright "$licenses/musl"

cat > /target/env <<END
gnu=$gnu
# Unlike each other, so that configure scripts never run what they compile, and the same on every build machine, since
# keepalived keeps its options: the bytes must not depend on where they were made.
host=$cpu-linux-musl
build=x86_64-linux-gnu
openssl=$openssl
licenses=/out/usr/share/licenses/keepalived
export CC=$cpu-linux-musl-gcc AR=$gnu-gcc-ar RANLIB=$gnu-gcc-ranlib NM=$gnu-gcc-nm STRIP=$gnu-strip
# The wrapper hides the kernel's headers, hence -isystem. Nothing may name a path or a time of this build.
export CPPFLAGS='-isystem /target/root/usr/include -isystem /target/root/usr/include/$gnu'
export CFLAGS='-O2 -g0 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection $protection -ffile-prefix-map=/src=.'
export LDFLAGS='-static-pie -L/target/root/usr/lib -L/target/root/usr/lib/$gnu -Wl,-z,relro,-z,now,--gc-sections,--build-id=none'
export PKG_CONFIG_SYSROOT_DIR=/target/root
export PKG_CONFIG_LIBDIR=/target/root/usr/lib/pkgconfig:/target/root/usr/lib/$gnu/pkgconfig
END
