"""Write which names left the usual build requirements: `requirement_names.csv`.

    python data/obstacles/requirement_names.py FOLDER

FOLDER has wheels (or sdists, imported as they are) of several releases of each project below, for
the Python that runs this (`pip download --no-deps NAME==VERSION`). What a setup script may use of
them is imported, release by release; a row for each public name that a later release has not,
with the first of these releases that lacks it.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/requirement_names.csv"
MODULES = {
    "cffi": ("cffi", "cffi.verifier"),
    "cython": ("Cython", "Cython.Build", "Cython.Build.Dependencies", "Cython.Build.Inline",
               "Cython.Compiler", "Cython.Compiler.Errors", "Cython.Compiler.Main",
               "Cython.Compiler.Options", "Cython.Compiler.Version", "Cython.Distutils",
               "Cython.Distutils.build_ext", "Cython.Distutils.extension",
               "Cython.Distutils.old_build_ext", "Cython.Shadow", "Cython.Tempita",
               "Cython.Utils"),
    "jinja2": ("jinja2", "jinja2.utils"),
    "numpy": ("numpy", "numpy.compat", "numpy.lib.utils", "numpy.version"),
    "packaging": ("packaging.version", "packaging.specifiers"),
    "pbr": ("pbr", "pbr.git", "pbr.packaging", "pbr.util", "pbr.version", "pbr.hooks"),
    "pkgconfig": ("pkgconfig",),
    "pybind11": ("pybind11", "pybind11.setup_helpers"),
    "pypandoc": ("pypandoc",),
    "scikit-build": ("skbuild", "skbuild.cmaker", "skbuild.constants", "skbuild.exceptions",
                     "skbuild.setuptools_wrap", "skbuild.utils", "skbuild.command",
                     "skbuild.platform_specifics"),
    "setuptools-rust": ("setuptools_rust", "setuptools_rust.build", "setuptools_rust.utils"),
    "setuptools-scm": ("setuptools_scm", "setuptools_scm.git", "setuptools_scm.hacks",
                       "setuptools_scm.integration", "setuptools_scm.utils",
                       "setuptools_scm.version"),
    "wheel": ("wheel", "wheel.bdist_wheel", "wheel.pep425tags", "wheel.macosx_libfile",
              "wheel.metadata", "wheel.util", "wheel.wheelfile", "wheel.install"),
}  # fmt: skip
PROBE = """
import contextlib, importlib, io, json, sys, warnings
warnings.simplefilter("ignore")
modules, known = json.load(sys.stdin)
own, all_names = [], []
for name in modules:
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            module = importlib.import_module(name)
    except ImportError:
        continue
    own.append((name, ""))
    root = name.split(".")[0]
    for each in dir(module):
        value = getattr(module, each)
        made_in = (getattr(value, "__module__", None) or root).split(".")[0]
        if each[0] != "_" and not isinstance(value, type(sys)) and made_in == root:
            own.append((name, each))
    all_names += [(name, n) for of, n in known if of == name if hasattr(module, n)]
print(json.dumps([own, all_names]))
"""


def main() -> int:
    """Fill the table."""
    releases: dict[str, dict[Version, Path]] = defaultdict(dict)
    for path in Path(sys.argv[1]).iterdir():
        parse = parse_wheel_filename if path.suffix == ".whl" else parse_sdist_filename
        releases[str(parse(path.name)[0])][parse(path.name)[1]] = path
    rows = []
    for project, modules in MODULES.items():
        before: set[tuple[str, str]] = set()
        gone: dict[tuple[str, str], Version] = {}
        for version, path in sorted(releases[project].items()):
            now = names(path, modules, before)
            gone = {name: since for name, since in gone.items() if name not in now}
            gone |= {name: version for name in before - now if name not in gone}
            before |= now
        whole = {module for module, name in gone if not name}
        rows += [
            (project, *key, since)
            for key, since in sorted(gone.items())
            if not key[1] or key[0] not in whole
        ]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["project", "module", "name", "gone"])
        table.writerows(rows)
    return 0


def names(
    path: Path, modules: tuple[str, ...], known: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """The modules of a release that can be imported (by an empty name), and what they have.

    Of other projects' names those alone that are `known`.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = place
        if path.suffix == ".whl":
            pip = [sys.executable, "-m", "pip", "install", "-q", "--target", folder, str(path)]
            subprocess.run(pip, check=True)
        else:
            shutil.unpack_archive(path, folder)
            folder = str(next(Path(folder).iterdir()))
        run = subprocess.run(
            [sys.executable, "-c", PROBE],
            input=json.dumps([modules, sorted(known)]),
            env={"PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=True,
        )
    own, also = json.loads(run.stdout)
    return {(module, name) for module, name in (*own, *also)}


if __name__ == "__main__":
    raise SystemExit(main())
