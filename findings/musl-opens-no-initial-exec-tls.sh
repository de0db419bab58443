#!/usr/bin/env bash
# A wheel tagged musllinux whose extension module uses initial-exec TLS: does musl import it?
#
# Versions: rensa 0.5.0 (its wheel musllinux_1_2 for CPython 3.13), musl 1.2, glibc, gcc.
# An expert would guess: yes, auditwheel has passed its symbols and libraries, and the glibc wheel of the
#   same release loads; at worst some libraries of that kind fail when the room for static TLS is used up, as on glibc.
# Seen: the module carries the flag STATIC_TLS. glibc opens such a library; musl opens none at all
#   with dlopen(3) ("initial-exec TLS resolves to dynamic definition"), so the wheel cannot be imported on any musl.
#   jemalloc and mimalloc, linked into Rust modules, are built so. No tag, policy or metadata tells.
# Needs: musl-gcc (apt-get install musl-tools), gcc, readelf. Exits 1 if the behaviour changes.
. "$(dirname "$0")/common.sh"
python3 -m pip download --quiet --no-deps --only-binary :all: --python-version 3.13 --platform musllinux_1_2_x86_64 rensa==0.5.0
python3 -m zipfile -e rensa-*.whl wheel
expect "STATIC_TLS" "$(readelf -d wheel/rensa*.so wheel/rensa/*.so 2>/dev/null | grep -o STATIC_TLS)"

cat > library.c <<'EOF'
static __thread int count __attribute__((tls_model("initial-exec"))) = 1;
int counted(void) { return ++count; }
EOF
cat > opens.c <<'EOF'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
    void *library = dlopen(argv[1], RTLD_NOW);
    puts(library ? "opened" : dlerror());
    return 0;
}
EOF
for compiler in gcc musl-gcc; do
    "$compiler" -shared -fPIC -o "$compiler.so" library.c
    "$compiler" -o "with-$compiler" opens.c -ldl
done
expect "opened" "$(./with-gcc ./gcc.so)"
expect "initial-exec TLS resolves to dynamic definition" \
    "$(./with-musl-gcc ./musl-gcc.so | grep -o 'initial-exec TLS resolves to dynamic definition')"
