"""The compiled files of an sdist by kind: sums of what each has its compiler read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.costs.workload.compiled import CompiledFile
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.units import TranslationUnit

__all__ = ["Sources", "sources_by_kind"]

_NEAR = 3
"""Statements of headers that count for each statement of the file that includes them."""
_NO_CODE = 3
"""Statements of a C file that has hardly code of its own."""
_WHOLE_LIBRARY = 1000
"""Statements of code in headers from which on such a file compiles a library that is a header
(``#define XXH_IMPLEMENTATION``); files of more statements use little of theirs (protobuf's upb)."""
_DISPATCHED = 4
"""How often a file with ``.dispatch.`` in its name is compiled: once for every SIMD level."""
_NOTHING = TranslationUnit()


class Sources(Struct, frozen=True):
    """The compiled files of one kind, each with the sources that it includes.

    All but `files` are sums over what each file has its compiler read, so that what several files
    include counts for each. `near_code` are the statements of code in the sdist's own headers, as
    far as they are in proportion to the file that includes them: most of a large header stays
    unused. `sole_code` are those in headers that one file alone includes.
    `standard` counts headers of the C++ standard library, `templates` files that include a
    library of templates such as Boost or Eigen, `vectors` those that include all vector
    instructions; `views` and `numpy` those of Cython with
    memoryviews and with NumPy's declarations, `copied`, `instances` and `bound` are as in
    `TranslationUnit`. `heaviest` is the one file that needs most memory.
    """

    files: int = 0
    bytes: int = 0
    statements: int = 0
    header_bytes: int = 0
    header_statements: int = 0
    header_code: int = 0
    near_code: int = 0
    sole_code: int = 0
    standard: int = 0
    templates: int = 0
    vectors: int = 0
    views: int = 0
    numpy: int = 0
    copied: int = 0
    instances: int = 0
    bound: int = 0
    heaviest: TranslationUnit = _NOTHING

    def plus(self, other: Sources) -> Sources:
        """Both together."""
        heaviest = max(self.heaviest, other.heaviest, key=lambda each: (each.weight, each.bytes))
        sums = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__struct_fields__
            if name != "heaviest"
        }
        return Sources(**sums, heaviest=heaviest)

    def heaviest_alone(self) -> Sources:
        """The heaviest file as if there were no other."""
        return _sums(self.heaviest, min(1, self.files))

    def less(self, other: Sources) -> Sources:
        """These without others among them; the heaviest file is taken to stay."""
        left = {
            name: max(0, getattr(self, name) - getattr(other, name))
            for name in self.__struct_fields__
            if name != "heaviest"
        }
        return Sources(**left, heaviest=self.heaviest if left["files"] else _NOTHING)


def _with_library(file: CompiledFile) -> TranslationUnit:
    """What a file compiles: where it only includes a library that is a header, that one's code."""
    unit = file.unit
    includes = file.kind is SourceKind.C and unit.statements <= _NO_CODE
    if not includes or unit.header_code < _WHOLE_LIBRARY:
        return unit
    return replace(unit, statements=unit.statements + unit.header_code, header_code=0)


def _sums(unit: TranslationUnit, times: int) -> Sources:
    """What one file compiles, so many times."""
    near = min(unit.header_code, _NEAR * unit.statements)
    return Sources(
        files=times,
        bytes=unit.bytes * times,
        statements=unit.statements * times,
        header_bytes=unit.header_bytes * times,
        header_statements=unit.header_statements * times,
        header_code=unit.header_code * times,
        near_code=near * times,
        sole_code=unit.sole_code * times,
        standard=unit.standard * times,
        templates=unit.templates * times,
        vectors=unit.vectors * times,
        views=unit.views * times,
        numpy=unit.numpy * times,
        copied=unit.copied * times,
        instances=unit.instances * times,
        bound=unit.bound * times,
        heaviest=unit,
    )


def sources_by_kind(files: Iterable[CompiledFile]) -> dict[SourceKind, Sources]:
    """Sums over the files of each kind, and the heaviest of them."""
    found: dict[SourceKind, Sources] = {}
    for file in files:
        unit = _with_library(file)
        times = file.times * (_DISPATCHED if ".dispatch." in posixpath.basename(file.path) else 1)
        own = _sums(unit, times)
        found[file.kind] = found.get(file.kind, Sources()).plus(own)
    return found
