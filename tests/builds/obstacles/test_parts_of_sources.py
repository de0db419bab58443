"""What sources take from other files of their sdist: headers, parts, declarations, types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from packaging.version import Version
from sdist_readings import contents_of

from wheelcheck.builds.obstacles.compiling.compiled_files import compiled_files
from wheelcheck.builds.obstacles.compiling.missing_sources import missing_sources
from wheelcheck.builds.obstacles.compiling.source_breaks import source_breaks
from wheelcheck.builds.obstacles.compiling.undeclared_names import undeclared_names
from wheelcheck.builds.obstacles.newer_tools.old_cython import old_cython
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.index.archives.sources.source_marks import SourceMarks

SETUP = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"
WITH_PYX = SETUP.replace("x.c", "x.pyx")


def undeclared(text: str, **headers: str) -> list[str]:
    sdist = contents_of(setup__py=SETUP.replace("x.c", "x.cpp"), x__cpp=text, **headers)
    found = undeclared_names(["x.cpp"], sdist, Version("14.2"), sure=True)
    return [obstacle.message for obstacle in found]


GUARDED = "#ifndef Y_H\n#define Y_H\n{}\n#endif\n"


def test_a_header_that_uses_what_its_reader_includes_too_late():
    """As gemmi 0.4.5, whose `cifdoc.hpp` GCC 14 refuses in a build of November 2026."""
    header = GUARDED.format("#include <string>\ninline uint8_t table(char c);")
    first = '#include "y.hpp"\n#include <cstdint>\n'
    (message,) = undeclared(first, y__hpp=header)
    assert "y.hpp, which x.cpp includes first, uses uint8_t without <cstdint>" in message
    assert undeclared('#include <cstdint>\n#include "y.hpp"\n', y__hpp=header) == []
    assert undeclared('#include <lib/z.hpp>\n#include "y.hpp"\n', y__hpp=header) == []
    within = GUARDED.format("#ifdef _WIN32\ninline uint8_t table(char c);\n#endif")
    assert undeclared(first, y__hpp=within) == []
    macro = GUARDED.format("#define TABLE(x) \\\n  inline uint8_t x(char c);")
    assert undeclared(first, y__hpp=macro) == []


class _Counted(dict[str, SourceMarks]):
    """Marks that know how often all of them were gone through."""

    passes = 0

    def __iter__(self) -> Iterator[str]:
        self.passes += 1
        return super().__iter__()


def test_sources_that_include_many_headers_are_not_compared_with_every_file():
    """Each is looked up by its name: comparing all took a minute for 300 sources, 600 headers."""
    names = [f"h{number}.hpp" for number in range(40)]
    text = "#include <cstdint>\n" + "".join(f'#include "lib/{name}"\n' for name in names)
    headers = dict.fromkeys(names, "#include <string>\nuint16_t y;\n")
    sdist = contents_of(**{f"{number}.cpp": text for number in range(20)}, **headers)
    sdist.marks = marks = _Counted(sdist.marks)
    sources = [path for path in sdist.sizes if path.endswith(".cpp")]
    assert undeclared_names(sources, sdist, Version("14.2"), sure=True) == ()
    assert marks.passes == 1


@pytest.mark.parametrize(
    ("includes", "use", "header"),
    [
        ("vector", "throw std::runtime_error(x)", "stdexcept"),
        ("string", "std::unique_ptr<int> p", "memory"),
        ("vector", "std::sort(v.begin(), v.end())", "algorithm"),
        ("string", "std::function<int(int)> f", "functional"),
        ("sstream", "throw std::runtime_error(x)", ""),  # it includes <stdexcept>
        ("memory", "std::unique_ptr<int> p", ""),
        ("vector", "mystd::sort(v)", ""),
    ],
)
def test_names_of_the_library_need_their_headers(includes: str, use: str, header: str):
    found = undeclared(f"#include <{includes}>\nvoid f() {{ {use}; }}\n")
    assert len(found) == bool(header)
    assert all(f"without <{header}>" in message for message in found)


def test_an_object_that_a_header_defines_is_no_plain_object():
    def refused(header: str) -> int:
        text = '#include <Python.h>\n#include "y.h"\nPyObject *make(PyTypeObject *type)\n{\n'
        text += "  Foo *self;\n  self = type->tp_alloc(type, 0);\n  return NULL;\n}\n"
        sdist = contents_of(setup__py=SETUP, x__c=text, y__h=header)
        files = compiled_files(read_sdist(sdist), sdist, cythonizes=False)
        return len(source_breaks(files, sdist, 11, Version("14.2")))

    assert (
        refused("#include <Python.h>\ntypedef struct {\n  PyObject_HEAD\n  int x;\n} Foo;\n") == 1
    )
    assert refused("#include <Python.h>\ntypedef struct {\n  PyLongObject super;\n} Foo;\n") == 1
    assert refused("#include <Python.h>\ntypedef PyObject Foo;\n") == 0
    assert refused("int other;\n") == 0


def by_cython(text: str, script: str = WITH_PYX, **files: str) -> list[str]:
    sdist = contents_of(setup__py=script, x__pyx=text, **files)
    return [o.message for o in old_cython(read_sdist(sdist), sdist, Version("3.3.1"))]


def test_parts_of_cython_sources():
    old = "from cpython.int cimport PyInt_Check\ncdef int a\n"
    (message,) = by_cython("include 'part.pxi'\ncdef int b\n", part__pxi=old)
    assert "part.pxi cimports cpython.int" in message
    assert by_cython("cdef int b\n", part__pxi=old) == []
    (message,) = by_cython("include 'part.pxi'\ncdef int b\n")
    assert "x.pyx includes part.pxi, which the sdist does not hold" in message
    assert by_cython("include 'cysignals/signals.pxi'\ncdef int b\n") == []
    makes = WITH_PYX + "open('part.pxi', 'w').write('')\n"
    assert by_cython("include 'part.pxi'\ncdef int b\n", script=makes) == []


@pytest.mark.parametrize(
    ("folder", "warnings"),
    [
        ("src", 1),
        ("vendored-meson/meson/test cases/cython/2 generated sources", 0),  # of numpy
        ("unit tests", 0),
    ],
)
def test_sources_that_nothing_names_count_where_they_are_not_for_tests(folder, warnings):
    source = {f"{folder}/y.pyx": "include 'part.pxi'\n"}
    assert len(by_cython("cdef int b\n", script="", **source)) == warnings


def test_callbacks_that_a_declaration_file_says_are_given_to_c():
    """As h5py 3.7.0: `_errors.pyx` passes a function to what `_errors.pxd` declares."""
    source = "from y cimport walk\ncdef herr_t mine(int n) nogil:\n    return n\nwalk(mine)\n"
    pointer = "    ctypedef herr_t (*walk_t)(int n)\n"
    declared = (
        f'cdef extern from "y.h":\n    ctypedef int herr_t\n{pointer}    int walk(walk_t f)\n'
    )
    (message,) = by_cython(source, y__pxd=declared)
    assert "passes mine() to C without noexcept" in message
    assert by_cython(source, y__pxd=declared.replace("(int n)", "(int n) except -1")) == []
    assert by_cython(source, y__pxd="cdef int walk(int (*f)(int))\n") == []
    assert by_cython(source.replace("nogil", "noexcept nogil"), y__pxd=declared) == []


def test_cython_sources_that_are_not_there_or_that_nothing_translates():
    def missing(script: str, *, cythonizes: bool | None, **files: str) -> list[str]:
        sdist = contents_of(setup__py=script, **files)
        found = missing_sources(read_sdist(sdist), sdist, script, cythonizes=cythonizes)
        return [obstacle.message for obstacle in found]

    translated = "from Cython.Build import cythonize\n" + WITH_PYX.replace(
        "[Extension('x', ['x.pyx'])]", "cythonize([Extension('x', ['x.pyx'])])"
    )
    assert missing(translated, cythonizes=True, x__c="int a;") == [
        "x is made of x.pyx, which the sdist does not hold"
    ]
    commands = translated.replace("setup(", "setup(cmdclass={'build_ext': build_ext}, ", 1)
    assert len(missing(commands, cythonizes=True, x__c="int a;")) == 1
    assert missing(commands + "shutil.copy(a, b)", cythonizes=True, x__c="int a;") == []
    pattern = translated.replace("x.pyx", "lib/*.pyx")
    assert missing(pattern, cythonizes=True, x__c="int a;") == [
        "x is made of lib/*.pyx, which no file of the sdist matches"
    ]
    assert missing(pattern, cythonizes=True, **{"lib/x__pyx": "cdef int a\n"}) == []
    assert missing(WITH_PYX, cythonizes=True, x__c="int a;") == []
    assert missing(WITH_PYX, cythonizes=False, x__pyx="cdef int a\n") == [
        "x is made of x.pyx, and no build requirement brings Cython"
    ]
    assert missing(WITH_PYX, cythonizes=None, x__pyx="cdef int a\n") == []
    assert missing(WITH_PYX, cythonizes=False, x__pyx="cdef int a\n", x__c="int a;") == []
    runs = WITH_PYX + "import subprocess\n"
    assert missing(runs, cythonizes=False, x__pyx="cdef int a\n") == []


RAPIDJSON = """template <typename Ch>
struct Ref {{
    Ref(const Ref& rhs) : length(rhs.length) {{}}
    Ref& operator=(const Ref& rhs) {{ {body} }}
    {member};
}};
"""


@pytest.mark.parametrize(
    ("member", "body", "refused"),
    [
        ("const SizeType length", "length = rhs.length; return *this;", True),
        ("SizeType length", "length = rhs.length; return *this;", False),
        ("const Ch length", "length = rhs.length; return *this;", False),  # known of no Ch
        ("const char *length", "length = rhs.length; return *this;", False),
        ("const SizeType length", "return *this;", False),
    ],
)
def test_constant_members_that_a_template_assigns_to(
    member: str,
    body: str,
    refused: bool,  # noqa: FBT001 (a column of the table)
):
    """As RapidJSON 1.1.0, of which pyrfr 0.9.0 has a copy: refused by GCC 14, and no GCC before."""
    header = RAPIDJSON.format(member=member, body=body)
    script = SETUP.replace("x.c", "x.cpp")
    sdist = contents_of(setup__py=script, x__cpp='#include "y.h"\n', y__h=header)
    files = compiled_files(read_sdist(sdist), sdist, cythonizes=False)
    for gcc, expected in (("14.2", refused), ("13.2", False)):
        assert len(source_breaks(files, sdist, 11, Version(gcc))) == expected


def test_a_library_of_the_sdist_is_followed_by_its_folder():
    """As pyrfr 0.9.0, whose copy of rapidjson assigns to a constant member."""
    old = "#include <Python.h>\nvoid f(void) { PyEval_CallObject(a, b); }\n"
    text = "#include <lib/y.h>\n"

    def stops(**headers: str) -> list[str]:
        sdist = contents_of(setup__py=SETUP, x__c=text, **headers)
        files = compiled_files(read_sdist(sdist), sdist, cythonizes=False)
        return [o.code for o in source_breaks(files, sdist, 13, Version("14.2")) if o.fatal]

    assert stops(**{"include/lib/y__h": old}) == ["c-api-gone"]
    assert stops(**{"include/other/y__h": old}) == []
    assert stops(**{"include/lib/y__h": old, "old/lib/y__h": old}) == []
    assert stops(**{"tests/lib/y__h": old}) == []


def test_declarations_of_a_module_that_did_not_come_along():
    """Cython: 'vlcp_event_cython/event.pxd' not found, in a build of November 2026."""
    uses = "from own.event cimport Event\ncdef int b\n"
    source = {"own/event.pyx": "cdef class Event:\n    pass\n"}
    (message,) = by_cython(uses, **source)
    assert "x.pyx cimports from own.event, and the sdist holds no event.pxd" in message
    assert by_cython(uses, **source, **{"own/event.pxd": "cdef class Event:\n    pass\n"}) == []
    assert by_cython(uses) == []
    makes = WITH_PYX + "open('own/event.pxd', 'w').write('')\n"
    assert by_cython(uses, script=makes, **source) == []


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("from . cimport api", ".api"),
        ("from . cimport own, api", ".api"),
        ("from . cimport (own as o,\n    api as a)", ".api"),
        ("from .api cimport Thing", ".api"),
        ("from .own.api cimport Thing", ".own.api"),
        ("from own cimport event", "own.event"),
        ("cimport own.event", "own.event"),
        ("from own cimport Thing", ""),
        ("from . cimport own", ""),
        ("if True:\n    from . cimport api", ""),
        ("# from . cimport api", ""),
        ('"""\nfrom . cimport api\n"""', ""),
        ("from libc cimport math", ""),
    ],
)
def test_every_way_to_take_declarations_that_did_not_come_along(line, missing):
    """pysdd 1.0.6, and Cython 3.3.1 on each of these lines."""
    others = {"own/__init__.py": "", "own/event.pyx": "cdef class Event:\n    pass\n"}
    found = by_cython(f"{line}\ncdef int b\n", **others)
    stem = missing.rpartition(".")[2]
    wanted = f"x.pyx cimports from {missing}, and the sdist holds no {stem}.pxd"
    assert found == ([wanted] if missing else [])


def test_sources_that_pyproject_declares_for_setuptools():
    """pysdd 1.0.6 has no setup.py."""
    text = """
[build-system]
requires = ["setuptools", "cython"]
build-backend = "setuptools.build_meta"
[[tool.setuptools.ext-modules]]
name = "x"
sources = ["x.pyx"]
"""
    sdist = contents_of(
        pyproject__toml=text, x__pyx="from . cimport api\ncdef int b\n", y__pyx="cdef int c\n"
    )
    (obstacle,) = old_cython(read_sdist(sdist), sdist, Version("3.3.1"))
    assert obstacle.fatal
    optional = text + "optional = true\n"
    sdist = contents_of(pyproject__toml=optional, x__pyx="from . cimport api\ncdef int b\n")
    (obstacle,) = old_cython(read_sdist(sdist), sdist, Version("3.3.1"))
    assert not obstacle.fatal


def test_headers_of_the_system_do_not_bring_names_of_the_library():
    assert len(undeclared("#include <cxxabi.h>\nvoid f() { std::sort(a, b); }\n")) == 1
    assert undeclared("#include <ext/hash_map>\nvoid f() { std::sort(a, b); }\n") == []


def test_cython_sources_that_stayed_behind_their_output():
    """`cythonize` takes no C in their place: "'x.pyx' doesn't match any files" (seen in builds)."""

    def missing(script: str, **files: str) -> list[str]:
        sdist = contents_of(setup__py=script, **files)
        found = missing_sources(read_sdist(sdist), sdist, script, cythonizes=True)
        return [obstacle.message for obstacle in found]

    written = {"x__c": "/* Generated by Cython 3.2.1 */\nint a;\n", "y__c": "int b;\n"}
    other = "from Cython.Build import cythonize\n" + WITH_PYX.replace(
        "[Extension('x', ['x.pyx'])]", "cythonize([Extension('x', ['x.pyx', 'y.c'])])"
    )
    assert len(missing(other, **written)) == 1
    within = "import subprocess\nclass Own(build_ext):\n    pass\n" + other
    assert len(missing(within, **written)) == 1
    assert missing(other, **written, **{"old/x__pyx": "cdef int a\n"}) == []
    assert missing(other + "for name in names:\n    name = name[:-4] + '.c'\n", **written) == []
    assert missing(other + "if not os.path.exists('x.pyx'):\n    take('x.c')\n", **written) == []
    assert missing(other + "requests.get(url)\n", **written) == []


def test_c_that_only_cython_would_write():
    """As cssdbpy 0.1.1: the script takes `x.c`, for want of Cython, and the sdist has `x.pyx`."""
    script = SETUP.replace("setup(", "setup(cmdclass={'build_ext': build_ext}, ", 1)

    def missing(script: str, *, cythonizes: bool | None) -> list[str]:
        sdist = contents_of(setup__py=script, x__pyx="cdef int a\n")
        found = missing_sources(read_sdist(sdist), sdist, script, cythonizes=cythonizes)
        return [obstacle.message for obstacle in found]

    assert missing(script, cythonizes=False) == [
        "x is made of x.c, which the sdist does not hold, and no build requirement brings Cython"
    ]
    assert missing(script, cythonizes=True) == []
    assert missing(script, cythonizes=None) == []
    assert missing("import subprocess\n" + script, cythonizes=False) == []
