#!/usr/bin/env bash
# An extension module has RUNPATH $ORIGIN/libs; libs/libb.so, which it needs, needs libs/libc2.so and has no path of its own.
#
# Versions: glibc 2.36, musl 1.2.3 (musl-tools of Debian 12), gcc 12.
# An expert would guess: the two loaders agree, since both know the tag: RUNPATH is for the file's own needs alone (ld.so(8)),
#   and a library that is not found so in a manylinux wheel is not found in its musllinux wheel.
# Seen: glibc does not find libc2.so; musl looks in the paths of whatever loaded the file, RUNPATH or RPATH, and opens it. With
#   RPATH in the module both open it; if libb.so has a RUNPATH, glibc forgets the RPATH of the module, and musl does not. A wheel
#   that was tested on Alpine alone may fail on Debian.
# Needs: musl-gcc (apt-get install musl-tools), gcc. Exits 1 if the behaviour changes.
. "$(dirname "$0")/common.sh"
mkdir libs
echo 'int c2(void) { return 7; }' > c2.c
echo 'int c2(void); int b(void) { return c2(); }' > b.c
echo 'int b(void); int module(void) { return b(); }' > module.c
cat > opens.c << 'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void) {
    puts(dlopen("./module.so", RTLD_NOW) ? "opened" : "not found");
    return 0;
}
C
# opened COMPILER TAGS-OF-THE-MODULE FLAGS-OF-LIBB…
opened() {
    "$1" -shared -fPIC -Wl,-soname,libc2.so -o libs/libc2.so c2.c
    "$1" -shared -fPIC -Wl,-soname,libb.so "${@:3}" -o libs/libb.so b.c libs/libc2.so
    "$1" -shared -fPIC "-Wl,$2,-rpath,\$ORIGIN/libs" -o module.so module.c libs/libb.so
    "$1" -o opens opens.c -ldl
    ./opens
}
expect 'not found, opened' "$(opened gcc --enable-new-dtags), $(opened musl-gcc --enable-new-dtags)"
expect 'opened, opened' "$(opened gcc --disable-new-dtags), $(opened musl-gcc --disable-new-dtags)"
elsewhere=-Wl,--enable-new-dtags,-rpath,/elsewhere
expect 'not found, opened' "$(opened gcc --disable-new-dtags $elsewhere), $(opened musl-gcc --disable-new-dtags $elsewhere)"
