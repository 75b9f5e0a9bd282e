#!/bin/sh
# target.sh ARCHITECTURE, in Docker's spelling (amd64 or arm64): prepares cross-compiling for it. Writes the
# architecture for env.sh, and /target/root, the headers and libraries of the target.
set -eu

mkdir -p /target/root
echo "$1" >/target/architecture
# shellcheck source=env.sh
. /build/env.sh

# musl's compiler wrapper refers to its files by absolute paths, which contain the architecture.
dpkg-deb --extract /inputs/musl-dev.deb /
# The kernel's headers come with the compiler and are not an input: they change with every kernel, and only
# their version becomes part of the program.
dpkg-query --listfiles linux-libc-dev | sed -n -E 's,^/(usr/(include|lib/linux)),\1,p' |
	tar --create --directory / --no-recursion --files-from - | tar --extract --directory /target/root

mkdir -p /target/root/usr/share/licenses/keepalived
cp /usr/share/doc/musl-dev/copyright /target/root/usr/share/licenses/keepalived/musl
