"""What one ELF file asks of the system: read from all of it, or from its first bytes alone.

Sources: System V ABI, chapters 4 and 5 (headers, dynamic section); the Linux Standard Base 5.0,
section 10.7 (symbol versions); the x86-64 psABI, section 3.3 (`GNU_PROPERTY_X86_ISA_1_NEEDED`).

A member of a wheel is deflated, so only its beginning can be had without reading the whole. The
dynamic section lies behind the code, but linkers put the names that it points to (`.dynstr`) and
the needed versions (`.gnu.version_r`) in front. patchelf, which auditwheel runs, moves `.dynstr` to
the end and fills its old place with the letter X: such a file is read whole or not at all.

Nothing that a file claims is believed: offsets, counts and chains are checked against its size.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wheelcheck.loading.elf_header import MAX_ENTRIES, PT_LOAD, ElfHeader, NotElf, read_header
from wheelcheck.loading.elf_symbols import undefined_python, undefined_python_in_front

__all__ = ["ElfNeeds", "NotElf", "Prefix", "read_elf", "read_prefix"]

_PT_DYNAMIC, _PT_NOTE = 2, 4
_DT_NEEDED, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ = 1, 5, 6, 10
_DT_SONAME, _DT_RPATH, _DT_RUNPATH = 14, 15, 29
_DT_FLAGS, _DF_STATIC_TLS = 30, 0x10
_DT_VERNEED, _DT_VERNEEDNUM = 0x6FFF_FFFE, 0x6FFF_FFFF
_ISA_1_NEEDED = 0xC000_8002
_NT_GNU_PROPERTY_TYPE_0 = 5
_SONAME = re.compile(
    rb"(?:lib[\w.+-]{1,120}?|ld-[\w.-]{1,40}?|[\w.+-]{1,120}?)\.so(?:\.[\w.]{1,20})?"
)
_VERSION = re.compile(
    rb"(GLIBC|GLIBCXX|CXXABI|GCC|GOMP|OMP|LIBATOMIC|GFORTRAN|OPENSSL)_[\w.]{1,24}"
)
_X_FILL = b"X" * 24
"""patchelf overwrites the old place of a section that it moves."""
_LIBC = re.compile(
    rb"libc\.so(?:\.6)?|libc\.musl-\w+\.so\.1|ld-linux[\w.-]*|libm\.so\.6|libpthread\.so\.0"
)
_MARKER = re.compile(rb"\0(?:libc\.so|libc\.musl|ld-linux|libm\.so\.6|libpthread\.so)[\w.-]*\0")
"""The string table of nearly every shared object names the C library."""
_FEWEST_STRINGS = 4
_NO_STRINGS = re.compile(rb"[^\x00\x21-\x7e]|\0\0")


class Prefix(StrEnum):
    """What the first bytes of a file were good for."""

    ENOUGH = "enough"
    MORE = "more"
    """The names may lie further on."""
    MOVED = "moved"
    """The names lie at the end."""


@dataclass(frozen=True, slots=True)
class ElfNeeds:
    """What a file asks of the system.

    `needed` are file names of libraries; where `exact` is False they are all such names found in
    the string table, which may include the file's own and some that were replaced. `versions` are
    the symbol versions by library; a library without a name is ``""``. `search` is RUNPATH, else
    RPATH; `lends` says that it is RPATH, or may be. `isa` is the x86-64 level that the file says it
    needs (1 where it says nothing). `python` are the undefined symbols of CPython's API, None where
    they could not be read.
    `exec_stack` says that the file asks for a stack that code may run on, `static_tls` that it has
    thread-local variables whose place is fixed when a program starts; that only whole files say.
    """

    machine: str
    needed: tuple[str, ...] = ()
    versions: Mapping[str, tuple[str, ...]] | None = None
    soname: str = ""
    search: tuple[str, ...] = ()
    lends: bool = True
    isa: int = 1
    exact: bool = True
    is_program: bool = False
    exec_stack: bool = False
    static_tls: bool = False
    python: tuple[str, ...] | None = None

    def version_names(self) -> Iterator[str]:
        """All symbol versions, of whichever library."""
        for names in (self.versions or {}).values():
            yield from names


def read_elf(data: bytes) -> ElfNeeds:
    """What a whole file asks for. Raises NotElf."""
    header = read_header(data)
    dynamic = _dynamic(data, header)
    if not dynamic:
        return ElfNeeds(header.machine, is_program=header.is_program)
    strings = _string_table(data, header, dynamic)

    def named(tag: int) -> tuple[str, ...]:
        return tuple(_string(strings, value) for found, value in dynamic if found == tag)

    runpath = named(_DT_RUNPATH)
    return ElfNeeds(
        machine=header.machine,
        needed=tuple(dict.fromkeys(filter(None, named(_DT_NEEDED)))),
        versions=_needed_versions(data, header, dict(dynamic), strings),
        soname=next(iter(named(_DT_SONAME)), ""),
        search=_folders(runpath or named(_DT_RPATH)),
        lends=not runpath,
        isa=_isa(data, header),
        is_program=header.is_program,
        exec_stack=header.exec_stack,
        static_tls=header.has_tls and bool(dict(dynamic).get(_DT_FLAGS, 0) & _DF_STATIC_TLS),
        python=undefined_python(
            data,
            header.offset(dict(dynamic).get(_DT_SYMTAB, -1)),
            strings,
            header.order,
            wide=header.wide,
        ),
    )


def _folders(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(folder for path in paths for folder in path.split(":") if folder)


def _dynamic(data: bytes, header: ElfHeader) -> list[tuple[int, int]]:
    entry = struct.Struct(header.order + ("2Q" if header.wide else "2I"))
    found: list[tuple[int, int]] = []
    for offset, size in header.of_kind(_PT_DYNAMIC):
        end = min(offset + size, len(data))
        if offset + entry.size > len(data):
            raise NotElf("its dynamic section lies beyond its end")
        for place in range(offset, end - entry.size + 1, entry.size):
            tag, value = entry.unpack_from(data, place)
            if tag == 0:
                return found
            found.append((tag, value))
            if len(found) > MAX_ENTRIES:
                raise NotElf("its dynamic section is damaged")
    return found


def _string_table(data: bytes, header: ElfHeader, dynamic: list[tuple[int, int]]) -> bytes:
    entries = dict(dynamic)
    start = header.offset(entries.get(_DT_STRTAB, -1))
    if start < 0 or start >= len(data):
        raise NotElf("its string table lies beyond its end")
    return data[start : start + entries.get(_DT_STRSZ, 0)]


def _string(strings: bytes, offset: int) -> str:
    if offset >= len(strings):
        raise NotElf("a name lies beyond its string table")
    end = strings.find(b"\0", offset, offset + 4096)
    return strings[offset : end if end >= 0 else offset].decode("utf-8", "replace")


def _needed_versions(
    data: bytes, header: ElfHeader, dynamic: Mapping[int, int], strings: bytes
) -> dict[str, tuple[str, ...]]:
    if _DT_VERNEED not in dynamic:
        return {}
    place = header.offset(dynamic[_DT_VERNEED])
    found: dict[str, tuple[str, ...]] = {}
    for library, names in _verneed(data, header.order, place, dynamic.get(_DT_VERNEEDNUM, 0)):
        key = _string(strings, library)
        found[key] = found.get(key, ()) + tuple(_string(strings, name) for name in names)
    return found


def _verneed(data: bytes, order: str, place: int, count: int) -> Iterator[tuple[int, list[int]]]:
    """Offsets of the names of a library and of its versions, as `.gnu.version_r` lists them."""
    if place < 0 or count > MAX_ENTRIES:
        raise NotElf("its table of versions is damaged")
    head, tail = struct.Struct(order + "2H3I"), struct.Struct(order + "I2H2I")
    for _ in range(count):
        if place + head.size > len(data):
            raise NotElf("its table of versions is cut short")
        version, names, library, first, following = head.unpack_from(data, place)
        if version != 1 or names > MAX_ENTRIES:
            raise NotElf("its table of versions is damaged")
        at, offsets = place + first, []
        for _ in range(names):
            if at + tail.size > len(data):
                raise NotElf("its table of versions is cut short")
            _, _, _, name, step = tail.unpack_from(data, at)
            offsets.append(name)
            if not step:
                break
            at += step
        yield library, offsets
        if not following:
            return
        place += following


def _isa(data: bytes, header: ElfHeader) -> int:
    """The x86-64 level of the note `.note.gnu.property`; 1 where it has none."""
    if header.machine != "x86_64":
        return 1
    for offset, size in header.of_kind(_PT_NOTE):
        for kind, value in _properties(data[offset : offset + min(size, 4096)], header.order):
            if kind == _ISA_1_NEEDED and value[3:]:
                (bits,) = struct.unpack_from(header.order + "I", value)
                return max(1, int(bits & 0xF).bit_length())
    return 1


def _properties(notes: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 16 <= len(notes):
        names, length, kind = struct.unpack_from(order + "3I", notes, place)
        body = place + 12 + (names + 3) // 4 * 4
        if kind == _NT_GNU_PROPERTY_TYPE_0 and notes[place + 12 : place + 15] == b"GNU":
            at, end = body, min(body + length, len(notes))
            while at + 8 <= end:
                found, size = struct.unpack_from(order + "2I", notes, at)
                yield found, notes[at + 8 : at + 8 + size]
                at += 8 + (size + 7) // 8 * 8
        place = body + (length + 7) // 8 * 8


def read_prefix(data: bytes, *, whole: bool = False) -> tuple[Prefix, ElfNeeds | None]:
    """What the first bytes of a file ask for, where they tell. Raises NotElf.

    `whole` says that there are no more bytes.
    """
    if whole:
        return Prefix.ENOUGH, read_elf(data)
    header = read_header(data)
    if not header.wide or header.order == ">":
        return Prefix.MORE, None  # rare enough to be read whole
    if _X_FILL in data or not header.segments:
        return Prefix.MOVED, None
    found = _names_in_front(data)
    if found is None:
        first = next((offset + size for offset, size in header.of_kind(PT_LOAD)), 0)
        return (Prefix.MOVED if len(data) > first else Prefix.MORE), None
    return Prefix.ENOUGH, _by_strings(data, header, *found)


def _by_strings(data: bytes, header: ElfHeader, start: int, table: bytes) -> ElfNeeds:
    """What a file asks for, as far as its string table says; `start` is the table's place."""
    strings = table.split(b"\0")
    needed = [s.decode("ascii", "replace") for s in strings if _SONAME.fullmatch(s)]
    versions = [s.decode() for s in strings if _VERSION.fullmatch(s)]
    paths = [s.decode() for s in strings if b"$ORIGIN" in s]
    return ElfNeeds(
        machine=header.machine,
        needed=tuple(dict.fromkeys(needed)),
        versions={"": tuple(dict.fromkeys(versions))},
        search=_folders(paths),
        isa=_isa(data, header),
        exact=False,
        is_program=header.is_program,
        exec_stack=header.exec_stack,
        python=undefined_python_in_front(data, start, start + len(table), header.order),
    )


def _names_in_front(data: bytes) -> tuple[int, bytes] | None:
    """Where `.dynstr` begins, and what is in it; None where it is not (all) there.

    It is the run of strings that names the C library, and it has ended where other bytes follow:
    strings of the code itself may name other libraries, never that one beside symbols.
    """
    for marker in _MARKER.finditer(data):
        start = _start_of_strings(data, marker.start() + 1)
        end = _NO_STRINGS.search(data, marker.start() + 1)
        if end is None or end.start() + 16 > len(data):
            return None
        table = data[start : end.start()]
        strings = table.split(b"\0")
        if len(strings) >= _FEWEST_STRINGS and any(_LIBC.fullmatch(s) for s in strings):
            return start, table
    return None


def _start_of_strings(data: bytes, place: int) -> int:
    """Where the run of strings around `place` begins."""
    high = place
    while high > 0:
        low = max(0, high - 65_536)
        ends = [match.end() for match in _NO_STRINGS.finditer(data, low, min(high + 1, place))]
        if ends:
            return ends[-1]
        high = low
    return 0
