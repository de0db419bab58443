"""Small ELF files, as linkers lay them out: names in front, the dynamic section behind the code."""

import struct

CODE = b"\x90" * 400_000
_BASE = 64 + 56 * 4
TAGS = {"needed": 1, "strtab": 5, "symtab": 6, "strsz": 10, "soname": 14}
TAGS |= {"rpath": 15, "runpath": 29}
FLAGS, STATIC_TLS = 30, 0x10
VERNEED, VERNEEDNUM = 0x6FFF_FFFE, 0x6FFF_FFFF


def elf(
    needed: tuple[str, ...] = ("libc.so.6",),
    *,
    soname: str = "",
    versions: dict[str, tuple[str, ...]] | None = None,
    symbols: tuple[str, ...] = ("__cxa_finalize", "PyInit_x", "PyList_New"),
    machine: int = 62,
    isa: int = 0,
    exec_stack: bool = False,
    rpath: str = "",
    runpath: str = "",
    static_tls: bool = False,
    moved: bool = False,
    code: bytes = CODE,
) -> bytes:
    """A shared object. `moved` puts its names to the end, as patchelf does."""
    versions = versions or {}
    names = [*symbols, *needed, *versions, *(v for vs in versions.values() for v in vs)]
    names += [soname, rpath, runpath]
    strings, offsets = b"\0", {}
    for name in dict.fromkeys(filter(None, names)):
        offsets[name] = len(strings)
        strings += name.encode() + b"\0"
    records = _verneed(versions, offsets)
    note = _isa_note(isa)
    table = _symbols(symbols, offsets)
    at = (_BASE + len(note) + 7) // 8 * 8
    front = at + len(table)
    behind = front + (0 if moved else len(strings)) + 8 + len(records) + len(code)
    entries = [(TAGS["needed"], offsets[name]) for name in needed]
    entries += [(TAGS["soname"], offsets[soname])] if soname else []
    entries += [(TAGS["rpath"], offsets[rpath])] if rpath else []
    entries += [(TAGS["runpath"], offsets[runpath])] if runpath else []
    entries += [(FLAGS, STATIC_TLS)] if static_tls else []
    strtab = front if not moved else behind + 16 * (len(entries) + 6)
    place = front + (len(strings) if not moved else 0) + 8
    entries += [(TAGS["symtab"], at)]
    entries += [(TAGS["strtab"], strtab), (TAGS["strsz"], len(strings))]
    entries += [(VERNEED, place), (VERNEEDNUM, len(versions))] if versions else []
    dynamic = b"".join(struct.pack("<2Q", *entry) for entry in [*entries, (0, 0)])
    dynamic = dynamic.ljust(16 * (len(entries) + 6), b"\0") if moved else dynamic
    if moved:
        behind = place + len(records) + len(code)
        strtab = behind + len(dynamic)
        dynamic = dynamic.replace(
            struct.pack("<2Q", TAGS["strtab"], entries[-2 - 2 * bool(versions)][1]),
            struct.pack("<2Q", TAGS["strtab"], strtab),
        )
    body = b"" if moved else strings
    size = behind + len(dynamic) + (len(strings) if moved else 0)
    segments = [(1, 0, 0, size), (2, behind, behind, len(dynamic)), (4, _BASE, _BASE, len(note))]
    segments += [(7, _BASE, _BASE, 8) if static_tls else (0x6474_E551, 0, 0, 0)]
    header = (
        b"\x7fELF\2\1\1"
        + bytes(9)
        + struct.pack("<2HI3QI6H", 3, machine, 1, 0, 64, 0, 0, 64, 56, 4, 0, 0, 0)
    )
    programs = b"".join(
        struct.pack("<2I6Q", kind, 7 if exec_stack else 6, offset, start, start, length, length, 8)
        for kind, offset, start, length in segments
    )
    fill = b"X" * 64 if moved else b""
    tail = strings if moved else b""
    code = fill + code[len(fill) :]
    note = note.ljust(at - _BASE, b"\0")
    return (
        header
        + programs
        + note
        + table
        + body
        + b"\0\0\1\0\2\0\1\0"
        + records
        + code
        + dynamic
        + tail
    )


def _symbols(names: tuple[str, ...], offsets: dict[str, int]) -> bytes:
    """A symbol table: undefined functions, what Python calls to load the module defined."""
    entry = struct.Struct("<I2BH2Q")
    ordered = sorted(names, key=lambda name: name.startswith("PyInit_"))
    rows = ((offsets[name], 0x12, 0, 7 * name.startswith("PyInit_"), 0, 0) for name in ordered)
    return bytes(entry.size) + b"".join(entry.pack(*row) for row in rows)


def _verneed(versions: dict[str, tuple[str, ...]], offsets: dict[str, int]) -> bytes:
    out = b""
    for place, (library, names) in enumerate(versions.items()):
        size = 16 + 16 * len(names)
        following = size if place < len(versions) - 1 else 0
        out += struct.pack("<2H3I", 1, len(names), offsets[library], 16, following)
        for number, name in enumerate(names):
            step = 16 if number < len(names) - 1 else 0
            out += struct.pack("<I2H2I", _hash(name), 0, 2, offsets[name], step)
    return out


def _hash(name: str) -> int:
    """As in `elf_hash` of the System V ABI: the top four bits are folded in and cleared."""
    value = 0
    for byte in name.encode():
        value = (value * 16 + byte) & 0xFFFF_FFFF
        top = value >> 28
        value = (value ^ (top << 4)) & 0x0FFF_FFFF
    return value


def _isa_note(isa: int) -> bytes:
    if not isa:
        return b""
    value = struct.pack("<2I2I", 0xC000_8002, 4, (1 << isa) - 1, 0)
    return struct.pack("<3I", 4, len(value), 5) + b"GNU\0" + value
