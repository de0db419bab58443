#!/usr/bin/env bash
# An extension is compiled with -march=x86-64-v3 (or native), and auditwheel has a check of instruction sets: does it notice?
#
# Versions: auditwheel 6.8.2, gcc 12 or newer.
# An expert would guess: yes; "depends on unsupported ISA extensions" is among its answers, for just this.
# Seen: no: the check reads a note that gcc writes with -mneeded alone. The module with AVX2 code gets a manylinux tag; with
#   -mneeded the same module does not.
. "$(dirname "$0")/common.sh"
environment venv auditwheel==6.8.2
echo 'void demo(float *a, float *b) { for (int i = 0; i < 4096; i++) a[i] = a[i] * b[i] + 1; }' > demo.c
# shown FLAGS…: whether the code has AVX registers, and the tag
shown() {
    gcc -O3 -march=x86-64-v3 "$@" -shared -fPIC -o demo.so demo.c
    python3 - << 'PYTHON'
import base64, hashlib, zipfile

data = open("demo.so", "rb").read()
digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
with zipfile.ZipFile("demo-1-cp311-cp311-linux_x86_64.whl", "w") as archive:
    archive.writestr("demo.so", data)
    archive.writestr("demo-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1\n")
    archive.writestr("demo-1.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_x86_64\n")
    archive.writestr("demo-1.dist-info/RECORD", f"demo.so,sha256={digest},{len(data)}\n")
PYTHON
    objdump -d demo.so | grep -o ymm | sort -u
    venv/bin/auditwheel show demo-1-*.whl 2> /dev/null | grep -o '"[a-z_0-9]*"\|unsupported ISA extensions' | tail -1
}
expect 'ymm "manylinux_2_5_x86_64"' "$(shown | paste -sd ' ')"
expect 'ymm unsupported ISA extensions' "$(shown -mneeded | paste -sd ' ')"
