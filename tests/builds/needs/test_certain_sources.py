"""What certain sources and programs of a build take: headers, links, programs of scripts."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import needs_input
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.needs.system_packages import install_commands
from wheelcheck.builds.obstacles.downloads import network_obstacles
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

TRIXIE = Distribution(Family.APT, "debian", "13")
BY_CMAKE = (
    '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n'
)
PROJECT = "cmake_minimum_required(VERSION 3.20)\nproject(x LANGUAGES C CXX)\n"


def given(files: dict[str, str], name: str = "thing", version: str = "1.0"):
    """What needs are derived from, of an sdist with these files."""
    members = tuple(
        ArchiveMember(f"x-1/{path}", len(text), marks=read_marks(text.encode(), path))
        for path, text in files.items()
    )
    texts = {f"x-1/{path}": text for path, text in files.items() if not path.endswith((".h", ".c"))}
    contents = SdistContents(ArchiveListing(members, texts))
    facts = read_sdist(contents)
    return needs_input(NormalizedName(name), Version(version), facts, contents)


def packages(files: dict[str, str], *release: str) -> set[str]:
    needs = source_needs(given(files, *release))
    needs = [need for need in needs if need.name != "python-headers"]  # the image has them
    return set(install_commands(needs, TRIXIE).build_packages)


def cmake(text: str, **files: str) -> set[str]:
    """The packages of a CMake project; ``__`` in a name stands for a dot."""
    named = {path.replace("__", "."): content for path, content in files.items()}
    found = packages({"pyproject.toml": BY_CMAKE, "CMakeLists.txt": PROJECT + text, **named})
    return found - {"cmake", "g++", "gcc", "libc6-dev", "make"}


# Headers


def test_a_header_that_cmake_compiles_in_every_build_names_a_package():
    own = {
        "x__c": '#include "y.h"\n',
        "y__h": "#include <bzlib.h>\n",
        "z__c": "#include <zlib.h>\n",
    }
    assert cmake("add_library(x MODULE x.c)\n", **own) == {"libbz2-dev"}
    assert cmake("add_library(x MODULE x.c z.c)\n", **own) == {"libbz2-dev", "zlib1g-dev"}


FETCHES = (
    "include(FetchContent)\nFetchContent_Declare(zlib URL https://x/zlib.tgz)\n"
    "FetchContent_MakeAvailable(zlib)\nadd_library(x MODULE x.c)\n"
)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("find_package(Foo)\nif(FOO_FOUND)\n  add_library(x MODULE x.c)\nendif()\n", "<zlib.h>"),
        ("add_library(x MODULE x.c)\n", "<own.h>"),
        ("add_library(x MODULE x.c)\n", "<Eigen/Eigen>"),
        (FETCHES, "<zlib.h>"),
    ],
    ids=["of a doubtful target", "of the sdist", "without a suffix", "fetched"],
)
def test_a_header_that_a_build_may_not_want_from_the_system_names_none(text: str, source: str):
    own = {"own__h": "", "vendor/Eigen/Eigen": "#include <x>\n"}
    assert cmake(text, x__c=f"#include {source}\n", **own) == set()


def test_a_header_behind_a_macro_names_none():
    source = "#ifdef HAVE_ZLIB\n#include <zlib.h>\n#endif\nint x;\n"
    assert cmake("add_library(x MODULE x.c)\n", x__c=source) == set()


@pytest.mark.parametrize(
    ("folders", "more", "wanted"),
    [
        ("'../', '../pybind11/include'", {}, {"libtinyobjloader-dev", "pybind11-dev"}),
        ("'include'", {}, set()),
        ("'../'", {"tiny_obj_loader.h": "", "pybind11/pybind11.h": ""}, set()),
    ],
    ids=["beside the sdist", "inside", "shipped"],
)
def test_headers_from_beside_an_sdist_name_packages(
    folders: str, more: dict[str, str], wanted: set[str]
):
    files = {
        "setup.py": "from setuptools import Extension, setup\n"
        f"setup(ext_modules=[Extension('x', ['x.cc'], include_dirs=[{folders}])])\n",
        "x.cc": '#include "pybind11/pybind11.h"\n#include "tiny_obj_loader.h"\n#include "own.h"\n',
        **more,
    }
    assert packages(files) - {"g++", "python3-dev"} == wanted


def test_declarations_that_a_cython_source_cimports_include_their_headers():
    files = {
        "x.pyx": "from .lib cimport f\n",
        "lib/__init__.pxd": 'cdef extern from "lib.h":\n    int f()\n',
        "vendor/lib.h": "#include <zlib.h>\n",
        "CMakeLists.txt": PROJECT + "python_add_library(x MODULE x.pyx)\n",
        "pyproject.toml": BY_CMAKE,
    }
    assert "zlib1g-dev" in packages(files)


def test_sources_that_cmake_copies_to_the_build_folder_are_those_of_the_sdist():
    files = {
        "vendor/lib/lib.c": "#include <zlib.h>\n",
        "lib/CMakeLists.txt": "add_library(lib STATIC lib.c)\n",
        "CMakeLists.txt": PROJECT + "file(COPY vendor/lib DESTINATION .)\n"
        "add_subdirectory(${CMAKE_CURRENT_BINARY_DIR}/lib)\n",
        "pyproject.toml": BY_CMAKE,
    }
    assert "zlib1g-dev" in packages(files)


BY_MESON = '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n'
MESON = """project('x', 'c')
subdir('src')
if get_option('extra')
  subdir('extra')
endif
"""


def test_a_header_that_meson_compiles_in_every_build_names_a_package():
    files = {
        "pyproject.toml": BY_MESON,
        "meson.build": MESON,
        "meson_options.txt": "option('extra', type: 'boolean', value: false)\n",
        "src/meson.build": "py.extension_module('x', 'x.c', subdir: 'x')\n",
        "src/x.c": "#include <zlib.h>\n",
        "extra/meson.build": "py.extension_module('y', 'y.c')\n",
        "extra/y.c": "#include <bzlib.h>\n",
    }
    assert packages(files) == {"gcc", "libc6-dev", "zlib1g-dev"}
    wrapped = {**files, "subprojects/zlib.wrap": "[wrap-file]\n"}
    assert packages(wrapped) == {"gcc", "libc6-dev"}


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("true", {"libbz2-dev", "pkg-config", "flex"}),
        ("host_machine.system() == 'windows'", set()),
        ("get_option('extra')", set()),
    ],
)
def test_what_meson_does_in_a_folder_counts_where_it_comes_there(condition: str, wanted: set[str]):
    files = {
        "pyproject.toml": BY_MESON,
        "meson.build": f"project('x', 'c')\nif {condition}\n  subdir('extra')\nendif\n",
        "meson_options.txt": "option('extra', type: 'boolean', value: false)\n",
        "extra/meson.build": "dependency('bzip2')\nfind_program('flex')\n",
        "other/meson.build": "dependency('zlib')\n",
    }
    assert packages(files) == {"gcc", "libc6-dev"} | wanted


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("", set()),
        ("subprocess.check_call(['meson', 'setup', 'b'])\n", {"librrd-dev", "pkg-config"}),
    ],
    ids=["unused", "run"],
)
def test_meson_files_of_a_library_count_where_something_runs_meson(script: str, wanted: set[str]):
    files = {
        "setup.py": DOT + script + EXTENSION,
        "x.c": "",
        "lib/meson.build": "project('lib', 'cpp')\ndependency('librrd')\nfind_program('flex')\n",
    }
    assert packages(files) >= {"gcc", "libc6-dev"} | wanted
    assert bool(script) or packages(files) == {"gcc", "libc6-dev"}


# Links


def test_names_that_cmake_links_with_are_libraries_unless_something_makes_them():
    links = "add_library(x MODULE x.c)\ntarget_link_libraries(x PRIVATE z bz2 m pthread)\n"
    assert cmake(links) == {"zlib1g-dev", "libbz2-dev"}
    assert cmake(f"add_library(z STATIC z.c)\n{links}") == {"libbz2-dev"}
    assert cmake(links.replace("PRIVATE z bz2", "debug z optimized bz2")) == {"libbz2-dev"}
    assert cmake(links.replace(" z bz2", " some_target")) == set()
    fetches = "include(FetchContent)\nFetchContent_Declare(libbz2 URL x)\n"
    assert cmake(fetches + links.replace("m pthread", "-lrrd")) == {"librrd-dev"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ExternalProject_Add(mad GIT_REPOSITORY https://x/mad)\n", True),
        ("ExternalProject_Add(mad URL https://x/mad.tgz)\n", False),
        ("FetchContent_Declare(mad GIT_REPOSITORY x)\nFetchContent_MakeAvailable(mad)\n", True),
        ("FetchContent_Declare(mad GIT_REPOSITORY x)\n", False),
    ],
)
def test_cmake_clones_repositories_with_git(text: str, wanted: bool):  # noqa: FBT001
    assert ("git" in cmake(text)) is wanted


ASKS = (
    "find_package(BZip2)\nif(NOT BZip2_FOUND)\n  add_subdirectory(bz)\nendif()\n"
    "add_library(x x.c)\ntarget_link_libraries(x BZip2::BZip2)\n"
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("find_package(FLEX)\nflex_target(scanner s.l s.c)\n", {"flex"}),
        ("find_package(FLEX)\nif(FLEX_FOUND)\n  flex_target(scanner s.l s.c)\nendif()\n", set()),
        ("find_package(BZip2)\nadd_library(x x.c)\ntarget_link_libraries(x BZip2::BZip2)\n",
         {"libbz2-dev"}),
        (ASKS, set()),
        ("find_package(BZip2)\n", set()),
    ],
)  # fmt: skip
def test_a_package_whose_commands_or_targets_a_project_uses_is_needed(text: str, wanted: set[str]):
    assert cmake(text) == wanted


# Programs of scripts


DOT = "import subprocess\nfrom setuptools import Extension, setup\n"
RUNS = "subprocess.check_output(['dot', '-V'])\n"
EXTENSION = "setup(ext_modules=[Extension('x', ['x.c'])])\n"


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        (RUNS, True),
        (f"try:\n    {RUNS}except OSError:\n    pass\n", False),
        (f"try:\n    {RUNS}except OSError as e:\n    raise OSError('no dot') from e\n", True),
    ],
    ids=["run", "tolerated", "reworded"],
)
def test_a_program_that_a_script_runs_is_needed_by_releases_that_no_row_was_made_from(
    script: str,
    wanted: bool,  # noqa: FBT001
):
    files = {"setup.py": DOT + script + EXTENSION, "x.c": ""}
    assert ("graphviz" in packages(files, "pygraphviz", "2.0")) is wanted
    assert "graphviz" not in packages(files, "pygraphviz", "1.10")  # built without


def test_a_function_that_the_script_calls_from_its_own_module_is_run():
    helper = (
        "import subprocess\n\n\ndef flags(library):\n"
        "    return subprocess.check_output(['pkg-config'] + ['--libs'] + [library])\n\n\n"
        "def unused():\n    subprocess.check_call(['m4'])\n"
    )
    script = f"{DOT}from helper import flags\nflags('x')\n{EXTENSION}"
    assert packages({"setup.py": script, "helper.py": helper, "x.c": ""}) == {
        "gcc", "libc6-dev", "pkg-config",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [("not (place / 'lib').exists()", True), ("wants_it(place)", False)],
)
def test_what_is_not_in_the_sdist_is_cloned(condition: str, wanted: bool):  # noqa: FBT001
    script = (
        f"{DOT}def build(place):\n    if (place / 'done').exists():\n        return\n"
        f"    if {condition}:\n        subprocess.run(['git', 'clone', 'x'], check=True)\n\n\n"
    )
    files = {"setup.py": script + EXTENSION, "x.c": ""}
    assert ("git" in packages(files)) is wanted


SHELL = """set -e
if [ ! -e lib.tar.gz ]; then
    curl -O https://x/lib.tar.gz
fi
patch -p1 < fix.patch
if [ $(uname) = Darwin ]; then
    ./configure --host=arm64
else
    ./configure --prefix=$PREFIX && \\
    make install
fi
"""


@pytest.mark.parametrize(
    ("call", "runs"),
    [
        ("subprocess.check_call(['bash', 'tools/lib.sh'])", True),
        ("os.system('sh ./tools/lib.sh %s' % prefix)", True),
        ("if not os.path.exists('lib'):\n    os.system('sh tools/lib.sh')", True),
        ("if wants_it():\n    os.system('sh tools/lib.sh')", False),
        ("print('see tools/lib.sh')", False),
    ],
)
def test_programs_of_a_shell_script_that_the_build_runs(call: str, runs: bool):  # noqa: FBT001
    files = {"setup.py": f"import os\n{DOT}{call}\n{EXTENSION}", "tools/lib.sh": SHELL, "x.c": ""}
    assert packages(files) == {"gcc", "libc6-dev"} | ({"make", "patch"} if runs else set())


AUTOCONF = "AC_INIT([x],[1])\nAM_INIT_AUTOMAKE\nLT_INIT\nPKG_CHECK_MODULES([RRD],[librrd])\n"


@pytest.mark.parametrize(
    ("call", "makes"),
    [
        ("os.system('./autogen.sh && ./configure && make')", True),
        (
            "subprocess.check_call('cd lib; autoreconf -fi || exit 1; ./configure', shell=True)",
            True,
        ),
        ("subprocess.check_call(['bash', '-c', './bootstrap && ./configure'])", True),
        ("subprocess.check_call(['./autogen.sh'], cwd='lib')", False),
        ("subprocess.check_call(['sh', 'autogen.sh'], cwd='lib')", False),
        (
            "for line in [['sh', '-c', './autogen.sh']]:\n    subprocess.call(line, cwd='lib')",
            False,
        ),
    ],
)
def test_a_line_for_the_shell_that_makes_a_configure_takes_what_its_macros_are_of(
    call: str,
    makes: bool,  # noqa: FBT001
):
    files = {
        "setup.py": f"import os\n{DOT}{call}\n{EXTENSION}",
        "lib/configure.ac": AUTOCONF,
        "lib/autogen.sh": "#!/bin/sh\nautoreconf --install\n",
        "x.c": "",
    }
    found = {"autoconf", "automake", "libtool", "pkg-config", "librrd-dev", "gcc", "libc6-dev"}
    assert packages(files) == found | ({"make"} if makes else set())


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('touch ar-lib\nautoreconf --force --install "$srcdir"\n', {"autoconf", "automake"}),
        ("# no autoreconf\nautoconf || exit 1\n", {"autoconf"}),
        ("aclocal -I m4 && autoconf\n", {"autoconf", "automake"}),
        ("libtoolize --copy\nautoconf\n", {"autoconf", "libtool"}),
        (None, {"autoconf", "automake"}),
    ],
)
def test_what_makes_a_configure_without_macros_says_which_tools_it_takes(
    script: str | None, found: set[str]
):
    """dtlssocket: autoreconf runs aclocal, whether configure.ac uses automake or not."""
    call = "subprocess.check_call(['sh', '-c', './autogen.sh'], cwd='lib')"
    files = {
        "setup.py": f"import subprocess\n{call}\n{EXTENSION}",
        "lib/configure.ac": "AC_INIT([x], [1])\nAC_PROG_CC\n",
        "x.c": "",
    }
    if script is not None:
        files["lib/autogen.sh"] = f"#!/bin/sh\n{script}"
    assert packages(files) - {"gcc", "libc6-dev", "make"} == found


@pytest.mark.parametrize(("folder", "runs"), [("libx", True), ("liby", False)])
def test_a_bundled_library_on_which_a_script_runs_cmake_takes_its_compilers(
    folder: str, *, runs: bool
):
    call = f"subprocess.run(['cmake', '-S', os.path.join('vendor', '{folder}'), '-B', 'b'])"
    files = {
        "setup.py": f"import os, subprocess\n{DOT}{call}\n{EXTENSION}",
        "vendor/libx/CMakeLists.txt": "project(x VERSION 1 LANGUAGES C CXX)\n",
        "x.c": "",
    }
    assert ("g++" in packages(files)) is runs


# Variables that nobody sets


@pytest.mark.parametrize(("default", "runs"), [("yes", True), ("no", False)])
@pytest.mark.parametrize("call", ["flags()", "os.system('sh lib.sh')"])
def test_what_a_script_does_by_default_it_does(call: str, default: str, runs: bool):  # noqa: FBT001
    flag = f"USE = env_flag('USE', '{default}')\nif USE:\n    {call}\n"
    files = {
        "setup.py": f"import os\nfrom helper import env_flag, flags\n{DOT}{flag}{EXTENSION}",
        "helper.py": f"import subprocess\ndef flags():\n    {RUNS}",
        "lib.sh": "patch -p1 < fix.patch\n",
        "x.c": "",
    }
    assert bool(packages(files) & {"graphviz", "patch"}) is runs


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("'READTHEDOCS' in os.environ", False),
        ("os.environ.get('READTHEDOCS') == 'True'", False),
        ("not os.getenv('NO_FETCH')", True),
        ("os.environ.get('FETCH', '1') == '1'", True),
        ("something()", True),
    ],
)
def test_a_download_under_a_variable_that_nobody_sets_is_none(condition: str, found: bool):  # noqa: FBT001
    pip = "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'x'])"
    for name in ("setup.py", "helper.py"):
        texts = {"setup.py": f"import helper\n{DOT}setup()\n", "helper.py": ""}
        texts[name] += f"import os, sys, subprocess\nif {condition}:\n    {pip}\n"
        assert bool(network_obstacles(given(texts))) is found


# What is loaded


def run_packages(files: dict[str, str], *release: str) -> set[str]:
    needs = source_needs(given(files, *release))
    return set(install_commands(needs, TRIXIE).run_packages)


@pytest.mark.parametrize(
    ("libraries", "loaded"),
    [
        (["gmp"], {"libgmp10"}),
        (["gmp", "gmpxx"], {"libgmp10", "libgmpxx4ldbl"}),
        (["fftw3f"], {"libfftw3-single3"}),
        (["ncursesw"], {"libncursesw6"}),
        (["rpmio"], {"librpmio10"}),
    ],
)
def test_of_a_library_in_several_packages_those_are_loaded_that_it_links_with(
    libraries: list[str], loaded: set[str]
):
    script = f"{DOT}setup(ext_modules=[Extension('x', ['x.c'], libraries={libraries})])\n"
    assert run_packages({"setup.py": script, "x.c": ""}) == loaded
    if "gmp" in libraries:
        assert run_packages({"setup.py": script, "x.c": ""}, "gmpy2", "2.2.1") >= loaded


@pytest.mark.parametrize(("default", "loaded"), [("OFF", False), ("ON", True)])
def test_openmp_behind_an_option_is_loaded_where_that_is_on(default: str, loaded: bool):  # noqa: FBT001
    text = f"option(USE_OMP help {default})\nif(USE_OMP)\n  find_package(OpenMP)\nendif()\n"
    files = {"pyproject.toml": BY_CMAKE, "CMakeLists.txt": PROJECT + text}
    assert ("libgomp1" in run_packages(files)) is loaded


# CPython's headers


def needs_python(files: dict[str, str]) -> bool | None:
    """Whether a build needs CPython's headers for certain; None where it may."""
    found = [need for need in source_needs(given(files)) if need.name == "python-headers"]
    return not found[0].inferred or None if found else False


SETUP = "from setuptools import setup, Extension\nsetup(ext_modules=[{}])\n"
MODULE = '#define PY_SSIZE_T_CLEAN\n#include "Python.h"\nPyMODINIT_FUNC PyInit_x(void);\n'
PURE = "import('python').find_installation().install_sources('x.py')\n"
MATURIN = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'
WITH_CFFI = """from setuptools import setup
setup(setup_requires=['cffi'], cffi_modules=['build_x.py:ffi'])
"""
FFI = "from cffi import FFI\nffi = FFI()\nffi.set_source('_x', {})\n"


@pytest.mark.parametrize(
    ("files", "needed"),
    [
        ({"setup.py": SETUP.format("Extension('x', ['x.c'])"), "x.c": MODULE}, True),
        ({"setup.py": SETUP.format("Extension('x', ['x.c'], optional=True)"), "x.c": MODULE}, None),
        ({"setup.py": SETUP.format("Extension('x', found())"), "lib/x.c": MODULE}, True),
        ({"setup.py": SETUP.format("Extension('x', found())"), "tests/x.c": MODULE}, False),
        (
            {
                "setup.py": SETUP.format("Extension('x', ['x.c'])"),
                "x.c": '#include "own.h"\n',
                "own.h": "#include <Python.h>\n",
            },
            True,
        ),
        ({"setup.py": SETUP.format("Extension('x', ['x.pyx'])"), "x.pyx": "cdef int a\n"}, True),
        (
            {"setup.py": SETUP.format("Extension('x', ['x.c'])"), "x.c": "#include <math.h>\n"},
            False,
        ),
        ({"setup.py": WITH_CFFI, "build_x.py": FFI.format("'int f(void);'")}, True),
        ({"setup.py": WITH_CFFI, "build_x.py": FFI.format("None")}, False),
        (
            {
                "pyproject.toml": BY_MESON,
                "meson.build": "project('x', 'c')\npy.extension_module('x', 'x.c')\n",
            },
            True,
        ),
        ({"pyproject.toml": BY_MESON, "meson.build": f"project('x', 'c')\n{PURE}"}, False),
        (
            {
                "pyproject.toml": BY_CMAKE,
                "CMakeLists.txt": f"{PROJECT}add_library(x MODULE x.cpp)\n",
                "x.cpp": "#include <pybind11/pybind11.h>\n",
            },
            True,
        ),
        (
            {
                "pyproject.toml": BY_CMAKE,
                "CMakeLists.txt": f"{PROJECT}add_executable(x x.cpp)\n",
                "x.cpp": "#include <vector>\n",
            },
            False,
        ),
        (
            {"pyproject.toml": MATURIN, "Cargo.toml": "[package]\n", "src/lib.rs": "fn f() {}"},
            False,
        ),
    ],
)
def test_what_is_compiled_for_python_needs_its_headers(files, needed):
    assert needs_python(files) is needed
