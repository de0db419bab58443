"""Facts of an sdist by its files, however odd those are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wheelcheck.builds.sdist.build_files import read_cargo, read_cmake, read_meson
from wheelcheck.builds.sdist.build_system import backend_kind, read_build_system, read_setup_cfg
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist, wanted
from wheelcheck.builds.sdist.source_files import SourceCount
from wheelcheck.index.archives.sources.languages import Language
from wheelcheck.index.interface import ArchiveListing, ArchiveMember
from wheelcheck.tables import read_table


def facts(files: dict[str, str], top: str = "x-1/") -> SdistFacts:
    members = tuple(ArchiveMember(top + path, len(text)) for path, text in files.items())
    return read_sdist(
        SdistContents(ArchiveListing(members, {top + p: t for p, t in files.items()}))
    )


def codes(files: dict[str, str]) -> set[str]:
    return {piece.code for piece in facts(files).evidence}


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("x-1/setup.py", True), ("./x-1/pyproject.toml", True), ("x-1/setup.cfg", True),
        ("x-1/src/meson.build", True), ("x-1/rust/Cargo.toml", True),
        ("x-1/ffi/CMakeLists.txt", True),
        ("x-1/tools/build_ext.py", True), ("x-1/README.md", False), ("x-1/a/b/c/d/e/x.py", False),
        ("x-1/src/x.c", False),
    ],
)  # fmt: skip
def test_only_build_files_are_read(path: str, read: bool):  # noqa: FBT001
    assert wanted(path) is read


@pytest.mark.parametrize("top", ["x-1/", "./x-1/", ""])
def test_paths_count_from_the_root(top: str):
    found = facts({"setup.py": "from setuptools import setup\nsetup()", "src/x.c": ""}, top)
    assert found.script is not None
    assert found.script.calls_setup
    assert found.native_files == 1


def test_no_build_system_means_setuptools_of_old():
    system = facts({"setup.py": ""}).system
    assert (system.legacy, system.requires) == (True, ("setuptools >= 40.8.0",))


def test_build_requires_with_those_of_the_script():
    files = {
        "pyproject.toml": "[build-system]\nrequires = ['setuptools', 'wheel']\n",
        "setup.py": "from setuptools import setup\nsetup(setup_requires=['cffi', 'wheel'])",
    }
    assert facts(files).build_requires == ("setuptools", "wheel", "cffi")


def test_a_backend_of_its_own_is_looked_through():
    text = "[build-system]\nrequires=[]\nbuild-backend='own'\nbackend-path=['_build']\n"
    own = "from setuptools.build_meta import *\n"
    assert facts({"pyproject.toml": text, "_build/own.py": own}).kind == "setuptools"


BY_PYPY = """
from setuptools.build_meta import _BACKEND as main
theirs = main.get_requires_for_build_wheel
def get_requires_for_build_wheel(*args, **kwds):
    try:
        import __pypy__
        found = ['cling<6']
    except ImportError:
        found = ['cling==6.32', 'backend==1.15']
    return found + theirs(*args, **kwds)
main.get_requires_for_build_wheel = get_requires_for_build_wheel
"""
BY_VARIABLE = """
import os
def get_requires_for_build_wheel(settings=None):
    more = ['other'] if os.environ.get('OTHER') else []
    if more:
        found = ['first']
    return ['numpy'] + more + found
"""


@pytest.mark.parametrize(
    ("own", "requires"),
    [(BY_PYPY, ("cling==6.32", "backend==1.15")), (BY_VARIABLE, ("numpy",))],
    ids=["CPython", "what is certain"],
)
def test_a_backend_of_its_own_asks_for_what_its_hook_returns(own: str, requires: tuple[str, ...]):
    """cppyy, whose backend and Cling compile where they have no wheels."""
    text = "[build-system]\nrequires=[]\nbuild-backend='own:main'\nbackend-path=['installer']\n"
    hook = facts({"pyproject.toml": text, "installer/own.py": own}).hook
    assert (hook.requires, hook.may_have_more) == (requires, True)
    assert wanted("x-1/installer/own.py")


def test_a_command_that_runs_cmake_is_reported():
    script = """
import subprocess
from setuptools import Command, setup
class Build(Command):
    def run(self):
        subprocess.check_call(["cmake", "."])
setup(cmdclass={"build": Build})
"""
    assert "command-runs-tool" in codes({"setup.py": script})


def test_sources_of_tests_are_set_aside_and_generated_c_is_reported():
    found = facts({"setup.py": "", "x/a.pyx": "", "x/a.c": "", "tests/t.c": ""})
    assert found.native_files == 2
    assert found.generated_c == ("x/a.c",)
    assert found.has("native-sources-aside")


def test_sources_are_counted_by_language_with_their_bytes_and_lines():
    members = (
        ArchiveMember("x-1/a.c", 100, 10),
        ArchiveMember("x-1/b.c", 20, 2),
        ArchiveMember("x-1/tests/t.c", 7, 1),
        ArchiveMember("x-1/a.rs", 500, 50),
        ArchiveMember("x-1/old/b.rs", 5),  # listed before lines were counted
        ArchiveMember("x-1/docs/d.f90", 9, 3),
        ArchiveMember("x-1/a.h", 10_000),
    )
    found = read_sdist(SdistContents(ArchiveListing(members)))
    assert found.sources == (
        SourceCount(Language.RUST, 2, 505, lines=None),
        SourceCount(Language.C, 2, 120, 1, 7, lines=12),
        SourceCount(Language.FORTRAN, 0, 0, 1, 9, lines=0),
    )
    (detail,) = (piece.detail for piece in found.evidence if piece.code == "native-sources")
    assert detail == "2 rust (505 bytes), 2 c (120 bytes, 12 lines)"


def test_an_external_compiler_is_reported():
    text = "[external]\nbuild-requires = ['virtual:compiler/c', 'dep:virtual/compiler/c']\n"
    assert "external-compiler" in codes({"pyproject.toml": text})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("project('x')", "meson-no-language"),
        ("project('x', version: '1', license: 'c')", "meson-no-language"),
        ("# project('x', 'c')\nproject('x')", "meson-no-language"),
        ("project('x', 'c', version: '1')", "meson-extension-module"),
        ("project('x')\nadd_languages('rust')", "meson-extension-module"),
    ],
)
def test_meson_projects_name_their_languages(text: str, code: str):
    assert read_meson("meson.build", text).code == code


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ("project(x)", True), ("project(x LANGUAGES NONE)", False), ("project(x C)", True),
        ("# project(x)", False), ("message(STATUS hello)", False),
    ],
)  # fmt: skip
def test_cmake_projects_name_their_languages(text: str, native: bool):  # noqa: FBT001
    found = read_cmake("CMakeLists.txt", text)
    assert (found is not None and found.code == "cmake-project") is native


def test_cargo_tells_its_binding_and_its_rust():
    text = (
        "[package]\nrust-version='1.63'\n[lib]\ncrate-type=['cdylib']\n[dependencies]\npyo3='1'\n"
    )
    assert read_cargo("Cargo.toml", text).detail == "cdylib, pyo3, Rust 1.63"


def test_tables_are_sound():
    kinds = {"native", "pure", "meson", "setuptools", "unknown"}
    for row in read_table("builds/sdist/backends.csv"):
        assert row["kind"] in kinds
        assert row["source"].startswith("https://")
    assert all(
        row["source"].startswith("https://")
        for row in read_table("builds/sdist/compiling_tools.csv")
    )
    assert backend_kind("setuptools.build_meta:__legacy__") == "setuptools"
    assert backend_kind("nobody.knows") == "unknown"


HOSTILE = [
    "[" * 20_000, "a = " + "[" * 5_000, "a = " + "{x=" * 5_000, "a." * 20_000 + "b = 1",
    "x" * 600_000, "\x00", "[build-system]\nrequires = 7\nbuild-backend = []\nbackend-path = {}\n",
    "build-system = 3\ntool = []\nexternal = 'x'\n",
    "[tool]\npoetry = 1\npdm = []\nhatch = 'x'\nsetuptools = 2\nsetuptools-rust = 'x'\n",
    "[tool.poetry]\nbuild = 1\n[tool.hatch.build]\nhooks=3\n[tool.hatch.build.targets]\nwheel=1\n",
    "[tool.hatch.build.hooks]\ncustom = 3\nmypyc = 'x'\n", "a = 1e99999\nb = 9999-99-99\n",
    "[build-system]\nrequires = ['!!', 'x @@ y', '']\n", "a = " + "9" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files_never_raise(text: str):
    read_setup_cfg(text)
    found = facts(dict.fromkeys(("pyproject.toml", "setup.cfg", "Cargo.toml", "meson.build"), text))
    assert found.evidence


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_any_text_never_raises(text: str):
    system, _ = read_build_system(text)
    assert system.backend
    read_setup_cfg(text)
    read_meson("meson.build", text)
    read_cmake("CMakeLists.txt", text)
    read_cargo("Cargo.toml", text)


def test_what_is_required_for_egg_info_alone_is_installed():
    # a script that asks for cffi only when the wheel is built gets none: setuptools' backend asks
    # it for its setup_requires as egg_info
    late = (
        "import sys\nfrom setuptools import setup\n"
        "more = {{'setup_requires': ['cffi']}} if {} else {{}}\n"
        "setup(cffi_modules=['build_x.py:ffi'], **more)\n"
    )
    for_egg_info = facts({"setup.py": late.format("'egg_info' in sys.argv")})
    assert for_egg_info.script is not None
    assert for_egg_info.script.ignored == ()
    assert for_egg_info.build_requires[-1] == "cffi"
    for_wheel = facts({"setup.py": late.format("'bdist_wheel' in sys.argv")})
    assert for_wheel.has("keyword-ignored")
    assert "cffi" not in for_wheel.build_requires


@pytest.mark.parametrize(("optional", "code"), [
    (True, "extension-modules-optional"), (False, "extension-modules"),
])  # fmt: skip
def test_a_setup_script_that_a_hook_starts_is_read_too(optional: bool, code: str):  # noqa: FBT001
    found = facts({
        "pyproject.toml": "[build-system]\nrequires = ['hatchling']\n"
        "build-backend = 'hatchling.build'\n[tool.hatch.build.hooks.custom]\n",
        "hatch_build.py": "import subprocess, sys\n"
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        subprocess.run([sys.executable, '_setup.py', 'build_ext', '-i'], check=True)\n",
        "_setup.py": "from setuptools import Extension, setup\n"
        f"setup(ext_modules=[Extension('x', ['x.c'], optional={optional})])\n",
        "x.c": "",
    })  # fmt: skip
    assert code in {piece.code for piece in found.evidence if piece.where.startswith("_setup.py")}
