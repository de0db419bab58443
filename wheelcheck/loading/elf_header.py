"""The header of an ELF file and its program headers, none of whose claims is believed.

Source: System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["MAX_ENTRIES", "PT_LOAD", "ElfHeader", "NotElf", "read_header"]

_MACHINES = {3: "i686", 22: "s390x", 21: "ppc64le", 40: "armv7l", 62: "x86_64", 183: "aarch64",
             243: "riscv64", 258: "loongarch64"}  # fmt: skip
PT_LOAD, _PT_INTERP, _PT_TLS = 1, 3, 7
_PT_GNU_STACK, _PF_X = 0x6474_E551, 1
_SHORTEST, _SHORTEST_WIDE = 52, 64
"""Bytes of an ELF header."""
_CLASSES = {1: False, 2: True}
_ORDERS = {1: "<", 2: ">"}
MAX_ENTRIES = 4_096
"""Program headers, dynamic entries, needed versions: real files have a few dozen."""


class NotElf(Exception):  # noqa: N818 (says what happened)
    """Not an ELF file, or not readable; the text says why."""


@dataclass(frozen=True, slots=True)
class ElfHeader:
    """The header of a file, and its program headers."""

    machine: str
    wide: bool
    """64-bit."""
    order: str
    segments: tuple[tuple[int, int, int, int], ...]
    """Type, offset, address, size in the file."""
    exec_stack: bool

    def offset(self, address: int) -> int:
        """Where in the file an address lies; -1 nowhere."""
        for kind, offset, start, size in self.segments:
            if kind == PT_LOAD and start <= address < start + size:
                return offset + address - start
        return -1

    def of_kind(self, kind: int) -> Iterator[tuple[int, int]]:
        """Offset and size of the segments of a type."""
        return ((offset, size) for found, offset, _, size in self.segments if found == kind)

    @property
    def is_program(self) -> bool:
        """Whether it is started as a process: it names an interpreter."""
        return any(self.of_kind(_PT_INTERP))

    @property
    def has_tls(self) -> bool:
        """Whether it has thread-local variables."""
        return any(self.of_kind(_PT_TLS))


def read_header(data: bytes) -> ElfHeader:
    """The header that a file begins with. Raises NotElf."""
    wide, order = _identified(data)
    (machine,) = struct.unpack_from(order + "H", data, 18)
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)
    size, count = struct.unpack_from(order + "2H", data, 54 if wide else 42)
    if size < (56 if wide else 32) or count > MAX_ENTRIES:
        raise NotElf("its program headers are damaged")
    found, exec_stack = [], False
    for place in range(table, table + size * count, size):
        if place + size > len(data):
            break  # patchelf may move them to the end, too
        kind, flags, offset, start, length = _program_header(data, place, order, wide=wide)
        found.append((kind, offset, start, length))
        exec_stack = exec_stack or (kind == _PT_GNU_STACK and bool(flags & _PF_X))
    name = _MACHINES.get(machine, f"machine {machine}")
    return ElfHeader(name, wide, order, tuple(found), exec_stack)


def _identified(data: bytes) -> tuple[bool, str]:
    """Whether a file is 64-bit, and its byte order for `struct`. Raises NotElf."""
    if data[:4] != b"\x7fELF" or len(data) < _SHORTEST:
        raise NotElf("it is no ELF file")
    if data[4] not in _CLASSES or data[5] not in _ORDERS:
        raise NotElf("its ELF header is damaged")
    wide = _CLASSES[data[4]]
    if wide and len(data) < _SHORTEST_WIDE:
        raise NotElf("its ELF header is cut short")
    return wide, _ORDERS[data[5]]


def _program_header(
    data: bytes, place: int, order: str, *, wide: bool
) -> tuple[int, int, int, int, int]:
    """Type, flags, offset, address, size in the file."""
    if wide:
        kind, flags, offset, start, _, length = struct.unpack_from(order + "2I4Q", data, place)
    else:
        kind, offset, start, _, length, _, flags = struct.unpack_from(order + "7I", data, place)
    return kind, flags, offset, start, length
