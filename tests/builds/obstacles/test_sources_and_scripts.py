"""Builds that end for what scripts link with, run and include, in sdists built here."""

from __future__ import annotations

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version
from sdist_readings import contents_of

from wheelcheck.builds.needs.build_need import SourceNeedsInput, needs_input
from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles, compiled_files
from wheelcheck.builds.obstacles.compiling.library_errors import library_errors
from wheelcheck.builds.obstacles.compiling.missing_headers import missing_headers, missing_in_cffi
from wheelcheck.builds.obstacles.compiling.refused_options import other_pythons
from wheelcheck.builds.obstacles.compiling.source_breaks import source_breaks
from wheelcheck.builds.obstacles.described_modules import described_modules
from wheelcheck.builds.obstacles.downloads import network_obstacles
from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.missing_folders import missing_project
from wheelcheck.builds.obstacles.newer_tools.new_standard import new_standard
from wheelcheck.builds.obstacles.newer_tools.old_numpy_code import old_numpy_code
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.project_settings.refused_settings import refused_settings
from wheelcheck.builds.obstacles.setup_run.certain_run import certain_stop
from wheelcheck.builds.obstacles.setup_run.run_state import RunSettings
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.errors import Unknown

HEAD = "from setuptools import Extension, setup\n"
GCC_14 = Version("14.2")


@pytest.mark.parametrize(
    ("library", "minor", "fails"),
    [
        ("python3.6m", 13, [True]),
        ("python3.6m", 6, []),
        ("python3.13", 13, []),
        ("python3.13m", 13, [True]),
        ("python3", 13, []),
    ],
)
def test_the_library_of_another_python(library: str, minor: int, fails: list[bool]):
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'], libraries=['{library}', 'z'])])"
    facts = read_sdist(contents_of(setup__py=script, x__c=""))
    assert [obstacle.fatal for obstacle in other_pythons(facts.script, minor)] == fails


RUNS_CMAKE = """
import subprocess
from setuptools.command.build_ext import build_ext
class CMakeExtension(Extension):
    def __init__(self, name):
        Extension.__init__(self, name, sources=[])
class Build(build_ext):
    def run(self):
        for each in self.extensions:
            subprocess.check_call(['cmake', '.'])
setup(ext_modules=[CMakeExtension('x')], cmdclass={'build_ext': Build})
"""


def test_a_script_that_runs_cmake_needs_a_project_for_it():
    def fails(script: str, **more: str) -> list[bool]:
        contents = contents_of(setup__py=script, **more)
        return [o.fatal for o in missing_project(read_sdist(contents), contents)]

    assert fails(HEAD + RUNS_CMAKE) == [True]
    assert fails(HEAD + RUNS_CMAKE, CMakeLists__txt="project(x)") == []
    assert fails(HEAD + RUNS_CMAKE.replace("subprocess.", "git('clone')\nsubprocess.", 0)) == [True]
    assert fails(f"{HEAD}import tarfile\ntarfile.open('x.tar').extractall()\n{RUNS_CMAKE}") == []


CHOOSES_OPTIONS = """
from setuptools.command.build_ext import build_ext
class Build(build_ext):
    def build_extensions(self):
        for each in self.extensions:
            each.extra_compile_args = ['-O3']
        super().build_extensions()
setup(ext_modules=[Extension('x', ['x.c'])], cmdclass={'build_ext': Build})
"""


def headers_missing(
    contents: SdistContents, *, installed: str = "setuptools", cythonizes: bool = False
) -> tuple[BuildObstacle, ...]:
    """What is said of the files that the script certainly compiles, with `installed` alone."""
    files = compiled_files(read_sdist(contents), contents, cythonizes=cythonizes)
    script = contents.texts["setup.py"]
    return missing_headers(files.certain, contents, {installed: None}, script=script, complete=True)


@pytest.mark.parametrize(
    ("script", "reported"),
    [
        (CHOOSES_OPTIONS, True),
        (CHOOSES_OPTIONS.replace("super()", "self.spawn(['tool'])\n        super()"), False),
        (CHOOSES_OPTIONS.replace("build_extensions(self)", "run(self)"), False),
    ],
)
def test_a_command_that_chooses_options_writes_no_headers(script: str, reported: bool):  # noqa: FBT001
    contents = contents_of(setup__py=HEAD + script, x__c='#include "gone.h"\n')
    found = headers_missing(contents)
    assert ["gone.h" in obstacle.message for obstacle in found] == [True] * reported


@pytest.mark.parametrize(("header", "reported"), [("parts/gone.h", True), ("parts/mysql.h", False)])
def test_a_header_that_was_left_out_of_its_folder(header: str, reported: bool):  # noqa: FBT001
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'])])"
    contents = contents_of(setup__py=script, x__c=f'#include "{header}"\n', **{"parts/a__h": ""})
    found = headers_missing(contents)
    assert [obstacle.fatal for obstacle in found] == [True] * reported


@pytest.mark.parametrize(("beside", "reported"), [("other__py", True), ("whole__pyx", False)])
def test_a_source_that_another_includes(beside: str, reported: bool):  # noqa: FBT001
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'], include_dirs=['lib'])])"
    contents = contents_of(setup__py=script, x__c='#include "whole.c"\n', **{beside: ""})
    found = headers_missing(contents, installed="torch")
    assert ["whole.c" in obstacle.message for obstacle in found] == [True] * reported


BY_CYTHON = """/* Generated by Cython 3.1.3 */
#include <Python.h>
#include "numpy/arrayobject.h"
static PyObject *__pyx_f_5numpy_PyDataType_SHAPE(PyArray_Descr *__pyx_v_d) {
  return ((PyObject*)__pyx_v_d->subarray->shape);
}
"""


GUARDED = """#include "numpy/arrayobject.h"
#if NPY_ABI_VERSION < 0x02000000
int f(PyArray_Descr *d) { return d->elsize; }
#endif
"""


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (BY_CYTHON, True),
        (BY_CYTHON.replace("__pyx_v_d->subarray->", "__pyx_f_subarray(__pyx_v_d)->"), False),
        ('#include "numpy/arrayobject.h"\nint f(PyArray_Descr *d) { return d->elsize; }\n', True),
        ('#include "numpy/arrayobject.h"\nint f(Own *d) { return d->elsize; }\n', False),
        (GUARDED, False),
    ],
)
def test_members_of_descriptors_that_numpy_2_hides(text: str, gone: bool):  # noqa: FBT001
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'])])"
    contents = contents_of(setup__py=script, x__c=text)
    files = compiled_files(read_sdist(contents), contents, cythonizes=False)

    def found(numpy: str) -> list[bool]:
        return [o.fatal for o in old_numpy_code(files, contents, Version(numpy), GCC_14)]

    assert found("2.2.6") == [True] * gone
    assert found("1.26.4") == []


TYPE = """#include <Python.h>
static PyTypeObject Thing = {
    PyVarObject_HEAD_INIT(NULL, 0)
    "x.Thing", sizeof(int), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    Py_TPFLAGS_DEFAULT,
    "Thing(self, initial, default=None, size=None, /)\\n"
    "--\\n\\nKeeps a, b, c, d, e and NULL.",
    0, 0, 0, 0, 0, 0,
};
"""


def test_commas_in_the_documentation_of_a_type_separate_no_values():
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'])])"

    def fails(text: str) -> list[bool]:
        contents = contents_of(setup__py=script, x__c=text)
        files = compiled_files(read_sdist(contents), contents, cythonizes=False)
        return [o.fatal for o in source_breaks(files, contents, 13, GCC_14)]

    assert fails(TYPE) == []
    assert fails(TYPE.replace("0, 0, 0,", "0, NULL, NULL,", 1)) == [True]


LAST_WORD = """
import os, sys
if sys.argv[-1] == 'clean':
    os.system('rm -rf build')
    sys.exit()
setup(name='x', install_requires=open('requirements.txt').readlines())
"""


def test_the_last_word_of_the_command_line_is_known():
    texts = {"setup.py": HEAD + LAST_WORD}
    finds = Importable((3, 13), {"setuptools": Version("84.2.1")})
    stop = certain_stop(texts, frozenset(texts), finds, RunSettings())
    assert stop is not None
    assert "requirements.txt" in stop.why


def test_a_script_for_cffi_may_download():
    setup = f"{HEAD}setup(setup_requires=['cffi'], cffi_modules=[\n    'build.py:ffi'\n])"
    texts = {"setup.py": setup, "build.py": "from urllib.request import urlopen\nurlopen('x')\n"}
    found = network_obstacles(SourceNeedsInput(NormalizedName("x"), Version("1"), texts=texts))
    assert [obstacle.code for obstacle in found] == ["downloads-script"]


def test_lists_in_setup_requires_count_too():
    script = f"{HEAD}more = ['cffi>=1.0']\nsetup(setup_requires=['wheel', more])"
    facts = read_sdist(contents_of(setup__py=script))
    assert facts.script is not None
    assert facts.script.setup_requires == ("wheel", "cffi>=1.0")


NAMESPACE = "__import__('pkg_resources').declare_namespace(__name__)\n"


@pytest.mark.parametrize(
    ("first", "installed", "missing"),
    [
        ("from bob.extension import Library", {}, True),
        ("import bob.extension", {"wheel": "1"}, True),
        ("import bob.extension", {"bob-extension": "1"}, False),
        ("import bob.own", {}, False),
        ("import bob.compiled", {}, False),
        ("open('bob/extension.py', 'w')\nimport shutil\nshutil.copy(a, b)\nimport bob.extension",
            {}, False),
        ("try:\n    import bob.extension\nexcept ImportError:\n    pass", {}, False),
    ],
)  # fmt: skip
def test_a_part_of_a_namespace_package_that_nothing_brings(
    first: str,
    installed: dict[str, str],
    missing: bool,  # noqa: FBT001
):
    texts = {"setup.py": f"{first}\n{HEAD}setup()", "bob/__init__.py": NAMESPACE, "bob/own.py": ""}
    versions = {"setuptools": "75.0", **installed}
    finds = Importable((3, 13), {name: Version(v) for name, v in versions.items()})
    paths = frozenset({*texts, "bob/compiled.pyx"})
    stop = certain_stop(texts, paths, finds, RunSettings())
    assert (stop is not None and "bob.extension" in stop.why) is missing


@pytest.mark.parametrize(
    ("header", "fails"),
    [
        ("#ifndef _MSC_VER // [\n#error Use it with Microsoft only\n#endif\n", [True]),
        ("#if !defined(_WIN32)\n#error no\n#endif\n", [True]),
        ("#if !defined(_WIN32) && !defined(UNIX)\n#error no\n#endif\n", []),
        ("#ifdef _MSC_VER\n#error no\n#endif\n", []),
        ("#ifdef X\n#ifndef _MSC_VER\n#error no\n#endif\n#endif\n", []),
    ],
)
def test_a_header_of_another_compiler(header: str, fails: list[bool]):
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'])])"
    contents = contents_of(setup__py=script, x__c='#include "stdint.h"\n', stdint__h=header)
    files = compiled_files(read_sdist(contents), contents, cythonizes=False)
    trixie = Distribution(Family.APT, "debian", "13")
    assert [o.fatal for o in library_errors(files, contents, trixie)] == fails
    aside = {"msvc/stdint__h": header, "setup__py": script, "x__c": '#include "stdint.h"\n'}
    contents = contents_of(**aside)
    files = compiled_files(read_sdist(contents), contents, cythonizes=False)
    assert library_errors(files, contents, trixie) == ()


CFFI = "setup(setup_requires=['cffi'], cffi_modules=['build_x.py:ffi'])"


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("#include <windows.h>", ["windows.h"]),
        ("#include <errno.h>\n#include <png.h>", []),
        ("#ifdef WIN\n#include <windows.h>\n#endif", []),
    ],
)
def test_headers_in_the_c_of_cffi(source: str, missing: list[str]):
    given = dict.fromkeys(("setuptools", "cffi", "pycparser"))
    for build in (f"ffi.set_source('x', {source!r})", f"c = {source!r}\nffi.set_source('x', c)"):
        contents = contents_of(setup__py=HEAD + CFFI, build_x__py=f"ffi = FFI()\n{build}\n")
        found = missing_in_cffi(contents, given, complete=True)
        assert [o.message.split()[2].rstrip(",") for o in found] == missing


def test_headers_in_the_c_of_cffi_lead_to_packages():
    build = "ffi = FFI()\nffi.set_source('x', '#include <rrd.h>')\n"
    contents = contents_of(setup__py=HEAD + CFFI, build_x__py=build)
    source = needs_input(NormalizedName("x"), Version("1"), read_sdist(contents), contents)
    assert source.sure_headers == {"rrd.h": "build_x.py"}


@pytest.mark.parametrize(
    ("use", "python", "stops"),
    [
        ("'x' + sysconfig.get_config_var('SO')", (3, 11), True),
        ("'x' + sysconfig.get_config_var('SO')", (3, 10), False),
        ("sysconfig.get_config_vars()['SO']", (3, 13), True),
        ("'x' + sysconfig.get_config_var('EXT_SUFFIX')", (3, 13), False),
        ("print(sysconfig.get_config_var('SO'))", (3, 13), False),
        ("'x%s' % sysconfig.get_config_var('SO')", (3, 13), False),
    ],
)
def test_a_setting_that_left_the_configuration_of_python(
    use: str,
    python: tuple[int, int],
    stops: bool,  # noqa: FBT001
):
    for module in ("import sysconfig", "from distutils import sysconfig"):
        texts = {"setup.py": f"{HEAD}{module}\nname = {use}\nsetup()"}
        finds = Importable(python, {"setuptools": Version("84.2.1")})
        stop = certain_stop(texts, frozenset(texts), finds, RunSettings())
        assert (stop is not None) is stops


def test_a_byte_order_mark_stays_before_no_script_and_in_settings():
    """`setup.py` is opened by tokenize, which drops it; `setup.cfg` by configparser (run)."""
    assert not isinstance(parse("\ufefffrom setuptools import setup\n"), Unknown)
    sdist = contents_of(setup__py=HEAD + "setup()\n", setup__cfg="\ufeff[metadata]\nname = x\n")
    (found,) = refused_settings(sdist, Version("80"), whole=True)
    assert found.fatal
    assert "byte order mark" in found.message
    plain = contents_of(setup__py=HEAD + "setup()\n", setup__cfg="[metadata]\nname = x\n")
    assert list(refused_settings(plain, Version("80"), whole=True)) == []


@pytest.mark.parametrize(
    ("include", "gcc", "fatal"),
    [
        ("<flat_map>", "14.2", [True]),
        ("<flat_map>", "15.1", []),
        ('"flat_map"', "14.2", []),
        ("<print>", "12.2", [True]),
        ("<print>", "14.2", []),
        ("<own_map>", "14.2", []),
    ],
)
def test_a_header_of_a_later_standard_library(include: str, gcc: str, fatal: list[bool]):
    """cricodecs 1.2.0 on GCC 14: ``fatal error: flat_map: No such file or directory``."""
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.cpp'])])"
    contents = contents_of(setup__py=script, x__cpp=f"#include {include}\n")
    files = compiled_files(read_sdist(contents), contents, cythonizes=False)
    found = new_standard(files, contents, Version(gcc))
    assert [obstacle.fatal for obstacle in found] == fatal
    assert all(include[1:-1] in obstacle.message for obstacle in found)


def test_a_later_header_in_a_condition_or_a_file_that_may_be_left_out():
    guarded = "#if __has_include(<flat_map>)\n#include <flat_map>\n#endif\n"
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.cpp'])])"
    contents = contents_of(setup__py=script, x__cpp=guarded, y__cpp="#include <flat_map>\n")
    assert new_standard(CompiledFiles(("x.cpp",)), contents, GCC_14) == ()
    (warning,) = new_standard(CompiledFiles((), ("y.cpp",)), contents, GCC_14)
    assert (warning.fatal, warning.may_be_left_out) == (False, True)
    assert new_standard(CompiledFiles(("y.cpp",)), contents, None) == ()


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("# make sure that subprocess is not needed", True),
        ("import shutil\nshutil.rmtree('build')", True),
        ("import shutil\r\nshutil.rmtree('build')\r", True),
        ("from shutil import rmtree\nrmtree('build')", True),
        ("import shutil\nshutil.copytree('../include', 'include')", False),
        ("import subprocess\nsubprocess.run(['tool'])", False),
    ],
)
def test_what_a_script_writes_headers_by(line: str, reported: bool):  # noqa: FBT001
    script = f"{HEAD}{line}\nsetup(ext_modules=[Extension('x', ['x.c'])])"
    contents = contents_of(setup__py=script, x__c='#include "gone.h"\n')
    found = headers_missing(contents)
    assert ["gone.h" in obstacle.message for obstacle in found] == [True] * reported


@pytest.mark.parametrize(
    ("beside", "reported"), [("parts__h", True), ("parts__y", False), ("parts__c", False)]
)
def test_c_that_another_file_includes_and_the_sdist_lacks(beside: str, reported: bool):  # noqa: FBT001
    """pyxdelta 0.2.3: ``xdelta3.h`` is there, ``xdelta3.c`` is not; a grammar may become it."""
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'])])"
    contents = contents_of(setup__py=script, x__c='#include "parts.c"\n', **{beside: "int a;"})
    found = headers_missing(contents)
    assert ["parts.c" in obstacle.message for obstacle in found] == [True] * reported


@pytest.mark.parametrize(
    ("include", "line", "reported"),
    [
        ('"gone.hpp"', "", True),
        ('"gone/gone.h"', "", True),
        ('"../gone/gone.h"', "", True),
        ("<gone.hpp>", "", False),
        ('"gone.hpp"', "import subprocess", False),
        ('"boost/shared_ptr.hpp"', "", False),
        ('"made.h"', "", False),
        ('"made_api.h"', "", False),
        ('"gone.h"', "from Cython.Build import cythonize", True),
        ('"gone.h"', "cmdclass = {'build_ext': print}  # copyright, removed", True),
        ('"gone.h"', "requires = ['requests']", True),
        ('"gone.h"', "import requests", False),
        ('"gone.h"', "with open('gone.h', 'w') as f: print(1, file=f)", False),
        ('"gone.h"', "with open('README') as f: print(f)", True),
        ('"gone.h"', "Path('gone.h').write_text('')", False),
        ('"gone.h"', "from distutils.file_util import copy_file", False),
        ('"gone.h"', "import os; os.replace('a.h', 'gone.h')", False),
        ('"gone.h"', "import tarfile; tarfile.open('a.tgz').extractall()", False),
    ],
)
def test_headers_in_quotes_that_nothing_holds_or_makes(include: str, line: str, reported: bool):  # noqa: FBT001
    script = f"{HEAD}{line}\nsetup(ext_modules=[Extension('x', ['x.cpp'])])"
    contents = contents_of(setup__py=script, x__cpp=f"#include {include}\n", made__pyx="")
    found = headers_missing(contents, cythonizes=True)
    assert [obstacle.fatal for obstacle in found] == [False] * reported
    assert headers_missing(contents, installed="unknown", cythonizes=True) == ()


@pytest.mark.parametrize(
    ("header", "options", "reported"),
    [
        ("<ucl.h>", "", True),
        ("<zlib.h>", "", False),
        ("<ucl.h>", ", include_dirs=['/usr/include/ucl']", False),
        ("<ucl.h>", ", extra_compile_args=['-I/opt/ucl']", False),
        ("<ucl/ucl.h>", "", False),
    ],
)
def test_a_header_in_a_folder_that_no_script_names(header: str, options: str, reported: bool):  # noqa: FBT001
    """ucl 0.8.1: Debian's ``ucl.h`` is in ``/usr/include/ucl``, and that of another library."""
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c']{options})])"
    contents = contents_of(setup__py=script, x__c=f"#include {header}\n")
    found = headers_missing(contents)
    assert [obstacle.fatal for obstacle in found] == [False] * reported


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("setup.cfg", "[build_ext]\ninclude_dirs = /usr/include/ucl\n"),
        ("pyproject.toml", "ext-modules = [{name = 'x', include-dirs = ['/usr/include/ucl']}]\n"),
    ],
)
def test_a_folder_of_headers_in_settings(path: str, text: str):
    script = f"{HEAD}setup(ext_modules=[Extension('x', ['x.c'])])"

    def warned(settings: str) -> bool:
        files = {path.replace(".", "__"): settings, "x__c": "#include <ucl.h>\n"}
        contents = contents_of(setup__py=script, **files)
        given = {"script": script, "complete": True}
        return bool(missing_headers(("x.c",), contents, {"setuptools": None}, **given))

    assert warned(text.replace("include", "library"))
    assert not warned(text)


RUNS_MAKE = f"{HEAD}import subprocess\nsubprocess.check_call(['make'])\nsetup()\n"


@pytest.mark.parametrize(
    ("file", "line", "module"),
    [
        ("src/Makefile", "INCLUDES := `python3 -m pybind11 --includes`", "pybind11"),
        ("src/Makefile", 'NP = $(shell $(PYTHON) -c "import numpy; print(numpy)")', "numpy"),
        ("src/Makefile", "# python3 -m pybind11 --includes", ""),
        ("src/Makefile", "all:\n\tpython3 -m pip install .", ""),
        ("tests/Makefile", "INCLUDES := `python3 -m pybind11 --includes`", ""),
        (
            "CMakeLists.txt",
            'execute_process(COMMAND "${Python_EXECUTABLE}" -m nanobind --cmake_dir)',
            "nanobind",
        ),
        (
            "CMakeLists.txt",
            'execute_process(COMMAND ${PYTHON_EXECUTABLE} -c "import numpy; print(1)")',
            "numpy",
        ),
        ("meson.build", "run_command(py, ['-c', 'import os; import numpy'])", ""),
        ("CMakeLists.txt", 'message("try python -m pybind11 --cmakedir")', ""),
        (
            "CMakeLists.txt",
            'execute_process(COMMAND python3 -c "import numpy"\n  RESULT_VARIABLE failed)',
            "",
        ),
        (
            "CMakeLists.txt",
            "execute_process(COMMAND python3 -m cffi)\nexecute_process(COMMAND x ERROR_QUIET)",
            "cffi",
        ),
    ],
)
def test_a_module_that_a_build_tool_runs_and_no_requirement_brings(
    file: str, line: str, module: str
):
    """wpyfm 0.1.9: its makefile asks pybind11, which is no build requirement."""
    contents = contents_of(setup__py=RUNS_MAKE, **{file.replace(".", "__"): f"{line}\n"})
    found = described_modules(contents, {"setuptools"})
    assert [f"Python's {module} " in o.message for o in found] == [True] * bool(module)
    assert not any(obstacle.fatal for obstacle in found)
    assert described_modules(contents, {"setuptools", module}) == ()
    assert described_modules(contents, None) == ()


def test_a_makefile_that_no_script_runs():
    line = "INCLUDES := `python3 -m pybind11 --includes`\n"
    contents = contents_of(setup__py=f"{HEAD}setup()\n", Makefile=line)
    assert described_modules(contents, {"setuptools"}) == ()


@pytest.mark.parametrize(
    ("texts", "members", "reported"),
    [
        (
            {"setup.py": "args = ['-DCMAKE_TOOLCHAIN_FILE=vcpkg/vcpkg.cmake']"},
            ("vcpkg.json",),
            True,
        ),
        ({"setup.py": "args = ['-DCMAKE_TOOLCHAIN_FILE=vcpkg/vcpkg.cmake']"}, (), False),
        ({"setup.py": "setup()"}, ("vcpkg.json",), False),
        ({"pyproject.toml": "cmake.args = ['vcpkg.cmake']"}, ("vcpkg.json",), True),
        (
            {"pyproject.toml": "[tool.cibuildwheel.windows]\nenvironment = 'vcpkg.cmake'"},
            ("vcpkg.json",),
            False,
        ),
    ],
)
def test_libraries_that_vcpkg_installs(
    texts: dict[str, str],
    members: tuple[str, ...],
    reported: bool,  # noqa: FBT001
):
    facts = SourceNeedsInput(NormalizedName("x"), Version("1"), texts=texts, members=members)
    found = network_obstacles(facts)
    assert [(o.code, o.needs_network) for o in found] == [("downloads-vcpkg", True)] * reported


BY_LIST = f"""{HEAD}
import glob
with open('src/config_of_x.h', 'w') as f:
    f.write('')
setup(ext_modules=[Extension('x', sorted(glob.glob('src/*.c')) + more())])
"""


@pytest.mark.parametrize(
    ("script", "more", "reported"),
    [
        (BY_LIST, {}, True),
        (BY_LIST, {"src/other__h": "int a;"}, False),
        (BY_LIST.replace("config_of_x.h", "parts_of_x.h"), {}, False),
        (f"{BY_LIST}\nimport subprocess\nsubprocess.run(['tool'])", {}, False),
    ],
)
def test_c_that_came_without_any_header(script: str, more: dict[str, str], reported: bool):  # noqa: FBT001
    """jpeglib 1.0.2: its script writes two headers, and the sdist lacks those of libjpeg."""
    sources = {f"src/{name}__c": '#include "parts_of_x.h"\n' for name in "abc"}
    contents = contents_of(setup__py=script, **sources, **more)
    paths = ("src/a.c", "src/b.c", "src/c.c")
    given = {"script": script, "complete": True, "perhaps": paths}
    found = missing_headers((), contents, {"setuptools": None}, **given)
    assert ["parts_of_x.h" in obstacle.message for obstacle in found] == [True] * reported
    assert not any(obstacle.fatal for obstacle in found)
    assert missing_headers((), contents, {"other": None}, **given) == ()
    two = {**given, "perhaps": paths[:2]}
    assert missing_headers((), contents, {"setuptools": None}, **two) == ()


TAKES_C = f"""{HEAD}
import os
from Cython.Build import cythonize
def shipped(extensions):
    for each in extensions:
        each.sources[:] = [os.path.splitext(name)[0] + '.c' for name in each.sources]
    return extensions
extensions = [Extension('x', ['src/x.pyx'])]
extensions = cythonize(extensions) if os.getenv('CYTHONIZE') else shipped(extensions)
setup(ext_modules=extensions)
"""


def test_c_that_cython_wrote_where_its_source_did_not_come_along():
    """fastgm 0.4.1: the script takes ``sm4.c`` unless a variable is set, and Cython is there."""

    def perhaps(**more: str) -> tuple[str, ...]:
        written = "/* Generated by Cython 0.29.15 */\n#include <Python.h>\n"
        contents = contents_of(setup__py=TAKES_C, **{"src/x__c": written, **more})
        files = compiled_files(read_sdist(contents), contents, cythonizes=True)
        assert files.certain == ()
        assert bool(source_breaks(files, contents, 13, GCC_14)) == bool(files.perhaps)
        return files.perhaps

    assert perhaps() == ("src/x.c",)
    assert perhaps(**{"src/x__pyx": "cdef int a"}) == ()
