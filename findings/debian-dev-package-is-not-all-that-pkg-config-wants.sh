#!/usr/bin/env bash
# Debian: a -dev package installed by apt can be "not found" for pkg-config, which still links with it.
#
# Versions: libalpm-dev 13.0.2-3, pkgconf 1.8.1 (as pkg-config) and apt 2.6.1 of Debian 12; the same with
#   libalpm-dev 15.0.0-1+b1 and pkgconf 1.8.1 of Debian 13.
# An expert would guess: apt installs whatever a -dev package needs to be used; Requires.private matters
#   to `pkg-config --static` alone, so `--exists` and `--cflags` answer for a shared library without it.
# Seen: libalpm.pc has "Requires.private: libcrypto, libarchive, libcurl, gpgme"; libalpm-dev depends on
#   none of their -dev packages. `--libs` and `--modversion` answer, `--exists` and `--cflags` fail: a
#   build that checks before it links (meson, the pkgconfig module of PyPI) says "libalpm not found".
#   Of 1,017 .pc files of Debian 13 that were looked at, 20 want packages that apt does not bring.
#
# Needs: an apt of Debian with lists (apt-get update), dpkg-deb, pkg-config. Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
touch status

others=$(apt-get --simulate -o Dir::State::status="$folder/status" --no-install-recommends install libalpm-dev \
    2>/dev/null | grep -cE '^Inst lib(ssl|archive|curl4-openssl|gpgme)-dev ' || true)
apt-get download libalpm-dev >download.log 2>&1
dpkg-deb -x libalpm-dev_*.deb unpacked
PKG_CONFIG_LIBDIR=$(dirname unpacked/usr/lib/*/pkgconfig/libalpm.pc)
export PKG_CONFIG_LIBDIR

answers() { pkg-config "$1" libalpm >answer.log 2>&1 && echo yes || echo no; }
found="$others $(answers --libs) $(answers --modversion) $(answers --exists) $(answers --cflags)"
echo "-dev packages that come along, --libs, --modversion, --exists, --cflags: $found"
[ "$found" = "0 yes yes no no" ]
