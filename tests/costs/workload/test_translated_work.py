"""What Cython and mypyc translate to C: how much there is of it, and what is read with it."""

import pytest

from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.costs.cost_terms import coefficients
from wheelcheck.costs.modelled import modelled_cost
from wheelcheck.costs.workload.features import BuildFeatures, read_features
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

MYPYC = "[build-system]\nrequires = ['setuptools', 'mypy']\n"
CYTHON = "[build-system]\nrequires = ['setuptools', 'cython']\n"
SETUP = (
    "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('x', ['x/a.pyx'])])\n"
)
UNLESS_LISTED = (
    "skip = any(word in sys.argv for word in ('sdist', 'egg_info'))\nmodules = []\n"
    "if not skip:\n    modules.extend(mypycify(['x/a.py', 'x/y']))\n"
    "setup(ext_modules=modules)\n"
)
HEADER = "template <class T> T f(T a) { T b = a; return b; }\n" * 50


def features(files: dict[str, str]) -> BuildFeatures:
    members = tuple(
        ArchiveMember(f"x-1/{path}", len(text), marks=read_marks(text.encode(), path))
        for path, text in files.items()
    )
    texts = {f"x-1/{path}": text for path, text in files.items()}
    found = SdistContents(ArchiveListing(members, texts))
    return read_features(read_sdist(found), found)


def mypyc(script: str, **more: str) -> dict[str, str]:
    head = "import sys, os\nfrom mypyc.build import mypycify\nfrom setuptools import setup\n"
    packages = {"x/__init__.py": "", "x/a.py": "A = 1\n", "x/y/b.py": "B = 1\n", "tests/c.py": ""}
    return {"pyproject.toml": MYPYC, "setup.py": head + script, **packages, **more}


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("setup(ext_modules=mypycify(['x/a.py', '--strict'], group_name='x'))\n", 1),
        ("setup(ext_modules=mypycify(['x/']))\n", 3),
        ("setup(ext_modules=mypycify(paths=['x/a.py']))\n", 1),
        ("setup(ext_modules=mypycify(['-p', 'x']))\n", 3),
        ("setup(ext_modules=mypycify(['-px.y']))\n", 1),
        ("setup(ext_modules=mypycify(make_up()))\n", 3),
        (UNLESS_LISTED, 2),
    ],
)
def test_modules_that_mypyc_compiles_are_priced(script: str, files: int):
    found = features(mypyc(script))
    assert found.of(SourceKind.MYPYC).files == files
    assert "cannot be read" in modelled_cost(found, coefficients()).cpu_seconds.source


@pytest.mark.parametrize(
    ("hook", "files"),
    [
        ("", 3),
        ("include = ['x/y']", 1),
        ("exclude = ['x/__init__.py']", 2),
        ("enable-by-default = false", 0),
    ],
)
def test_the_settings_of_hatch_choose_what_mypyc_compiles(hook: str, files: int):
    project = (
        "[build-system]\nrequires = ['hatchling', 'hatch-mypyc']\n"
        "build-backend = 'hatchling.build'\n"
        f"[tool.hatch.build.targets.wheel.hooks.mypyc]\n{hook}\n"
    )
    packages = {"x/__init__.py": "", "x/a.py": "A = 1\n", "x/y/b.py": "B = 1\n"}
    found = features({"pyproject.toml": project, **packages})
    assert found.of(SourceKind.MYPYC).files == files


def cython(source: str, **more: str) -> BuildFeatures:
    return features({"pyproject.toml": CYTHON, "setup.py": SETUP, "x/a.pyx": source, **more})


def test_what_a_cython_source_includes_in_either_quotes_is_translated_with_it():
    part = "cdef int f(int a):\n    return a\n"
    found = cython("include 'b.pxi'\ninclude \"c.pxi\"\n", **{"x/b.pxi": part, "x/c.pxi": part})
    assert found.of(SourceKind.CYTHON).statements == 6


@pytest.mark.parametrize(
    "named",
    ["cdef extern from 'f.hpp':\n    int f(int)\n", "from x.lib cimport f\n", "cimport x.lib\n"],
)
def test_headers_that_declarations_name_are_compiled_with_a_cython_source(named: str):
    declarations = "cdef extern from 'f.hpp':\n    int f(int)\n"
    found = cython(named, **{"x/lib.pxd": declarations, "x/f.hpp": HEADER}).of(SourceKind.CYTHON)
    assert (found.header_bytes >= len(HEADER), found.header_code > 50) == (True, True)
    assert found.statements <= 2


def test_functions_of_fused_types_are_translated_once_for_each_type():
    types = "ctypedef fused T:\n    int\n    float\n    double\n"
    source = types + "def f(T a):\n    cdef T b = a\n    return b\n\ndef g(int a):\n    return a\n"
    assert cython(source).of(SourceKind.CYTHON).copied == 2 * 2
    both = types + "from cython cimport floating\ncdef g(T a, floating b):\n    return a\n"
    assert cython(both).of(SourceKind.CYTHON).copied == 3 * 2 - 1


def test_templates_of_cpp_are_made_once_for_each_set_of_types():
    calls = "f[int](1)\nf[int](2)\nf[uint8_t, float](3)\nx[i](4)\ncdef int g[T](T a)\n"
    assert cython(calls).of(SourceKind.CYTHON).instances == 2
    fused = "ctypedef fused T:\n    int\n    float\ndef h(T a):\n    f[T](a)\n"
    assert cython(fused).of(SourceKind.CYTHON).instances == 2
