#!/usr/bin/env bash
# A library was linked on Debian and needs libc.so.6 and libm.so.6 (in a py3-none-any wheel, or copied between stages): what
# does the loader of Alpine say?
#
# Versions: musl 1.2.3 (musl-tools of Debian 12), glibc 2.36, gcc 12; no libc.so.6 is in musl's search path.
# An expert would guess: "Error loading shared library libc.so.6: No such file".
# Seen: it opens and runs. musl takes every name of the kind libc.*, libm.*, libpthread.*, libdl.*, librt.* for itself, and heeds
#   no symbol versions (GLIBC_2.29 here). What fails is a library with thread-local variables, which needs
#   ld-linux-x86-64.so.2 by name, and one with symbols that musl has not (__sprintf_chk of _FORTIFY_SOURCE). Whether a plain
#   glibc library works on musl is decided by its symbols, not by the libc that it names.
# Needs: musl-gcc (apt-get install musl-tools), gcc. Exits 1 if the behaviour changes.
. "$(dirname "$0")/common.sh"
cat > opens.c << 'C'
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **arguments) {
    void *library = dlopen(arguments[1], RTLD_NOW);
    double (*f)(double) = library ? (double (*)(double)) dlsym(library, "f") : 0;
    if (f) printf("f(8) is %.1f\n", f(8)); else puts(dlerror());
    return 0;
}
C
musl-gcc -o opens opens.c -ldl
printf '#include <math.h>\n#include <stdlib.h>\ndouble f(double x) { srand(8); return pow(x, 1.0 / 3); }\n' > plain.c
echo 'static __thread double y; double f(double x) { return y += x; }' > tls.c
printf '#include <stdio.h>\ndouble f(double x) { char b[9]; return sprintf(b, "%%d", (int) x); }\n' > fortified.c
for name in plain tls fortified; do
    gcc -O2 -D_FORTIFY_SOURCE=2 -shared -fPIC -o "$name.so" "$name.c" -lm
done
needed() { objdump -p "$1" | sed -n 's/ *NEEDED *//p' | paste -sd ' '; }
expect 'libm.so.6 libc.so.6' "$(needed plain.so)"
expect GLIBC_2.29 "$(objdump -p plain.so | grep -o 'GLIBC_2.29')"
expect 'f(8) is 2.0' "$(./opens ./plain.so)"
expect 'Error loading shared library ld-linux-x86-64.so.2' "$(./opens ./tls.so | cut -d: -f1)"
expect '__sprintf_chk: symbol not found' "$(./opens ./fortified.so | grep -o '__sprintf_chk: .*')"
