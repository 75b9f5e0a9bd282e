# shellcheck shell=sh disable=SC2034 # for the scripts that read it
# Read by the other scripts: how to cross-compile for the architecture that target.sh was called with.
case $(cat /target/architecture) in
amd64) cpu=x86_64 openssl=linux-x86_64 protection=-fcf-protection ;;
arm64) cpu=aarch64 openssl=linux-aarch64 protection=-mbranch-protection=standard ;;
*)
	echo "env.sh: expected amd64 or arm64, found '$(cat /target/architecture)'" >&2
	exit 1
	;;
esac
gnu=$cpu-linux-gnu
# Different from each other, so that configure scripts never run what they compile. The same on every build
# machine, because keepalived records its configure options: the bytes must not depend on the machine.
host=$cpu-linux-musl
build=x86_64-linux-gnu
licenses=/out/usr/share/licenses/keepalived
export CC=$cpu-linux-musl-gcc AR=$gnu-gcc-ar RANLIB=$gnu-gcc-ranlib NM=$gnu-gcc-nm STRIP=$gnu-strip
# The wrapper hides the kernel's headers, hence -isystem. The result must not contain a path or a time of the
# build.
export CPPFLAGS="-isystem /target/root/usr/include -isystem /target/root/usr/include/$gnu"
export CFLAGS="-O2 -g0 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection $protection -ffile-prefix-map=/src=."
export LDFLAGS="-static-pie -L/target/root/usr/lib -L/target/root/usr/lib/$gnu -Wl,-z,relro,-z,now,--gc-sections,--build-id=none"
export PKG_CONFIG_SYSROOT_DIR=/target/root
export PKG_CONFIG_LIBDIR=/target/root/usr/lib/pkgconfig:/target/root/usr/lib/$gnu/pkgconfig
