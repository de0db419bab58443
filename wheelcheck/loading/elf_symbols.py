"""The symbols of CPython's API that an ELF file leaves undefined: what it needs of the interpreter.

Source: System V ABI, chapter 4 (symbol table); the GNU hash section begins with the number of
symbols that are not in it, which are the undefined.

In a file's first bytes the symbol table has no address, as the dynamic section lies behind the
code: it is found as a run of entries that begins with an empty entry and whose names all begin
where a string does.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from itertools import chain, islice

__all__ = ["undefined_python", "undefined_python_in_front"]

_WIDE, _NARROW = 24, 16
"""Bytes of an entry in 64-bit and 32-bit files."""
_MAX_SYMBOLS = 200_000
_WEAK = 2
_BINDINGS = {0, 1, 2, 10}
_HIGHEST_TYPE = 10
_API = re.compile(rb"_?Py[A-Z_]\w{1,80}")
_FEWEST = 3
"""Entries in a row that make a symbol table."""
_MAX_BEGINNINGS = 4
_HEADER = 64
_SECTION = 3
"""The only type of a symbol without a name."""


def undefined_python(
    data: bytes, table: int, strings: bytes, order: str, *, wide: bool
) -> tuple[str, ...]:
    """The undefined symbols of a whole file, without weak symbols; `table` is where its table lies.

    Undefined symbols come first wherever the table is sorted for a GNU hash; elsewhere the whole
    table is read, up to its first entry that cannot be one.
    """
    if table <= 0:
        return ()
    size = _WIDE if wide else _NARROW
    end = min(len(data), table + size * _MAX_SYMBOLS)
    return _names(_entries(data, table + size, end, strings, order, wide=wide), strings)


def undefined_python_in_front(
    data: bytes, start: int, end: int, order: str
) -> tuple[str, ...] | None:
    """The same from the first bytes of a 64-bit file; None where no symbol table was found.

    The file's strings lie from `start` to `end`, give or take some bytes of what lies in front of
    them; the symbol table is further in front.
    """
    for base in _beginnings(data, start, end):
        strings = data[base : end + 1]
        for place in _empty_entries(data, base):
            entries = _entries(data, place + _WIDE, base, strings, order, wide=True)
            first = list(islice(entries, _FEWEST))
            if len(first) == _FEWEST and all(_begins(name, strings) for name, _, _ in first):
                return _names(chain(first, entries), strings)
    return None


def _beginnings(data: bytes, start: int, end: int) -> Iterator[int]:
    """Where a string table may begin: with the empty string, before the first of the others."""
    place = data.rfind(b"\0", 0, start + 1)
    for _ in range(_MAX_BEGINNINGS):
        while data[place + 1 : place + 2] == b"\0":
            place += 1
        if not 0 <= place < end:
            return
        yield place
        place = data.find(b"\0", place + 1, end)
        if place < 0:
            return


def _empty_entries(data: bytes, end: int) -> Iterator[int]:
    """The places, multiples of 8, at which an empty entry lies."""
    empty = bytes(_WIDE)
    place = data.find(empty, _HEADER, end)
    while place >= 0:
        aligned = (place + 7) // 8 * 8
        if data[aligned : aligned + _WIDE] == empty:
            yield aligned
        place = data.find(empty, aligned + 8 if aligned > place else place + 8, end)


def _begins(name: int, strings: bytes) -> bool:
    """Whether a string begins at an offset: most do, some are the end of a longer string."""
    return 0 < name < len(strings) and strings[name - 1] == 0


def _entries(
    data: bytes, place: int, end: int, strings: bytes, order: str, *, wide: bool
) -> Iterator[tuple[int, int, int]]:
    """Name, binding and section of each entry, up to the first that is none."""
    entry = struct.Struct(order + ("I2BH2Q" if wide else "3I2BH"))
    while place + entry.size <= end:
        if wide:
            name, info, other, section, _, _ = entry.unpack_from(data, place)
        else:
            name, _, _, info, other, section = entry.unpack_from(data, place)
        binding, kind = info >> 4, info & 15
        if name >= len(strings) or binding not in _BINDINGS:
            return
        if kind > _HIGHEST_TYPE or other & ~3 or (not name and kind != _SECTION):
            return
        yield name, binding, section
        place += entry.size


def _names(entries: Iterable[tuple[int, int, int]], strings: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name, binding, section in entries:
        if section or binding == _WEAK:
            continue
        text = strings[name : strings.find(b"\0", name)]
        if _API.fullmatch(text):
            found[text.decode("ascii")] = None
    return tuple(found)
