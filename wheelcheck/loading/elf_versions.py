"""Which symbol versions a file needs whose names patchelf has moved to its end.

Only `.dynstr` is moved; `.gnu.version_r` stays near the file's beginning. Its entries have the hash
of each version's name beside the offset of the name itself (Linux Standard Base 5.0, section
10.7.3), and the names of the compilers' libraries and of glibc are few enough to be recognised by
their hashes: ``GOMP_4.0`` is a file's need of libgomp.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache

__all__ = ["LIBRARIES", "moved_versions"]

LIBRARIES: Mapping[str, str] = {
    "GOMP": "libgomp.so.1",
    "OMP": "libgomp.so.1",
    "LIBATOMIC": "libatomic.so.1",
    "GLIBCXX": "libstdc++.so.6",
    "CXXABI": "libstdc++.so.6",
    "GCC": "libgcc_s.so.1",
}
"""The library of a version, by the part of its name before the number."""
_AUX, _BEFORE_AUX = b"\x10\0\0\0", 8
"""In a `Verneed`: where its first `Vernaux` is, as linkers write it, and what is before that."""
_VERNEED, _VERNAUX = struct.Struct("<2H3I"), struct.Struct("<I2H2I")
_MAX_LIBRARIES = 64
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "GLIBC": (
        *(f"2.{n}" for n in range(50)),
        *("2.1.1", "2.1.2", "2.1.3", "2.2.1", "2.2.2", "2.2.3", "2.2.4", "2.2.5", "2.2.6"),
        *("2.3.2", "2.3.3", "2.3.4"),
    ),
    "GLIBCXX": ("3.4", *(f"3.4.{n}" for n in range(1, 40))),
    "CXXABI": ("1.3", *(f"1.3.{n}" for n in range(1, 20)), "2.0"),
    "GCC": (
        *("3.0", "3.3", "3.3.1", "3.3.2", "3.4", "3.4.2", "3.4.4", "4.0.0", "4.2.0", "4.3.0"),
        *("4.5.0", "4.7.0", "4.8.0", "7.0.0", "11.0", "12.0.0", "13.0.0", "14.0.0"),
    ),
    "GOMP": ("1.0", "2.0", "3.0", "4.0", "4.0.1", "4.5", "5.0", "5.0.1", "5.1", "5.1.1", "5.1.2"),
    "OMP": ("1.0", "2.0", "3.0", "3.1", "4.0", "4.5", "5.0", "5.0.1", "5.1", "5.1.1", "5.2"),
    "LIBATOMIC": ("1.0", "1.1", "1.2", "1.3"),
}


def moved_versions(data: bytes) -> tuple[str, ...] | None:
    """The known versions that a file needs; None where more of its bytes are wanted.

    Parameters:
        data: Its first bytes; 64-bit, little-endian.
    """
    place = data.find(_AUX)
    while place >= 0:
        with suppress(struct.error):  # what is cut short may lack a name
            found = tuple(dict.fromkeys(_names(data, place - _BEFORE_AUX)))
            if found:
                return found
        place = data.find(_AUX, place + 1)
    return None


def _names(data: bytes, place: int) -> Iterator[str]:
    """The versions of the libraries in a table that begins here; none where it is no table.

    Raises struct.error where it goes on behind the data.
    """
    if place < 0:
        return
    for _ in range(_MAX_LIBRARIES):
        version, count, _, first, following = _VERNEED.unpack_from(data, place)
        if version != 1 or first != _VERNEED.size:
            return
        at = place + first
        for _ in range(count):
            digest, _, _, _, step = _VERNAUX.unpack_from(data, at)
            if digest in _hashes():
                yield _hashes()[digest]
            at += step or _VERNAUX.size
        if not following:
            return
        place += following


@cache
def _hashes() -> Mapping[int, str]:
    names = (f"{prefix}_{number}" for prefix, numbers in _NUMBERS.items() for number in numbers)
    return {_elf_hash(name): name for name in names}


def _elf_hash(name: str) -> int:
    """The hash of the System V ABI, figure 5-13."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF000_0000
        value = (value ^ (high >> 24)) & ~high & 0xFFFF_FFFF
    return value
