"""What a compiler really reads for each compiled file: its includes are followed within the sdist.

One file may include ninety others, and a table of a megabyte is no code. Headers of the system and
of other packages are not part of the sdist; of them only the names count.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from wheelcheck.index.archives.sources.cython_parts import is_cython
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import (
    BINDS,
    CIMPORTS,
    CIMPORTS_NUMPY,
    EXTERN,
    FUSED,
    INSTANCES,
    VIEWS,
    marked,
)
from wheelcheck.index.archives.sources.source_marks import MAX_MARKED_BYTES, SourceMarks

__all__ = ["Includes", "TranslationUnit"]

_BYTES_A_STATEMENT = 35
"""Of source code, comments included; taken where an archive's sources could not be looked into."""
_BYTES_OF_TABLES = 5000
"""Of a file too long to look into, which holds tables: GCC takes 6.8 s for the 47 MB of
tree-sitter-sql 0.3.13 and 2.2 s for the 27 MB of tree-sitter-c-sharp 0.23.5, as for so many bytes a
statement."""
_STATEMENTS_A_RETURN = 8
"""Of a header: code has a ``return`` in about every eighth statement."""
_STATEMENTS_A_BINDING = 20
"""Of a function that C++ binds: 2 MB of memory, as so many statements take."""
_USUAL_HEADERS = 10
"""Headers of the standard library that a C++ file includes, taken where it could not be looked
into."""
_MAX_INCLUDED = 3000
"""Files that are followed for one compiled file: more than any project's headers."""
_AS_TEMPLATE = 3
"""So often one file includes a header that is code: twice may be two branches of an ``#if``."""
_STANDARD_MODULES = "libcpp."
_MADE_FROM = (".in", ".src", ".tp")
_STANDARD = re.compile(r"[a-z_]+$")
_TEMPLATES = (
    *("Eigen/", "unsupported/Eigen", "xtensor/", "boost/asio", "boost/geometry", "boost/graph"),
    *("boost/math", "boost/multiprecision", "boost/python", "boost/spirit", "boost/thread"),
)
"""Header libraries whose templates make every file that includes them dear; `_BINDERS` are
counted apart.

Of Boost's (1.83, GCC 12.2, ``-O2 -g``) these take 1.4 to 4.4 s and 280 to 670 MB by themselves, the
others 0.02 to 1.1 s and 30 to 260 MB; Eigen's 1.0 s and 190 MB, but its use is what is dear.
"""
_CONTAINERS = re.compile(
    r"(?:std_)?(?:array|deque|list|map|multimap|multiset|pair|queue|set|unordered_\w+|vector)(?:\.i)?"
)
"""Templates of C++'s library that SWIG wraps, each with a hundred methods for every type: 7 to 10 s
and 360 to 390 MB (visilibity 1.0.10, pykcs11 1.5.20, modbp 1.0.3), against 1.2 s and 130 MB without
(speexdsp 0.1.1)."""
_GRAPHICS = ("cuda", "nvrtc", "hip/", "CL/", "OpenCL/", "vulkan/")
"""What the names of headers for graphics processors begin with."""
_VECTORS = frozenset({"<immintrin.h", "<x86intrin.h"})
"""GCC's headers of all vector instructions: 0.3 s and 70 MB of every file that includes them (GCC
12.2), ``emmintrin.h`` 0.02 s."""
_BINDERS = ("pybind11/", "nanobind/", "boost/python")
"""Libraries for bindings, which are not followed into where the sdist brings them."""


class TranslationUnit(Struct, frozen=True):
    """One compiled file with what it includes. `bytes` and `statements` are those of sources.

    `header_bytes` and `header_statements` are those of the sdist's own headers among what is
    included, `header_code` those of the statements that are code rather than declarations, of which
    `sole_code` are in headers that no other compiled file includes: parts of this one;
    `standard` is the number of headers of the C++ standard library.
    `templates` says that it includes a library of templates, or containers of C++ for SWIG to wrap;
    `binds` that this is a library for bindings.
    `vectors`: it includes all vector instructions, whatever is defined.
    `views`, `numpy`: Cython code with memoryviews, and with NumPy's declarations. `copied` are its
    lines in copies of functions for further types, `instances` how often it makes a template of C++
    for types of its own. `bound` are the functions that C++ binds.
    Of Cython code `statements` are its lines, and `header_code` is that of all C and C++ which its
    declarations name.
    """

    bytes: int = 0
    statements: int = 0
    header_bytes: int = 0
    header_statements: int = 0
    header_code: int = 0
    sole_code: int = 0
    standard: int = 0
    templates: bool = False
    binds: bool = False
    vectors: bool = False
    views: bool = False
    numpy: bool = False
    copied: int = 0
    instances: int = 0
    bound: int = 0

    @property
    def weight(self) -> float:
        """How heavy it is for a compiler's memory, in statements."""
        headers = self.header_statements / 10 + 75 * self.standard
        return self.statements + headers + _STATEMENTS_A_BINDING * self.bound


class Includes:
    """Follows includes within one sdist, whose files have these `sizes` and `marks`."""

    def __init__(self, sizes: Mapping[str, int], marks: Mapping[str, SourceMarks]) -> None:
        self._sizes = sizes
        self._marks = marks
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        for path in marks:
            self._named[path.rpartition("/")[2]].append(path)
        self._readers: Counter[str] = Counter()
        self._direct: dict[str, tuple[Counter[str], tuple[str, ...]]] = {}

    def unit(self, path: str) -> TranslationUnit:
        """What compiling one file reads."""
        size = self._sizes[path]
        if path not in self._marks:
            standard = _USUAL_HEADERS if language_of(path) is Language.CPP else 0
            each = _BYTES_A_STATEMENT if size <= MAX_MARKED_BYTES else _BYTES_OF_TABLES
            return TranslationUnit(size, size // each, standard=standard)
        own, foreign = self._closure(path)
        cython = is_cython(path)
        sources = {
            each: times
            for each, times in own.items()
            if each == path or (is_cython(each) if cython else _is_code(each, times))
        }
        headers = own.keys() - sources.keys()
        parts = {need for each in sources for need in self._marks[each].needs}
        return TranslationUnit(
            bytes=sum(self._sizes[each] * times for each, times in sources.items()),
            statements=sum(self._statements(each) * n for each, n in sources.items()),
            header_bytes=sum(map(self._sizes.__getitem__, headers)),
            header_statements=sum(map(self._statements, headers)),
            header_code=sum(map(self._code, headers)),
            sole_code=sum(self._code(each) for each in headers if self._readers[each] == 1),
            standard=sum(_STANDARD.match(name) is not None for name in foreign),
            templates=any(map(_is_templates(path), foreign)),
            binds=any(name.startswith(_BINDERS) for name in foreign),
            vectors=any(not _VECTORS.isdisjoint(self._marks[e].certain_includes) for e in own),
            views=VIEWS in parts,
            numpy=CIMPORTS_NUMPY in parts,
            copied=_sum(parts, FUSED),
            instances=_sum(parts, INSTANCES),
            bound=sum(_sum(self._marks[each].needs, BINDS) for each in own),
        )

    def count_readers(self, paths: Iterable[str]) -> None:
        """Count which files are read for how many of all compiled files.

        To call before `unit`, whose `sole_code` is 0 otherwise.
        """
        known = [path for path in paths if path in self._marks]
        self._readers = Counter(each for path in known for each in self._closure(path)[0])

    def included(self, paths: Iterable[str]) -> set[str]:
        """Which files some of these include."""
        known = [path for path in paths if path in self._marks]
        return {each for path in known for each in self._includes(path)[0] if each != path}

    def _statements(self, path: str) -> int:
        """Statements of a file; Fortran's have no semicolons, so that its bytes alone count."""
        return 0 if language_of(path) is Language.FORTRAN else self._marks[path].statements

    def _code(self, path: str) -> int:
        marks = self._marks[path]
        if language_of(path):
            return marks.statements
        return min(marks.statements, _STATEMENTS_A_RETURN * marks.returns)

    def _closure(self, path: str) -> tuple[dict[str, int], set[str]]:
        """All files of the sdist that are read, how often, and the names of those from elsewhere.

        A source may be included several times, each time with other macros, and so may a header
        that is a template in all but name (brotli's ``hash_longest_match_inc.h``).
        """
        own, foreign, left = {path: 1}, set[str](), [path]
        while left and len(own) < _MAX_INCLUDED:
            found, elsewhere = self._includes(left.pop())
            foreign.update(elsewhere)
            left += [each for each in found if each not in own]
            for each, times in found.items():
                own.setdefault(each, times)
        return own, foreign

    def _includes(self, path: str) -> tuple[Counter[str], tuple[str, ...]]:
        if path not in self._direct:
            marks = self._marks[path]
            named = Counter(name[1:] for name in marks.includes)
            if is_cython(path) or path.endswith(".pxd"):
                named.update(name[1:] for name in marked(marks.old_cython, EXTERN))
                named.update(map(_declarations, marked(marks.needs, CIMPORTS)))
            certain = {include[1:] for include in marks.certain_includes}
            inside: Counter[str] = Counter()
            outside = []
            for name, times in named.items():
                place = "" if name.startswith(_BINDERS) else self._resolved(name, path)
                if not place:
                    outside.append(name)
                elif not certain or name in certain or not self._is_for_graphics(place):
                    inside[place] += times
            self._direct[path] = inside, tuple(outside)
        return self._direct[path]

    def _is_for_graphics(self, path: str) -> bool:
        """Whether a file is for graphics processors: no usual build meets the condition for it.

        Some have a library of their own behind it (VkFFT, 2 MB).
        """
        return any(name[1:].startswith(_GRAPHICS) for name in self._marks[path].includes)

    def _resolved(self, name: str, includer: str) -> str:
        """The member that an include means: beside the includer, or the nearest of that name."""
        name = posixpath.normpath(name)
        folder = posixpath.dirname(includer)
        beside = posixpath.normpath(posixpath.join(folder, name))
        if beside in self._marks:
            return beside
        tails = [name.lstrip("./") + ending for ending in ("", *_MADE_FROM)]
        places = [
            place
            for tail in tails
            for place in self._named.get(tail.rpartition("/")[2], ())
            if place == tail or place.endswith(f"/{tail}")
        ]
        return max(places, key=lambda place: (_shared(place, includer), -len(place)), default="")


def _is_templates(path: str) -> Callable[[str], object]:
    """What says of the name of a header whether its templates are dear to a source."""
    if language_of(path) is Language.SWIG:
        return _CONTAINERS.fullmatch
    return lambda name: name.startswith(_TEMPLATES)


def _is_code(path: str, times: int) -> bool:
    """Whether what a C or C++ file includes so often is code rather than a header."""
    return language_of(path) is not None or times >= _AS_TEMPLATE


def _declarations(module: str) -> str:
    """The file of declarations that a module's name means, or the header of C++ it stands for."""
    if module.startswith(_STANDARD_MODULES):
        return module.removeprefix(_STANDARD_MODULES)
    return module.strip(".").replace(".", "/") + ".pxd"


def _sum(parts: Iterable[str], kind: str) -> int:
    return sum(map(int, marked(parts, kind)))


def _shared(path: str, other: str) -> int:
    """How many letters two paths have in common from the beginning."""
    return len(posixpath.commonprefix((path, other)))
