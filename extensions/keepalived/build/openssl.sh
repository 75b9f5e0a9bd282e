#!/bin/sh
# OpenSSL for TLS checks: only a client, without loading anything at run time and without algorithms that TLS
# does not use.
set -eu
# shellcheck source=env.sh
. /build/env.sh
# shellcheck source=common.sh
. /build/common.sh
unpack openssl

# no-async because musl has no ucontext; the rest makes the library smaller and the build faster.
quietly ./Configure "$openssl" --prefix=/usr --libdir=lib --openssldir=/etc/ssl \
	no-shared no-module no-dso no-engine no-legacy no-async no-autoload-config no-apps no-tests no-docs \
	no-quic no-dtls no-ssl3 no-comp no-srp no-srtp no-psk no-ct no-cms no-cmp no-ts no-rfc3779 no-http \
	no-ui-console no-uplink no-gost no-aria no-bf no-blake2 no-camellia no-cast no-idea no-md4 no-mdc2 no-ocb \
	no-rc2 no-rc4 no-rc5 no-rmd160 no-scrypt no-seed no-siv no-sm2 no-sm3 no-sm4 no-whirlpool no-ml-dsa no-slh-dsa \
	no-ec2m
quietly make -j "$(nproc)" build_libs
quietly make install_dev DESTDIR=/out

mkdir -p "$licenses"
cp LICENSE.txt "$licenses/openssl"
