#!/usr/bin/env bash
# An extension is built from its sdist, by no audit tool: is its wheel called linux_x86_64?
#
# Versions: sip 6.17.2, poetry-core 2.4.0, auditwheel 6.8.2, pip 26.3, uv 0.13.9; glibc 2.34 or newer, gcc.
# An expert would guess: linux_x86_64; manylinux is a promise on old systems that auditwheel (or maturin) makes after a look.
# Seen: sip, the backend of the PyQt family, calls every build manylinux_2_5 unless the project sets minimum-glibc-version, here
#   a module that auditwheel finds to need glibc 2.34; poetry-core calls the wheel of a project with a build script after the
#   glibc of the machine. A wheel taken from such a build to another machine is believed there.
#   Where no manylinux wheel is taken (musl; here a _manylinux module as PEP 600 has it) pip installs what sip has built, and
#   uv, after the whole build, refuses it.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 sip==6.17.2 setuptools==82.0.1 poetry-core==2.4.0 auditwheel==6.8.2
mkdir -p sip-demo poetry-demo/demo
cat > sip-demo/pyproject.toml << 'TOML'
[build-system]
requires = ["sip"]
build-backend = "sipbuild.api"
[project]
name = "demo"
version = "1"
[tool.sip.bindings.demo]
headers = ["demo.h"]
include-dirs = ["."]
TOML
printf '#include <dlfcn.h>\nstatic inline int f(void) { return dlsym(0, "f") != 0; }\n' > sip-demo/demo.h
printf '%%Module(name=demo, language="C")\n%%ModuleHeaderCode\n#include "demo.h"\n%%End\nint f();\n' > sip-demo/demo.sip
cat > poetry-demo/pyproject.toml << 'TOML'
[project]
name = "demo"
version = "2"
[tool.poetry.build]
script = "build.py"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
TOML
touch poetry-demo/build.py poetry-demo/demo/__init__.py
for project in sip-demo poetry-demo; do
    PATH=$work/venv/bin:$PATH venv/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir built "./$project"
done
platform() { ls built/demo-"$1"-*.whl | grep -o '[a-z]*linux_.*[0-9]_x86_64\|linux_x86_64'; }
expect manylinux_2_5_x86_64 "$(platform 1)"
expect "manylinux_$(ldd --version | sed -n '1s/.* \([0-9]*\)\.\([0-9]*\)$/\1_\2/p')_x86_64" "$(platform 2)"
expect manylinux_2_34_x86_64 "$(venv/bin/auditwheel show built/demo-1-*.whl | grep -o 'constrains the platform tag to "[a-z0-9_]*' | cut -d'"' -f2)"

packages=$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo 'def manylinux_compatible(major, minor, machine): return False' > "$packages/_manylinux.py"
PATH=$work/venv/bin:$PATH venv/bin/pip install --quiet --no-deps --no-build-isolation --target there ./sip-demo
expect demo.cpython "$(ls there | grep -o demo.cpython)"
said=$(PATH=$work/venv/bin:$PATH venv/bin/uv pip install --no-cache --python venv --no-deps --no-build-isolation --target uv ./sip-demo 2>&1 || true)
expect 'is not compatible with the current Python' "$(grep -o 'is not compatible with the current Python' <<< "$said")"
