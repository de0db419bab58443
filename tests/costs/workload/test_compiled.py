"""Which files of an sdist a build compiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.costs.workload.compiled import compiled_files
from wheelcheck.costs.workload.source_kinds import SourceKind, untemplated
from wheelcheck.costs.workload.units import Includes
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

SETUP = "from setuptools import setup, Extension\nsetup(ext_modules=[{}])\n"
CYTHON = "[build-system]\nrequires = ['setuptools', 'cython>=3']\n"
MESON = "[build-system]\nrequires = ['meson-python']\nbuild-backend = 'mesonpy'\n"


def compiled(files: dict[str, str | int]) -> dict[str, SourceKind]:
    """Kinds by path; a number stands for a member of that size whose text is not read."""
    members = tuple(
        ArchiveMember(f"x-1/{path}", text)
        if isinstance(text, int)
        else ArchiveMember(f"x-1/{path}", len(text), marks=read_marks(text.encode()))
        for path, text in files.items()
    )
    texts = {f"x-1/{path}": text for path, text in files.items() if isinstance(text, str)}
    listing = ArchiveListing(members, texts)
    contents = SdistContents(listing)
    found, _ = compiled_files(read_sdist(contents), contents.sizes, contents.texts, contents.marks)
    return {file.path: file.kind for file in found}


def test_declared_sources_are_the_list():
    files = {"setup.py": SETUP.format("Extension('x._x', ['x/a.c'])"), "x/a.c": 10, "x/b.c": 10}
    assert compiled(files) == {"x/a.c": SourceKind.C}


def test_a_bundled_library_that_no_module_lists_is_built_beside():
    files = {
        "setup.py": SETUP.format("Extension('x._x', ['src/a.c'])"),
        "src/a.c": 10,
        "libfoo/src/foo.c": 10,
        "libfoo/tests/t.c": 10,
        "tools/probe.c": 10,
    }
    assert set(compiled(files)) == {"src/a.c", "libfoo/src/foo.c"}


def test_shipped_c_replaces_its_pyx():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('x', ['x.pyx'])"),
        "x.pyx": 10,
        "x.c": 900_000,
    }
    assert compiled(files) == {"x.c": SourceKind.GENERATED_C}


def test_a_pyx_alone_is_translated():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('x', ['x.pyx'])"),
        "x.pyx": 10,
    }
    assert compiled(files) == {"x.pyx": SourceKind.CYTHON}


def test_python_modules_are_compiled_by_cython_alone():
    script = SETUP.format("Extension('x', ['x.py'])")
    assert compiled({"setup.py": script, "x.py": "", "pyproject.toml": CYTHON}) == {
        "x.py": SourceKind.CYTHON
    }
    assert compiled({"setup.py": script, "x.py": ""}) == {}


def test_a_pattern_of_any_folders_means_all_below():
    script = "from setuptools import setup\nfrom Cython.Build import cythonize\n"
    script += "setup(ext_modules=cythonize(['x/**/*.py'], exclude=['x/no.py']))\n"
    files = {"pyproject.toml": CYTHON, "setup.py": script, "x/a.py": 10, "x/s/t/b.py": 10}
    assert set(compiled({**files, "y/c.py": 10})) == {"x/a.py", "x/s/t/b.py"}


def test_a_template_counts_for_what_it_becomes():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('x', ['x.pyx'])"),
        "x.pyx.in": 10,
    }
    assert compiled(files) == {"x.pyx.in": SourceKind.CYTHON}
    assert untemplated("a/algos.pyx.tp") == "a/algos.pyx"
    assert untemplated("a/algos.pyx") == "a/algos.pyx"


def test_meson_sources_stand_beside_their_description():
    files = {
        "pyproject.toml": MESON,
        "meson.build": "project('x', 'c', 'cython')\nsubdir('x')\n",
        "x/meson.build": "py.extension_module('a', 'a.c', gen.process('b.pyx'))\n",
        "x/a.c": 10,
        "x/b.pyx": 10,
        "x/not.c": 10,
        "y/a.c": 10,
    }
    assert compiled(files) == {"x/a.c": SourceKind.C, "x/b.pyx": SourceKind.CYTHON}


@pytest.mark.parametrize(
    "named", ["gen.process(name + '.pyx')", "gen.process('@0@.pyx'.format(n))"]
)
def test_meson_names_made_by_an_expression(named: str):
    files = {
        "pyproject.toml": MESON,
        "meson.build": f"project('x', 'cython')\nforeach name : names\n {named}\nendforeach\n",
        "a.pyx": 10,
        "b.pyx": 10,
        "c.c": 10,
    }
    assert set(compiled(files)) == {"a.pyx", "b.pyx"}


@pytest.mark.parametrize(
    "named",
    ["'core/' + name + '_bind.cpp'", "'core/@0@_bind.cpp'.format(n)", "f'core/@n@_bind.cpp'"],
)
def test_meson_names_made_by_an_expression_with_a_folder(named: str):
    files = {
        "pyproject.toml": MESON,
        "meson.build": f"project('x', 'cpp')\nforeach name : names\n {named}\nendforeach\n",
        "core/a_bind.cpp": 10,
        "core/b_bind.cpp": 10,
        "core/other.cpp": 10,
        "core/deep/c_bind.cpp": 10,
        "a_bind.cpp": 10,
    }
    assert set(compiled(files)) == {"core/a_bind.cpp", "core/b_bind.cpp"}


def test_meson_paths_made_of_a_folder_and_a_name_mean_all_files_of_that_name():
    script = "foreach s, names : {'a': ['solve.f', 'trust.f']}\n"
    files = {
        "pyproject.toml": MESON,
        "meson.build": "project('x', 'c', 'fortran')\nsubdir('python/x')\n",
        "python/x/meson.build": script + " foreach n : names\n  sources += src + s + '/' + n\n",
        "src/a/solve.f": 10,
        "src/a/trust.f": 10,
        "src/old/a/solve.f": 10,
        "src/a/other.f": 10,
    }
    assert set(compiled(files)) == {"src/a/solve.f", "src/a/trust.f", "src/old/a/solve.f"}


def test_a_subproject_of_cmake_that_meson_builds_is_compiled():
    script = "cmake = import('cmake')\nlib = cmake.subproject('lib')\nx = files('x.c')\n"
    files = {
        "pyproject.toml": MESON,
        "meson.build": f"project('x', 'c')\n{script}",
        "subprojects/lib/CMakeLists.txt": "add_library(lib y.c)\n",
    }
    sources = {"x.c": 10, "subprojects/lib/y.c": 10, "other/z.c": 10}
    assert set(compiled({**files, **sources})) == {"x.c", "subprojects/lib/y.c"}


def test_an_interface_that_meson_has_swig_read_is_compiled():
    command = "custom_target('w', output: 'w.c', input: 'x.i', command: [swig, '@INPUT@'])\n"
    files = {"pyproject.toml": MESON, "meson.build": f"project('x', 'c')\n{command}", "x.i": 10}
    assert compiled(files) == {"x.i": SourceKind.SWIG}


def test_cython_is_there_where_a_script_adds_it_to_what_setup_requires():
    script = "from setuptools import setup, Extension\nmore = ['cython>=3']\n"
    script += "setup(setup_requires=['a'] + more, ext_modules=[Extension('x', ['x.py'])])\n"
    assert compiled({"setup.py": script, "x.py": 10}) == {"x.py": SourceKind.CYTHON}


def test_a_file_too_long_to_look_into_holds_tables():
    length = 30_000_000
    sizes = {"a.c": length, "b.c": length // 2}
    long, half = (Includes(sizes, {}).unit(path).statements for path in sizes)
    assert long < half


def test_what_lies_below_an_unread_description_counts():
    files = {
        "pyproject.toml": MESON,
        "meson.build": "project('x', 'c')\nsources = ['top.c']\n",
        "top.c": 10,
        "a/b/c/d/e/meson.build": 100,
        "a/b/c/d/e/deep.c": 10,
    }
    assert set(compiled(files)) == {"top.c", "a/b/c/d/e/deep.c"}


def test_other_systems_tests_and_headers_do_not_count():
    files = {
        "pyproject.toml": "[build-system]\nrequires = ['scikit-build-core']\n"
        "build-backend = 'scikit_build_core.build'\n",
        "CMakeLists.txt": "project(x LANGUAGES C CXX)\nadd_library(x src/x.cpp)\n",
        "src/x.cpp": 10,
        "src/x.hpp": 10,
        "src/win32/io.cpp": 10,
        "src/mac_os.mm": 10,
        "src/simd_neon.cpp": 10,
        "tests/t.cpp": 10,
    }
    assert compiled(files) == {"src/x.cpp": SourceKind.CPP}


def test_bindings_are_all_cpp_of_a_small_project_but_what_it_bundles():
    files = {
        "pyproject.toml": "[build-system]\nrequires = ['scikit-build-core', 'pybind11']\n"
        "build-backend = 'scikit_build_core.build'\n",
        "CMakeLists.txt": "project(x LANGUAGES CXX)\nadd_library(x src/x.cpp extern/lib.cpp)\n",
        "src/x.cpp": 10,
        "extern/lib.cpp": 10,
    }
    assert compiled(files) == {"src/x.cpp": SourceKind.BINDING, "extern/lib.cpp": SourceKind.CPP}


def test_of_many_files_only_those_that_bind_are_bindings():
    files: dict[str, str | int] = {
        "pyproject.toml": "[build-system]\nrequires = ['scikit-build-core', 'pybind11']\n"
        "build-backend = 'scikit_build_core.build'\n",
        "CMakeLists.txt": "project(x LANGUAGES CXX)\nfile(GLOB all src/*.cpp)\n"
        "add_library(x ${all})\n",
        "src/bindings.cpp": 10,
    }
    files |= {f"src/part{number}.cpp": 10 for number in range(40)}
    found = compiled(files)
    assert [path for path, kind in found.items() if kind is SourceKind.BINDING] == [
        "src/bindings.cpp"
    ]
    assert len(found) == 41


def test_a_placeholder_source_is_no_list():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('x', ['x.c'])"),
        "src/solver.pyx": 10,
    }
    assert compiled(files) == {"src/solver.pyx": SourceKind.CYTHON}


def test_a_file_that_another_includes_is_not_compiled_on_its_own():
    files: dict[str, str | int] = {
        "setup.py": "from setuptools import setup, Extension\nimport glob\n"
        "setup(ext_modules=[Extension('x', sources=glob.glob(unknown()))])\n",
        "src/x.c": '#include "part.c"\n',
        "src/part.c": "int a;\n",
    }
    assert compiled(files) == {"src/x.c": SourceKind.C}


def test_a_file_that_cython_wrote_says_so():
    files: dict[str, str | int] = {
        "setup.py": SETUP.format("Extension('x', ['x.c', 'y.c'])"),
        "x.c": "/* Generated by Cython 3.0.11 */\n",
        "y.c": "int y;\n",
    }
    assert compiled(files) == {"x.c": SourceKind.GENERATED_C, "y.c": SourceKind.C}


def test_c_that_swig_wrote_costs_as_generated_c():
    wrote = "/* This file was automatically generated by SWIG (http://www.swig.org). */\n"
    files: dict[str, str | int] = {
        "setup.py": SETUP.format("Extension('x', ['x_wrap.c', 'y_wrap.cpp'])"),
        "x_wrap.c": wrote,
        "y_wrap.cpp": wrote,
    }
    assert compiled(files) == {
        "x_wrap.c": SourceKind.GENERATED_C,
        "y_wrap.cpp": SourceKind.CPP,
    }


def test_an_interface_of_swig_is_compiled():
    files = {"setup.py": SETUP.format("Extension('_x', ['x.i'])"), "x.i": 10}
    assert compiled(files) == {"x.i": SourceKind.SWIG}


@pytest.mark.parametrize("name", ["graph_test.cc", "test_graph.cc", "lexer.in.cc"])
def test_test_programs_and_what_lexers_are_made_from_are_not_compiled(name: str):
    files: dict[str, str | int] = {
        "pyproject.toml": "[build-system]\nrequires = ['scikit-build-core']\n"
        "build-backend = 'scikit_build_core.build'\n",
        "CMakeLists.txt": "project(x LANGUAGES CXX)\n",
        "src/lexer.cc": 10,
        f"src/{name}": 10,
    }
    assert set(compiled(files)) == {"src/lexer.cc"}


@given(
    st.dictionaries(
        st.text("abc./\\'*@-é", min_size=1, max_size=20),
        st.text("ab.c'@+pyx(/) \n", max_size=200),
        max_size=6,
    )
)
def test_no_listing_breaks_it(files: dict[str, str]):
    strange = {"pyproject.toml": MESON, **{f"{path}/meson.build": t for path, t in files.items()}}
    assert all(isinstance(kind, SourceKind) for kind in compiled({**files, **strange}).values())


def test_of_copies_for_several_versions_of_a_library_a_single_copy_is_compiled():
    files = {
        "setup.py": "from setuptools import setup\nsetup(ext_modules=modules())\n",
        "src/swig-0_27_7/a.cxx": 10,
        "src/swig-0_28_9/a.cxx": 10,
        "src/swig-0_28_10/a.cxx": 10,
        "src/avx512_1/k.c": 10,
        "src/avx512_2/k.c": 10,
    }
    assert set(compiled(files)) == {
        "src/swig-0_28_10/a.cxx", "src/avx512_1/k.c", "src/avx512_2/k.c",
    }  # fmt: skip


def test_sources_that_a_pyx_names_at_its_head_are_compiled_too():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('x.a', ['x/a.pyx'])"),
        "x/a.pyx": "# distutils: sources = ../src/b.c\ncdef int x\n",
        "src/b.c": 10,
        "src/c.c": 10,
    }
    assert set(compiled(files)) == {"x/a.pyx", "src/b.c"}


MAKES = "import subprocess\nsubprocess.run(['make', '-C', 'third'])\n"
LINKS = SETUP.format("Extension('x', ['src/x.c'], extra_objects=[{}])")


def library(**more: int) -> dict[str, str | int]:
    """A bundled library with a Makefile of its own, in a folder of any name."""
    return {
        "src/x.c": 10,
        "third/Makefile": 10,
        "third/one.c": 10,
        "third/two.c": 10,
        "third/programs/show.c": 10,
        "third/one_perf.c": 10,
        **more,
    }


def test_objects_that_make_leaves_for_a_module_are_compiled():
    files = {"setup.py": MAKES + LINKS.format("'third/' + 'one.o'"), **library()}
    assert set(compiled(files)) == {"src/x.c", "third/one.c"}


def test_objects_that_a_script_splits_are_compiled():
    files = {"setup.py": MAKES + LINKS.format("*'one.o two.o'.split()"), **library()}
    assert set(compiled(files)) == {"src/x.c", "third/one.c", "third/two.c"}


def test_an_archive_that_make_leaves_has_the_sources_of_the_library_but_not_its_programs():
    files = {"setup.py": MAKES + LINKS.format("'build/libthird.a'"), **library()}
    assert set(compiled(files)) == {"src/x.c", "third/one.c", "third/two.c"}


def test_make_compiles_nothing_whose_object_file_the_sdist_holds():
    """postgast 0.2.0: 0.55 CPU s, for all that make found to do was to link."""
    hatch = (
        "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
        "[tool.hatch.build.targets.wheel.hooks.custom]\n"
    )
    files = {"pyproject.toml": hatch, "hatch_build.py": MAKES, **library()}
    assert {"third/one.c", "third/two.c"} <= set(compiled(files))
    objects = {"third/one.o": 10, "third/two.o": 10, "third/programs/show.o": 10}
    assert not {"third/one.c", "third/two.c"} & set(compiled({**files, **objects}))


def test_an_archive_in_a_folder_of_sources_has_these_alone():
    files = {
        "setup.py": MAKES + LINKS.format("'lib/libi2c.a'"),
        **library(),
        "lib/i2c.c": 10,
    }
    assert set(compiled(files)) == {"src/x.c", "lib/i2c.c"}


def test_a_bundled_library_is_left_alone_where_nothing_runs_make_in_it_or_links_it():
    assert set(compiled({"setup.py": LINKS.format("'a/x.a'"), **library()})) == {"src/x.c"}
    script = MAKES.replace("third", "other") + SETUP.format("Extension('x', ['src/x.c'])")
    assert set(compiled({"setup.py": script, **library()})) == {"src/x.c"}


@pytest.mark.parametrize(
    "command",
    [
        "subprocess.run(['make', '-C', 'third'])",
        "subprocess.run(['make'], cwd='third')",
        "subprocess.run('cd third && make', shell=True)",
        "os.chdir('third'); os.system('make')",
        "subprocess.run(['make'], cwd=os.path.join(os.getcwd(), 'third'))",
    ],
)
def test_a_library_in_whose_folder_make_runs_is_compiled_whatever_links_it(command):
    head = f"import os, subprocess\n{command}\n"
    files = {"setup.py": head + SETUP.format("Extension('x', ['src/x.c'])"), **library()}
    assert set(compiled(files)) == {"src/x.c", "third/one.c", "third/two.c"}


@pytest.mark.parametrize(
    "compiles",
    [
        "self.compiler.compile(['third/one.c', *glob.glob('third/t*.c')])",
        "self.compiler.compile(['third/one.c', 'third/two.c'])",
    ],
)
def test_what_a_script_gives_setuptools_compiler_is_compiled(compiles):
    script = (
        "import glob\nfrom setuptools.command.build_ext import build_ext\n"
        "class Own(build_ext):\n    def build_extension(self, module):\n"
        f"        module.extra_objects = {compiles}\n        super().build_extension(module)\n"
    )
    files = {"setup.py": script + SETUP.format("Extension('x', ['src/x.c'])"), **library()}
    assert set(compiled(files)) == {"src/x.c", "third/one.c", "third/two.c"}


def test_the_sources_that_a_compiler_is_given_by_hand_are_compiled():
    script = (
        "from setuptools import setup\nfrom setuptools.command.build_py import build_py\n"
        "import subprocess, sys\nclass Own(build_py):\n    def run(self):\n"
        "        subprocess.check_call([sys.executable, '-m', 'numpy.f2py', '-c', 'src/a.f90'])\n"
        "        super().run()\nsetup(packages=['p'], cmdclass={'build_py': Own})\n"
    )
    files = {"setup.py": script, "p/__init__.py": "", "src/a.f90": 10, "src/other.c": 10}
    assert compiled(files) == {"src/a.f90": SourceKind.FORTRAN}


def test_cmake_below_a_backend_for_python_alone_says_what_is_compiled():
    files = {
        "pyproject.toml": (
            "[build-system]\nrequires = ['hatchling', 'scikit-build-core']\n"
            "build-backend = 'hatchling.build'\n"
            "[tool.hatch.build.targets.wheel.hooks.scikit-build]\n"
        ),
        "CMakeLists.txt": "project(x CXX)\nadd_library(x MODULE src/x.cpp)\n",
        "src/x.cpp": 10,
        "eigen/lapack/a.cpp": 10,
    }
    assert set(compiled(files)) == {"src/x.cpp"}


def test_extension_modules_in_poetrys_script_have_the_sources_they_list():
    files = {
        "pyproject.toml": (
            "[tool.poetry]\nname = 'p'\n[tool.poetry.build]\nscript = 'build.py'\n"
            "[build-system]\nrequires = ['poetry-core', 'setuptools']\n"
            "build-backend = 'poetry.core.masonry.api'\n"
        ),
        "build.py": (
            "from setuptools import Extension\n"
            "def build(keywords):\n"
            "    keywords.update({'ext_modules': [Extension('p.x', ['src/x.c'])]})\n"
        ),
        "p/__init__.py": "",
        "src/x.c": 10,
        "src/tool.c": 10,
    }
    assert set(compiled(files)) == {"src/x.c"}


def test_tests_of_c_plus_plus_and_their_libraries_are_no_sources():
    files = {
        "setup.py": "from own import setup\nsetup()\n",
        "src/Dict.cpp": 10,
        "src/Latest.cpp": 10,
        "src/DictTest.cpp": 10,
        "src/DictUnitTests.cc": 10,
        "src/SpeedBenchmark.cpp": 10,
        "deps/googletest-1.15.0/googlemock/src/gmock-all.cc": 10,
        "deps/google-benchmark/src/check.cc": 10,
    }
    assert set(compiled(files)) == {"src/Dict.cpp", "src/Latest.cpp"}


def test_a_module_that_names_a_folder_is_left_to_cmake():
    script = (
        "import subprocess\nfrom setuptools import Extension, setup\n"
        "from setuptools.command.build_ext import build_ext\n"
        "class Own(Extension):\n    def __init__(self, name, folder):\n"
        "        Extension.__init__(self, name, sources=[])\n"
        "class Build(build_ext):\n    def run(self):\n        subprocess.run(['cmake', '.'])\n"
        "setup(ext_modules=[Own('x', 'native')], cmdclass={'build_ext': Build})\n"
    )
    files = {
        "setup.py": script,
        "CMakeLists.txt": "project(x CXX)\nadd_library(x MODULE src/x.cpp)\n",
        "src/x.cpp": 10,
        "src/tool.cpp": 10,
    }
    assert set(compiled(files)) == {"src/x.cpp"}


def test_a_template_may_keep_its_suffix():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('x.h5', ['x/h5.pyx'])"),
        "x/h5.templ.pyx": 10,
    }
    assert compiled(files) == {"x/h5.templ.pyx": SourceKind.CYTHON}


def test_sources_that_a_script_copies_to_be_patched_are_found_where_they_lie():
    modules = "Extension('lmdb', ['lmdb/cpython.c', 'build/lib/mdb.c', 'build/lib/midl.c'])"
    files = {"setup.py": SETUP.format(modules), "lmdb/cpython.c": 1, "lib/mdb.c": 1, "a/midl.c": 1}
    assert set(compiled(files)) == {"lmdb/cpython.c", "lib/mdb.c", "a/midl.c"}
    assert "b/midl.c" not in compiled({**files, "b/midl.c": 1})


def test_a_pattern_of_sources_is_expanded_to_what_matches_it():
    files = {
        "pyproject.toml": CYTHON,
        "setup.py": SETUP.format("Extension('*', ['x/*.pyx'])"),
        "x/a.pyx": 10,
        "x/b.pyx": 10,
        "x/deep/c.pyx": 10,
    }
    assert set(compiled(files)) == {"x/a.pyx", "x/b.pyx"}


CMAKE = (
    "[build-system]\nrequires = ['scikit-build-core']\nbuild-backend = 'scikit_build_core.build'\n"
)


def test_what_targets_of_cmake_name_is_compiled_and_a_bundled_build_that_is_not_read():
    files = {
        "pyproject.toml": CMAKE,
        "CMakeLists.txt": "project(x C)\nadd_library(x x.c fuzz.c)\n"
        "ExternalProject_Add(z SOURCE_DIR ${CMAKE_SOURCE_DIR}/z)\n",
        "x.c": 10,
        "fuzz.c": 10,
        "other.c": 10,
        "z/configure": 10,
        "z/z.c": 10,
        "z/fuzz/fuzzer.c": 10,
    }
    assert set(compiled(files)) == {"x.c", "fuzz.c", "z/z.c"}


def test_where_cmake_names_no_source_that_is_there_every_source_counts():
    files = {
        "pyproject.toml": CMAKE,
        "CMakeLists.txt": "project(x C)\nread_sources(list)\nadd_library(x ${list})\n",
        "x.c": 10,
    }
    assert set(compiled(files)) == {"x.c"}


def test_of_a_bundled_collection_the_parts_that_the_script_names_are_compiled():
    # pyklu builds SuiteSparse's AMD, KLU and a few more, of some twenty
    script = (
        SETUP.format("Extension('x', ['src/a.c'])") + "for part in ['AMD', 'KLU']:\n  make(part)\n"
    )
    files: dict[str, str | int] = {"setup.py": script, "src/a.c": 10}
    for part in ("AMD", "KLU", "GraphBLAS"):
        files |= {f"extern/ss/{part}/CMakeLists.txt": 10, f"extern/ss/{part}/x.c": 10}
    assert set(compiled(files)) == {"src/a.c", "extern/ss/AMD/x.c", "extern/ss/KLU/x.c"}


def test_what_cffi_left_in_a_folder_of_byte_code_is_not_compiled():
    files = {
        "setup.py": "from x import modules\nsetup(ext_modules=modules)",
        "x/__pycache__/_cffi.c": 9,
    }
    assert compiled(files) == {}


OWN_COMPILER = (
    "from distutils.ccompiler import new_compiler\nimport glob\n"
    "new_compiler().compile(glob.glob('third/*.c'))\n"
)


def test_objects_that_a_script_compiles_itself_are_compiled():
    files = {"setup.py": OWN_COMPILER + LINKS.format("'third/one.o'"), **library()}
    assert set(compiled(files)) == {"src/x.c", "third/one.c"}


SIP = "[build-system]\nrequires = ['sip >=6', 'PyQt-builder']\nbuild-backend = 'sipbuild.api'\n"


def test_sip_writes_cpp_for_each_specification():
    files = {"pyproject.toml": SIP, "sip/a.sip": 900, "sip/b/c.sip": 50, "examples/d.sip": 10}
    assert compiled(files) == {"sip/a.sip": SourceKind.SIP, "sip/b/c.sip": SourceKind.SIP}
    assert compiled(
        {"setup.py": SETUP.format("Extension('x', ['x.c'])"), "x.c": 1, "a.sip": 1}
    ) == {"x.c": SourceKind.C}


LOOP = """import os, subprocess
from setuptools import Extension, setup
subprocess.run(['cmake', '.'])
def scan(folder, found=[]):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and path.endswith('.pyx'):
            found.append(path.replace(os.path.sep, '.')[:-4])
        elif os.path.isdir(path):
            scan(path, found)
    return found
def module(name):
    return Extension(name, [name.replace('.', os.path.sep) + '.c'], libraries=['fftw3'])
setup(ext_modules=[module(name) for name in scan('x')])
"""


def test_what_a_script_compiles_beside_cmake_is_compiled_too():
    """ltfatpy: CMake makes an archive, a loop over files the modules that are linked with it."""
    files = {
        "setup.py": LOOP,
        "CMakeLists.txt": "project(x C)\nadd_library(kernel STATIC lib/kernel.c)\n",
        "lib/kernel.c": 10,
        "lib/unused.c": 10,
        "x/a.pyx": 10,
        "x/a.c": 900_000,
    }
    assert compiled(files) == {"lib/kernel.c": SourceKind.C, "x/a.c": SourceKind.GENERATED_C}


GLOBS = """from glob import glob
from setuptools import Extension, setup
paths = glob('./x/**/*.pyx')
names = [path.split('.')[1][1:].replace('/', '.') for path in paths]
modules = []
for place in range(len(paths)):
    modules += [Extension(names[place], [paths[place]])]
setup(name='x', packages=['x'], ext_modules=modules)
"""


def test_what_a_pattern_matches_begins_as_the_pattern_does():
    """scikit-network: without the ``./`` its script has no names for the modules."""
    files = {"pyproject.toml": CYTHON, "setup.py": GLOBS, "x/__init__.py": 1, "x/a/b.pyx": 10}
    assert compiled(files) == {"x/a/b.pyx": SourceKind.CYTHON}


def test_an_archive_in_the_root_is_made_of_what_the_makefile_lists():
    makefile = "OBJECTS = one.o two.opp\n%.o: %.c\n\tcc -c $<\nlibx.a: $(OBJECTS)\n\tar r $@ $^\n"
    files: dict[str, str | int] = {
        "setup.py": "import subprocess\nsubprocess.run(['make', 'libx.a'])\n"
        + SETUP.format("Extension('x', ['python/x.c'], depends=['libx.a'])"),
        "Makefile": makefile,
        "python/x.c": 10,
        "source/one.c": 10,
        "source/two.c": 10,
        "source/three.c": 10,
        "external/four.c": 10,
    }
    assert set(compiled(files)) == {"python/x.c", "source/one.c", "source/two.c"}
