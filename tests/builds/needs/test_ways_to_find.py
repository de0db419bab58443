"""How build files find what they take, in ways of their own: each kind from a real release."""

from dataclasses import replace

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import Role, SourceNeedsInput, needs_input
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.needs.system_packages import install_commands
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
COMPILED = (".h", ".c", ".hpp", ".pyx", ".pxd")


def given(files: dict[str, str]) -> SourceNeedsInput:
    """What needs are derived from, of an sdist with these files."""
    members = tuple(
        ArchiveMember(f"x-1/{path}", len(text), marks=read_marks(text.encode(), path))
        for path, text in files.items()
    )
    texts = {f"x-1/{path}": text for path, text in files.items() if not path.endswith(COMPILED)}
    contents = SdistContents(ArchiveListing(members, texts))
    return needs_input(NormalizedName("thing"), Version("1.0"), read_sdist(contents), contents)


def packages(files: dict[str, str]) -> set[str]:
    found = install_commands(source_needs(given(files)), TRIXIE).build_packages
    return set(found) - {"cmake", "g++", "gcc", "libc6-dev", "make", "python3-dev"}


CYTHON = """
from setuptools import Extension, setup
from Cython.Build import cythonize
modules = cythonize([Extension('thing.x', ['thing/x.pyx'])], include_path=['thing/include'])
setup(name='thing', ext_modules=modules)
"""


@pytest.mark.parametrize(
    ("place", "found"),
    [("thing/include/y.pxd", {"zlib1g-dev"}), ("tests/y.pxd", set())],
    ids=["on the include path", "of the tests"],
)
def test_declarations_by_a_name_of_the_include_path_bring_their_headers(
    place: str, found: set[str]
):
    """pyodeint: ``from odeint_anyode cimport …``, whose header includes another library's."""
    files = {
        "setup.py": CYTHON,
        "pyproject.toml": "[build-system]\nrequires = ['setuptools', 'cython']\n",
        "thing/x.pyx": "from y cimport f\n",
        place: 'cdef extern from "y.hpp":\n    int f()\n',
        "thing/include/y.hpp": "#include <zlib.h>\n",
    }
    assert packages(files) == found


FUNCTIONS = """
function(typed_library name type)
  add_library(${name} ${type} ${ARGN})
endfunction()
function(cxx_library name)
  typed_library(${name} STATIC ${ARGN})
endfunction()
"""


@pytest.mark.parametrize(
    ("made", "found"), [("cxx_library(gtest_main m.cc)\n", set()), ("", {"libgtest-dev"})]
)
def test_targets_that_functions_of_the_project_make_are_no_libraries_of_the_system(
    made: str, found: set[str]
):
    """xlearn: the functions of the gtest that it ships make ``gtest_main``."""
    text = f"{PROJECT}{FUNCTIONS}{made}add_library(x MODULE x.c)\n"
    files = {
        "pyproject.toml": BY_CMAKE,
        "CMakeLists.txt": f"{text}target_link_libraries(x gtest_main)\n",
        "x.c": "int x;\n",
        "m.cc": "int m;\n",
    }
    assert packages(files) == found


RUNS_CONFIGURE = """
import subprocess
from setuptools import setup
subprocess.check_call(['./configure'], cwd='lib')
setup(name='thing')
"""
ENDS = """
AC_CHECK_PROG(found_m4, m4, yes, no)
if test x$found_m4 != xyes
then
    AC_MSG_NOTICE([it is here and there])
    AC_MSG_ERROR([m4 is not found])
fi
"""
GOES_ON = """
AC_PATH_PROG([M4], [m4])
if test -z "$M4"; then
    AC_MSG_NOTICE([without m4])
fi
AC_CHECK_LIB([m], [sin], [], [AC_MSG_ERROR([no libm])])
"""


@pytest.mark.parametrize(("check", "found"), [(ENDS, {"m4"}), (GOES_ON, set())])
def test_a_program_that_configure_ends_without_is_needed(check: str, found: set[str]):
    """passagemath-conf: m4."""
    files = {
        "setup.py": RUNS_CONFIGURE,
        "lib/configure.ac": f"AC_INIT([x], [1])\n{check}AC_OUTPUT\n",
        "lib/configure": "#!/bin/sh\n",
    }
    assert packages(files) == found


ATTEMPTS = """
from setuptools import Extension, setup

def options():
    found = False
    try:
        import pkgconfig
        if pkgconfig.exists('openblas'):
            given = pkgconfig.parse('openblas')
            found = True
    except Exception:
        pass
    if not found:
        {last}
    return given

try:
    extra = options()
except Exception:
    extra = {{}}
setup(name='thing', ext_modules=[Extension('thing', ['thing.c'], **extra)])
"""


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("given = dict(libraries=['lapack', 'blas'])", {"libopenblas-dev"}),
        ("raise RuntimeError('no blas')", set()),
        ("given = {}", set()),
    ],
    ids=["links", "ends", "does without"],
)
def test_what_is_linked_with_after_all_attempts_is_needed(last: str, found: set[str]):
    """primme: neither pkgconfig nor scipy_openblas32 is a build requirement."""
    files = {"setup.py": ATTEMPTS.format(last=last), "thing.c": "int x;\n"}
    assert packages(files) == found


PROBE = """
from setuptools import Extension, setup
{link}
def works(libraries=['R'], include_dirs=None):
    return compiles('#include <Rinterface.h>', libraries, include_dirs)

setup(name='thing', ext_modules=[Extension('thing', ['thing.c'])] if works() else [])
"""
MINGW = "link_args = ['-static-libgcc', '-Wl,-Bstatic', '-lwinpthread']\n"


@pytest.mark.parametrize("link", ["", MINGW], ids=["alone", "beside MinGW's"])
def test_a_library_that_a_function_has_by_default_is_needed(link: str):
    """rpy2-rinterface: its probe links with R; MinGW's own library is none of Linux."""
    files = {"setup.py": PROBE.format(link=link), "thing.c": "int x;\n"}
    needs = source_needs(given(files))
    assert packages(files) == {"r-base-dev"}
    assert install_commands(needs, TRIXIE).unresolved == ()


def test_wxpython_compiles_its_own_wxwidgets_with_gtk():
    facts = SourceNeedsInput(NormalizedName("wxpython"), Version("4.2.3"))
    commands = install_commands(source_needs(facts), TRIXIE)
    assert {"libgtk-3-dev", "pkg-config"} <= set(commands.build_packages)
    assert "libwxgtk3.2-dev" not in commands.build_packages


BY_CTYPES = """
from ctypes.util import find_library
from subprocess import check_call
from setuptools import setup

def is_there():
    return find_library('ode') is not None

if not is_there():
    check_call(['cmake', 'ode-0.16.1'])
{setup}
"""


@pytest.mark.parametrize(("setup", "found"), [("setup(name='thing')", {"libode-dev"}), ("", set())])
def test_a_setup_script_that_asks_ctypes_for_a_library_needs_it(setup: str, found: set[str]):
    """ode-python: without it, it has CMake build a folder that the sdist lacks."""
    name = "setup.py" if setup else "build_tools.py"
    assert packages({name: BY_CTYPES.format(setup=setup)}) == found


LINKS = """
from setuptools import Extension, setup
{before}
sources = ['thing.c', 'bluez/lib/bluetooth.c', 'bluez/lib/uuid.c']
module = Extension('thing', sources, libraries=['bluetooth'], include_dirs=['bluez'])
setup(name='thing', ext_modules=[module]{more})
"""


@pytest.mark.parametrize(
    ("before", "more", "found"),
    [
        ("", "", {"libbluetooth-dev"}),
        ("", ", cmdclass={'build_ext': Build}", set()),
        ("import subprocess\nsubprocess.check_call(['make', '-C', 'bluez'])", "", set()),
    ],
    ids=["linked alone", "by a command of its own", "made before"],
)
def test_a_library_that_nothing_makes_is_the_systems_though_its_source_is_shipped(
    before: str, more: str, found: set[str]
):
    """pygattlib: compiles some files of BlueZ, and links with libbluetooth."""
    files = {f"bluez/lib/{name}.{end}": "" for name in ("bluetooth", "uuid") for end in "ch"}
    files |= {f"bluez/{number}.c": "" for number in range(5)}
    files |= {"setup.py": LINKS.format(before=before, more=more), "thing.c": "int x;\n"}
    assert packages(files) == found


BY_A_SHELL_SCRIPT = """
import os
from setuptools import setup
os.system('CC=mpicc ' + 'sh %s/depends/install.sh ' % os.getcwd())
setup(name='thing')
"""


def test_a_shell_script_below_a_folder_that_is_computed_runs_its_programs():
    """pfft-python: the script configures and makes what it fetches."""
    text = "cd $TMP\n../lib/configure --prefix=$PREFIX &&\nmake -j 4 &&\nmake install\n"
    needs = source_needs(given({"setup.py": BY_A_SHELL_SCRIPT, "depends/install.sh": text}))
    assert "make" in {need.name for need in needs if need.role is Role.REQUIRED}


def test_sources_are_compiled_where_those_that_modules_declare_say_no_language():
    """pybufr-ecmwf: its command compiles Fortran for a module of no such source."""
    module = "setup(name='thing', ext_modules=[Extension('thing', ['thing/interface'])])\n"
    files = {
        "setup.py": f"from setuptools import Extension, setup\n{module}",
        "thing/x.f90": "end\n",
    }
    assert packages(files) == {"gfortran"}


def test_what_cython_made_shipped_c_of_names_its_headers():
    """pycvodes: without Cython, ``_cvodes.cpp`` is compiled, which wants SUNDIALS as its .pyx."""
    guarded = "/* Generated by Cython 3.1.2 */\n#include <y.h>\n"
    module = "setup(name='thing', ext_modules=[Extension('thing.x', ['thing/x.c'])])\n"
    files = {
        "setup.py": f"from setuptools import Extension, setup\n{module}",
        "thing/x.c": guarded,
        "thing/x.pyx": 'cdef extern from "y.h":\n    int f()\n',
        "thing/y.h": "#include <zlib.h>\n",
    }
    assert packages(files) == {"zlib1g-dev"}
    assert packages({**files, "thing/x.pyx": "x = 1\n"}) == set()


@pytest.mark.parametrize(
    ("helpers", "found"),
    [("extension_helpers", {"c++"}), ("helpers", set())],
    ids=["extension-helpers", "nobody reads it"],
)
def test_setup_packages_of_folders_name_the_compiler_of_cplusplus(helpers: str, found: set[str]):
    """halotools: each folder's get_extensions() has ``language = "c++"``."""
    module = "def get_extensions():\n    language = 'c++'\n    return [f(language=language)]\n"
    files = {
        "setup.py": f"from {helpers} import get_extensions\nsetup(ext_modules=get_extensions())\n",
        "thing/a/b/setup_package.py": module,
        "thing/a/b/x.pyx": "x = 1\n",
    }
    assert {need.name for need in source_needs(given(files)) if need.name == "c++"} == found


BY_COMMAND = """
from subprocess import call
def on_linux():
    line = 'g++ -fPIC -x c++ -I' + FOLDER
    call(line, shell=True)
def build():
    {'Linux': on_linux}[SYSTEM]()
"""


@pytest.mark.parametrize(("method", "role"), [("build", Role.REQUIRED), ("clean", Role.OPTIONAL)])
def test_commands_of_the_cplusplus_compiler_need_it_where_the_build_calls_them(
    method: str, role: Role
):
    """pyvma: a variable holds the command that a function of another module runs."""
    files = {
        "setup.py": f"from thing_build import compiled\ncompiled.{method}()\nsetup(name='thing')\n",
        "thing_build/__init__.py": "",
        "thing_build/compiled.py": BY_COMMAND,
    }
    (need,) = (need for need in source_needs(given(files)) if need.name == "c++")
    assert need.role is role


def test_a_library_from_pypi_brings_no_headers_of_the_system():
    """dionysus: Debian's pybind11-dev would bring zlib1g-dev, the build requirement does not."""
    files = {
        "pyproject.toml": BY_CMAKE.replace('"]', '", "pybind11"]', 1),
        "CMakeLists.txt": PROJECT
        + "find_package(pybind11 REQUIRED)\npybind11_add_module(y y.cpp)\n",
        "y.cpp": '#include "z.h"\n',
        "z.h": "#include <zlib.h>\n",
    }
    assert packages(files) == {"zlib1g-dev"}


BY_POETRY = """
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
[tool.poetry.build]
script = "setup.py"
"""
BY_SCRIPT = """
from setuptools import Extension, setup
libraries = ['png']
setup(name='thing', ext_modules=[Extension('x', ['x.c'], libraries=libraries)])
"""


@pytest.mark.parametrize(
    ("pyproject", "found"),
    [
        (BY_CMAKE, set()),
        ("", {"libpng-dev"}),
        (BY_POETRY, {"libpng-dev"}),
    ],
    ids=["CMake", "setuptools", "Poetry's build script"],
)
def test_a_setup_script_that_the_backend_does_not_run_names_no_libraries(
    pyproject: str, found: set[str]
):
    """grib2io: left from the time before scikit-build-core."""
    files = {
        "pyproject.toml": pyproject,
        "setup.py": BY_SCRIPT,
        "CMakeLists.txt": f"{PROJECT}add_library(x MODULE x.c)\n",
        "x.c": "int x;\n",
    }
    assert packages(files) == found


RUNS_MAKE = """
from subprocess import call
from setuptools import setup
from setuptools.command.build_py import build_py

class Build(build_py):
    def run(self):
        call(['make', '-C', 'native'])
        build_py.run(self)

setup(name='thing', cmdclass={'build_py': Build})
"""


def test_what_make_compiles_is_not_left_to_the_cmake_of_a_library_beside():
    """warble: its own C++ beside a library whose CMakeLists.txt nothing runs."""
    files = {
        "setup.py": RUNS_MAKE,
        "native/Makefile": "all: x.o\n",
        "native/x.cpp": "int x;\n",
        "native/deps/y/CMakeLists.txt": PROJECT,
    }
    needs = source_needs(given(files))
    assert "c++" in {need.name for need in needs if need.role is Role.REQUIRED}


GLFW = """
cmake_minimum_required(VERSION 3.20)
project(GLFW LANGUAGES C)
include(CMakeDependentOption)
{before}
cmake_dependent_option(GLFW_BUILD_COCOA "Cocoa" ON "APPLE" OFF)
cmake_dependent_option(GLFW_BUILD_X11 "X11" ON "UNIX;NOT APPLE" OFF)
cmake_dependent_option(GLFW_BUILD_WAYLAND "Wayland" ON "UNIX;NOT APPLE" OFF)
if(GLFW_BUILD_WAYLAND)
  pkg_check_modules(Wayland REQUIRED wayland-client xkbcommon)
endif()
if(GLFW_BUILD_X11)
  find_package(X11 REQUIRED)
  if(NOT X11_Xrandr_INCLUDE_PATH)
    message(FATAL_ERROR "RandR headers not found")
  endif()
  if(NOT X11_Xshape_INCLUDE_PATH)
    message(FATAL_ERROR "X Shape headers not found")
  endif()
  if(NOT X11_Xi_INCLUDE_PATH)
    message(STATUS "without XInput")
  endif()
endif()
if(GLFW_BUILD_COCOA)
  find_package(ZLIB REQUIRED)
endif()
"""
X11 = {"libx11-dev", "libxext-dev", "libxrandr-dev"}
WAYLAND = {"libwayland-dev", "libxkbcommon-dev", "pkg-config", "wayland-protocols"}


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("", X11 | WAYLAND),
        ('set(GLFW_BUILD_WAYLAND OFF CACHE BOOL "" FORCE)', X11),
        ('set(GLFW_BUILD_WAYLAND ON)\nset(GLFW_BUILD_WAYLAND OFF CACHE BOOL "" FORCE)', X11),
    ],
    ids=["as it is", "switched off", "switched off by force"],
)
def test_options_that_depend_on_the_system_choose_the_libraries(before: str, found: set[str]):
    """py-glfw-redux: GLFW in the sdist."""
    files = {"pyproject.toml": BY_CMAKE, "CMakeLists.txt": GLFW.replace("{before}", before)}
    assert packages(files) == found


BY_VCPKG = """
find_package(unofficial-xmlsec QUIET)
if(TARGET unofficial::xmlsec::xmlsec1-openssl)
  add_library(xmlsec ALIAS unofficial::xmlsec::xmlsec1-openssl)
else()
  pkg_check_modules(XMLSEC xmlsec1-openssl REQUIRED IMPORTED_TARGET)
endif()
"""
BY_ITS_OWN = """
find_package(XmlSecTool QUIET)
if(NOT XmlSecTool_FOUND)
  pkg_check_modules(XMLSEC xmlsec1-openssl REQUIRED)
endif()
"""
ON_SYSTEMS_THAT_HAVE_IT = """
find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
  pkg_check_modules(XMLSEC xmlsec1-openssl REQUIRED)
endif()
"""


@pytest.mark.parametrize(
    ("text", "more", "found"),
    [
        (BY_VCPKG, {}, True),
        (BY_ITS_OWN, {}, True),
        (BY_ITS_OWN, {"cmake/FindXmlSecTool.cmake": "set(XmlSecTool_FOUND 1)\n"}, False),
        (BY_ITS_OWN.replace("NOT ", "OFFLINE AND NOT "), {}, False),
        (f"add_library(unofficial::xmlsec x)\n{BY_ITS_OWN}", {}, True),
        (f"FetchContent_Declare(XmlSecTool URL https://x.example/x.tgz)\n{BY_ITS_OWN}", {}, False),
        (ON_SYSTEMS_THAT_HAVE_IT, {}, False),
    ],
    ids=["vcpkg's", "unknown", "own module", "two conditions", "another", "fetched", "packaged"],
)
def test_what_is_demanded_for_want_of_a_package_that_nobody_has_is_needed(
    text: str, more: dict[str, str], *, found: bool
):
    """pydigidoc: pkg-config must know xmlsec where vcpkg's files are not there."""
    files = {"pyproject.toml": BY_CMAKE, "CMakeLists.txt": PROJECT + text, **more}
    assert ({"libxmlsec1-dev", "pkg-config"} <= packages(files)) is found


def test_what_no_distribution_has_and_the_project_fetches_is_not_missing():
    """pymusly: FIND_PACKAGE_ARGS finds nothing, and the sources are fetched."""
    text = (
        "FetchContent_Declare(Musly URL https://x.example/m.tgz FIND_PACKAGE_ARGS)\n"
        "FetchContent_MakeAvailable(Musly)\ntarget_link_libraries(x PRIVATE Musly::libmusly)\n"
    )
    files = {"pyproject.toml": BY_CMAKE, "CMakeLists.txt": PROJECT + text}
    assert not install_commands(source_needs(given(files)), TRIXIE).unresolved
    needed = {
        "pyproject.toml": BY_CMAKE,
        "CMakeLists.txt": f"{PROJECT}find_package(Musly REQUIRED)\n",
    }
    assert install_commands(source_needs(given(needed)), TRIXIE).unresolved


BUILDS = """
if [ `uname` == "Darwin" ]; then
  echo $'#include <stdio.h>\\nint main() {\\n}' > test.c
fi
apply() {
  perl -pi -e "$1"
}
patch -p0 < fix
./configure
"""


@pytest.mark.parametrize(
    "command", ["'cd lib && %s ./build.sh' % shell", "'cd lib; sh build.sh'", "'lib/build.sh'"]
)
def test_a_shell_script_in_a_line_of_commands_is_run(command: str):
    """gnureadline: of C in a string is no function of the shell that begins there."""
    script = f"import os\nshell = '/bin/sh'\nos.system({command})\n{CYTHON}"
    files = {
        "setup.py": script,
        "pyproject.toml": "[build-system]\nrequires = ['setuptools', 'cython']\n",
        "thing/x.pyx": "",
        "lib/build.sh": BUILDS,
    }
    assert packages(files) == {"patch"}


def tools(script: str, **files: str) -> set[str]:
    """The compilers and build tools of a setup script with one source in C."""
    named = {path.replace("__", "."): text for path, text in files.items()}
    pyproject = "[build-system]\nrequires = ['setuptools']\n"
    sdist = {"setup.py": script, "pyproject.toml": pyproject, "x.c": "", **named}
    return set(install_commands(source_needs(given(sdist)), TRIXIE).build_packages)


COMMAND = """
import os, subprocess, sys
from shutil import which
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
{before}
class Build(build_ext):
    def build_extensions(self):
{body}
        super().build_extensions()
setup(name='x', cmdclass={{'build_ext': Build}}, ext_modules=[Extension('x', ['x.c'])])
"""


def test_the_last_of_several_names_of_a_program_is_what_is_needed():
    """xrootd: cmake3 is of old releases of Red Hat alone."""
    script = COMMAND.format(
        before="cmake = which('cmake3') or which('cmake')",
        body="        subprocess.check_call([cmake, '.'])",
    )
    assert {"cmake", "make"} <= tools(script, CMakeLists__txt="project(x C)\n")


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        ("sys.platform == 'win32'", False),
        ("sys.platform.startswith('darwin')", False),
        ("platform.system() == 'Windows'", False),
        ("sys.platform == 'linux'", True),
        ("os.name == 'posix'", True),
        ("sys.platform.startswith('lin')", True),
    ],
)
def test_what_a_command_starts_on_other_systems_is_not_needed(condition: str, *, needed: bool):
    """rebound: clang on Windows."""
    body = (
        f"        if {condition}:\n            subprocess.run(['clang', '-c', 'a.s'], check=True)"
    )
    assert ("clang" in tools(COMMAND.format(before="import platform", body=body))) is needed
    body = f"        if not {condition}:\n            subprocess.run(['clang', '-c', 'a.s'])"
    assert "clang" in tools(COMMAND.format(before="import platform", body=body))


def test_a_project_of_cmake_that_is_not_in_the_sdist_compiles_c_and_cxx():
    """pyshaderc: its library is in a zip archive."""
    body = "        subprocess.check_call(['cmake', '-S', 'unpacked', '-B', 'b'])"
    assert "g++" in tools(COMMAND.format(before="", body=body))
    helper = "import subprocess\ndef build():\n    call = ['cmake', '-B', 'b']\n"
    helper += "    call += ['-S', 'unpacked']\n    subprocess.check_call(call)\n"
    script = COMMAND.format(before="import build_library", body="        build_library.build()")
    assert "g++" in tools(script, build_library__py=helper)
    given_here = {"CMakeLists__txt": "project(x C)\n"}
    assert "g++" not in tools(COMMAND.format(before="", body=body), **given_here)


SHORT = "setup(name='x', ext_modules=[Extension('x', ['x.c'], libraries=['z'])])"


@pytest.mark.parametrize(
    ("text", "path", "needed"),
    [
        ("if hasattr(sys, 'x'): pass", "setup.py", False),
        ("links = '-lattr'", "setup.py", True),
        ("wants = {'libattr': True}", "setup.py", True),
        ("apt-get install libattr1-dev", ".github/scripts/install.sh", False),
        ("apt-get install libattr1-dev", "tests/install.sh", False),
    ],
)
def test_a_library_of_a_wheel_is_spoken_of_by_its_whole_name_where_the_build_reads(
    text: str, path: str, *, needed: bool
):
    """sfml: what its own libraries link with is no need, whatever CI installs."""
    script = f"import sys\nfrom setuptools import Extension, setup\n{SHORT}\n"
    texts = {"setup.py": script, "x.c": "", "pyproject.toml": ""}
    texts[path] = f"{text}\n{texts.get(path, '')}"
    facts = replace(given(texts), vendored=("x.libs/libattr-4f2a9577.so.1.1.0",))
    found = install_commands(source_needs(facts), TRIXIE).build_packages
    assert "zlib1g-dev" in found
    assert ("libattr1-dev" in found) is needed


WRAPS = "project('x', 'c')\ndependency('symfpu', required: true)\ndependency('zlib')\n"
WRAP_GIT = "[wrap-git]\nurl = https://x.example/symfpu.git\nrevision = head\n"
WRAP_FILE = "[wrap-file]\nsource_url = https://x.example/x.tgz\n[provide]\nsymfpu = symfpu_dep\n"


@pytest.mark.parametrize(
    ("more", "missing", "git"),
    [
        ({}, True, False),
        ({"subprojects/symfpu.wrap": WRAP_GIT}, False, True),
        ({"subprojects/symfpu-2.wrap": WRAP_FILE}, False, False),
        ({"subprojects/other.wrap": WRAP_GIT}, True, False),
        ({"subprojects/zlib.wrap": WRAP_GIT.replace("symfpu", "zlib")}, True, False),
        ({"subprojects/symfpu.wrap": WRAP_GIT, "subprojects/symfpu/x.h": ""}, False, False),
        (
            {"subprojects/symfpu.wrap": f"{WRAP_GIT}directory = s-1\n", "subprojects/s-1/x.h": ""},
            False,
            False,
        ),
        ({"subprojects/symfpu.wrap": WRAP_GIT, "subprojects/s-1/x.h": ""}, False, True),
    ],
    ids=[
        *("no wrap", "by git", "provided", "another", "packaged", "in the sdist"),
        *("in another folder", "of another"),
    ],
)
def test_what_meson_fetches_by_a_wrap_is_not_missing_and_may_take_git(
    more: dict[str, str], *, missing: bool, git: bool
):
    """bitwuzla: symfpu is in no distribution."""
    build = "[build-system]\nrequires = ['meson-python']\nbuild-backend = 'mesonpy'\n"
    files = {"pyproject.toml": build, "meson.build": WRAPS, **more}
    commands = install_commands(source_needs(given(files)), TRIXIE)
    assert bool(commands.unresolved) is missing
    assert ("git" in commands.build_packages) is git
    assert "zlib1g-dev" in commands.build_packages


def test_a_script_that_asks_rpm_for_its_version_needs_the_program():
    """rpm-head-signing: Debian has it, though it installs nothing by it."""
    script = "import subprocess\nsubprocess.check_output(['rpm', '--version'])\n"
    assert "rpm" in tools(f"{script}{COMMAND.format(before='', body='        pass')}")


@pytest.mark.parametrize(("program", "linked"), [("mecab-config", True), ("pcap-config", False)])
def test_a_program_that_prints_the_library_of_cxx_takes_its_compiler(program: str, *, linked: bool):
    """fugashi-plus: C alone, linked with what mecab-config prints."""
    script = f"import subprocess\nsubprocess.check_output(['{program}', '--libs'])\n"
    found = tools(f"{script}{COMMAND.format(before='', body='        pass')}")
    assert ("g++" in found) is linked
    assert {"libmecab-dev", "libpcap0.8-dev", "libpcap-dev"} & found


@pytest.mark.parametrize(
    ("module", "asks"),
    [
        ("pkg_check_modules(GLIB2_PKG glib-2.0)\nfind_library(GLIB2_LIBRARIES glib-2.0)\n", True),
        ("find_library(GLIB2_LIBRARIES glib-2.0)\n# pkg_check_modules(GLIB2 glib-2.0)\n", False),
    ],
)
def test_a_module_of_the_project_asks_pkg_config_for_what_is_demanded(module: str, *, asks: bool):
    """gfal2-python: GLib's headers lie where pkg-config alone says."""
    files = {
        "pyproject.toml": BY_CMAKE,
        "CMakeLists.txt": f"{PROJECT}find_package(GLIB2 REQUIRED)\n",
        "cmake/FindGLIB2.cmake": module,
    }
    assert ("pkg-config" in packages(files)) is asks
    files["CMakeLists.txt"] = f"{PROJECT}find_package(GLIB2)\n"
    assert "pkg-config" not in packages(files)
