#!/usr/bin/env bash
# A build_ext replaces `compiler.spawn`, by which every compiler of distutils has run its commands since 1999, by a
# function that records them and runs nothing: what does it see?
#
# Versions: setuptools 83.0.0 and 84.0.0, enscons 0.30.0.
# An expert would guess: every command, in both: the method is still there, and no release removed it.
# Seen: with 84 none, and gcc really runs: the compilers call the new `Compiler.call`. Nothing fails for that as such; what
# rests on it does: enscons 0.30 asks setuptools how to compile by compiling a file that is not there with nothing, so that
# its C extensions build no more (`setuptools<84` as a build constraint helps).
. "$(dirname "$0")/common.sh"
cat > spawns.py << 'PYTHON'
import sys
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

seen = []

class Recording(build_ext):
    def build_extension(self, ext):
        self.compiler.spawn = lambda *args, **kwargs: seen.append(args)
        super().build_extension(ext)

open("m.c", "w").write("int x;\n")
command = Recording(Distribution({"name": "x", "ext_modules": [Extension("m", ["m.c"])]}))
command.build_lib = command.build_temp = sys.argv[1]
command.ensure_finalized()
command.run()
print(len(seen), "commands seen;", end="")
PYTHON
for version in 83.0.0 84.0.0; do
    environment "venv-$version" "setuptools==$version" enscons==0.30.0
    seen+="$version: $("venv-$version/bin/python" spawns.py "out-$version" 2> /dev/null | tail -1)"
    seen+=" enscons $("venv-$version/bin/python" -c 'import enscons.cpyext as c; c.get_build_ext()' > /dev/null 2>&1 && echo works || echo fails). "
done
expect "83.0.0: 2 commands seen; enscons works. 84.0.0: 0 commands seen; enscons fails. " "${seen-}"
