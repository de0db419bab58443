"""What the first lines of Cython sources set for their extension modules."""

import pytest

from wheelcheck.builds.sdist.cython_options import CythonOptions, cython_options
from wheelcheck.index.archives.sources.source_reading import read_marks


def options(text: str, path: str = "x/a.pyx") -> CythonOptions | None:
    return next(iter(cython_options({path: read_marks(text.encode())})), None)


@pytest.mark.parametrize(
    ("text", "cplus", "libraries", "sources"),
    [
        ("# distutils: language = c++\ncdef int x\n", True, (), ()),
        ("# cython: language=c++\n", True, (), ()),
        ("# distutils: libraries = M_LIBRARIES gmp\n", False, ("gmp",), ()),
        ("# Licence\n\n# distutils: libraries = gmp mpfr\n", False, ("gmp", "mpfr"), ()),
        ("# distutils: libraries = [gmp, 'mpfr']\n", False, ("gmp", "mpfr"), ()),
        ("# distutils: extra_link_args = -lrrd -O2\n", False, ("rrd",), ()),
        ("# distutils: extra_compile_args = -std=c++17\n", True, (), ()),
        ("# distutils: sources = ../src/b.cpp\n", False, (), ("src/b.cpp",)),
        ("# distutils: libraries = {{LIBS}}\n# distutils: language = c\n", False, (), ()),
    ],
)
def test_options_at_the_head(
    text: str,
    cplus: bool,  # noqa: FBT001
    libraries: tuple[str, ...],
    sources: tuple[str, ...],
):
    found = options(text)
    assert found is not None
    assert (found.cplus, found.libraries, found.sources) == (cplus, libraries, sources)


@pytest.mark.parametrize(
    "text",
    [
        "cdef int x\n# distutils: language = c++\n",  # Cython stops at the first line of code
        "# cython: language_level=3\n",
        "# distutils is what this was\n",
        "",
    ],
)
def test_other_lines_set_nothing(text: str):
    assert options(text) is None


def test_tests_and_examples_are_no_part_of_the_build():
    assert options("# distutils: language = c++\n", "tests/a.pyx") is None
