#!/usr/bin/env bash
# A package opens its library by path (ctypes.CDLL(".../libfoo.so.1", RTLD_GLOBAL)) and then imports an extension module that
# needs libfoo.so.1 and has no RPATH to it: does it load?
#
# Versions: musl 1.2.3 (musl-tools of Debian 12), glibc 2.36, gcc 12.
# An expert would guess: yes, on both: what is open already is found by its soname; packages that spread their libraries over
#   several wheels rest on that, with loops of CDLL in their __init__.py.
# Seen: glibc loads it. musl does not know sonames: it remembers a name only for libraries that it found by searching, and says
#   "Error loading shared library libfoo.so.1". In a musllinux wheel opening first is in vain, an RPATH is needed.
# Needs: musl-gcc (apt-get install musl-tools), gcc. Exits 1 if the behaviour changes.
. "$(dirname "$0")/common.sh"
mkdir libs
echo 'int foo(void) { return 7; }' > foo.c
echo 'int foo(void); int module(void) { return foo(); }' > module.c
cat > opens.c << 'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void) {
    if (!dlopen("libs/libfoo.so.1", RTLD_NOW | RTLD_GLOBAL)) puts(dlerror());
    puts(dlopen("./module.so", RTLD_NOW) ? "opened" : dlerror());
    return 0;
}
C
for compiler in gcc musl-gcc; do
    "$compiler" -shared -fPIC -Wl,-soname,libfoo.so.1 -o libs/libfoo.so.1 foo.c
    "$compiler" -shared -fPIC -o module.so module.c libs/libfoo.so.1
    "$compiler" -o opens opens.c -ldl
    ./opens > "said-$compiler"
done
expect opened "$(cat said-gcc)"
expect "Error loading shared library libfoo.so.1" "$(grep -o 'Error loading shared library libfoo.so.1' said-musl-gcc)"
