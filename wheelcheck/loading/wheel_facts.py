"""What the files of one wheel ask for, whichever the image: read once, true for ever."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.loading.python_symbols import notable_symbols

TYPE_CHECKING = False
if TYPE_CHECKING:  # facts are read back without what reads files
    from wheelcheck.loading.elf import ElfNeeds

__all__ = [
    "C_LIBRARY",
    "FileNeeds",
    "ModuleNeeds",
    "WheelFacts",
    "WheelFileKind",
    "file_needs",
    "is_copied_for",
    "is_copy",
    "is_module",
    "is_named",
    "is_own_name",
    "kind_of",
    "may_be_elf",
]

C_LIBRARY = re.compile(
    r"(?:libc|libm|libmvec|libdl|librt|libpthread|libutil|libresolv|libanl|libnsl|libnss_\w+"
    r"|libthread_db|libcrypt|ld-linux[\w-]*|ld64|linux-vdso|libc\.musl-\w+|ld-musl-\w+|libc\.so)"
    r"(?:\.so[.\d]*)?"
)
"""The C library itself: its version is judged, not its presence."""
_NOT_C_LIBRARY = frozenset({"libcrypt.so.1", "libcrypt.so.2", "libnsl.so.1", "libnsl.so.2"})
"""What glibc had once and distributions package apart now."""
_EXTENSION = re.compile(r".*\.(?:cpython-\d|pypy\d|abi3)[\w-]*\.so")
_LIBRARY = re.compile(r".*\.so(?:\.[\w.]+)?")
_PROGRAM = re.compile(r"(?:.*/)?(?:bin|scripts|driver)/[^/]+")
_ARCHITECTURE = re.compile(r"[-_](?:x86_64|x86|x64|amd64|i686|arm64|aarch64)$")
_SMALLEST, _SMALLEST_PROGRAM = 256, 10_000
"""Bytes below which a member is no ELF file, or no program."""
_COPIED = re.compile(r"(?:lib)?(?P<stem>\w[\w.+-]{2,})-[0-9a-f]{8}\.so(?:\.[\w.]+)?")
_MUSL_LIBC = re.compile(r"libc\.musl-\w+\.so\.\d|libc\.so|ld-musl-.*")


AMONG_MANY = "it is one of many"
"""Why a file was not looked at: the wheel has so many."""


class WheelFileKind(StrEnum):
    """What loads a file: Python's import, another file, or nobody but a process of its own."""

    EXTENSION = "extension"
    LIBRARY = "library"
    PROGRAM = "program"


class FileNeeds(Struct, frozen=True):
    """One ELF file of a wheel.

    `outside` are the libraries that the wheel does not hold, the C library apart; `inside` those
    that it does, by base name. `versions` are symbol versions (``GLIBC_2.28``). `libc` is
    ``glibc``, ``musl`` or "" where the file says nothing. Where it is not `exact`, `outside` may
    hold the file's own soname. `search` are the folders of RUNPATH or RPATH, ``$ORIGIN`` in them;
    with `lends` they are RPATH's, or may be. `python` are the symbols of CPython's API that it uses
    and that not every CPython has or promises, else any of them. `exec_stack`: it asks for a stack
    that code may run on. With `static_tls` its thread-local variables must have their place when a
    program starts. `astray` are those of `inside` that lie where the loader does not look for them.
    `unread` says why nothing is known.
    """

    path: str
    kind: WheelFileKind
    machine: str = ""
    outside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    libc: str = ""
    isa: int = 1
    exact: bool = True
    unread: str = ""
    search: tuple[str, ...] = ()
    lends: bool = True
    python: tuple[str, ...] = ()
    exec_stack: bool = False
    static_tls: bool = False
    astray: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's base name."""
        return self.path.rpartition("/")[2]


class ModuleNeeds(Struct, frozen=True):
    """What an import of one module needs from outside its wheel.

    `needs` are file names of libraries, `opens` those that it opens by name: alternatives each.
    """

    module: str
    needs: tuple[str, ...] = ()
    opens: tuple[tuple[str, ...], ...] = ()


class WheelFacts(Struct, frozen=True):
    """What a wheel's files ask for.

    Attributes:
        files: Its ELF files, those that were not read included.
        holds: Base names of the libraries in it.
        audited: Whether auditwheel repaired it (a ``*.libs`` folder, or its SBOM).
        reached: The ELF files that importing the wheel's public modules loads; None where nobody
            looked, because all files ask for the same few libraries.
        below: Where the top-level packages load no ELF file: those that each public module right
            below them loads.
        opened: Libraries that the import opens by name and cannot do without: alternatives each.
        in_system: Those of them that no wheel can hold: `find_library` alone looks for them.
        optional: Those that it opens later, or can do without.
        opens_files: Whether an import opens libraries of the wheel by their path; None where that
            is not known.
        opens_unnamed: Whether the import cannot do without a library whose name its code makes up.
        attempted: Modules of other projects without which the import goes another way.
        met: Those of them that were there: with others the facts are others.
        asks: Dotted names of what the import takes from packages of other projects; None where
            nobody looked.
        read_bytes: Bytes that were fetched for it.
        left_bytes: Packed bytes of the files that were left unread for want of a budget.
        broken: Why the wheel could not be read at all.
    """

    files: tuple[FileNeeds, ...] = ()
    holds: tuple[str, ...] = ()
    audited: bool = False
    reached: tuple[str, ...] | None = None
    below: tuple[tuple[str, ...], ...] = ()
    opened: tuple[tuple[str, ...], ...] = ()
    in_system: tuple[tuple[str, ...], ...] = ()
    optional: tuple[tuple[str, ...], ...] = ()
    opens_files: bool | None = None
    opens_unnamed: bool = False
    attempted: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    asks: tuple[str, ...] | None = None
    read_bytes: int = 0
    left_bytes: int = 0
    broken: str = ""

    def are_beside(self, others: Collection[str]) -> bool:
        """Whether they hold beside these other projects, in the spelling of modules."""
        return self.met == tuple(name for name in self.attempted if name in others)

    def lent(self) -> dict[str, tuple[str, ...]]:
        """The libraries that other wheels may load, with what they need from outside this one."""
        files = {file.path: file for file in self.files}
        found: dict[str, tuple[str, ...]] = dict.fromkeys(self.holds, ())
        for file in self.files:
            if file.kind is WheelFileKind.LIBRARY:
                needs = (name for each in closure([file.path], files) for name in each.outside)
                found[file.name] = tuple(dict.fromkeys(needs))
        return found

    @property
    def asks_nothing(self) -> bool:
        """Whether neither its files nor its code ask for anything that some systems lack."""
        if self.broken or self.opened or self.optional or self.opens_unnamed:
            return False
        return not any(
            f.outside
            or f.versions
            or f.libc
            or f.unread
            or f.python
            or f.exec_stack
            or f.static_tls
            or f.isa > 1
            or f.astray
            for f in self.files
        )

    @property
    def unread(self) -> tuple[FileNeeds, ...]:
        """The files of which nothing is known."""
        return tuple(file for file in self.files if file.unread)


def kind_of(path: str, needs: ElfNeeds | None, *, importable: bool) -> WheelFileKind:
    """What loads a file, by its name and, where it was read, its headers."""
    if needs is not None and needs.is_program and not _LIBRARY.fullmatch(path):
        return WheelFileKind.PROGRAM
    if _EXTENSION.fullmatch(path) or importable:
        return WheelFileKind.EXTENSION
    return WheelFileKind.LIBRARY if _LIBRARY.fullmatch(path) else WheelFileKind.PROGRAM


def may_be_elf(path: str, size: int) -> bool:
    """Whether a member may be an ELF file, by its name alone."""
    if size < _SMALLEST or path.endswith((".py", ".pyi", ".txt", ".md", ".h", ".a", ".sh")):
        return False
    name = path.rpartition("/")[2]
    if _LIBRARY.fullmatch(name):
        return True
    return bool(_PROGRAM.fullmatch(path)) and "." not in name and size > _SMALLEST_PROGRAM


def file_needs(path: str, kind: WheelFileKind, needs: ElfNeeds, holds: frozenset[str]) -> FileNeeds:
    """What a file needs, split by whether the wheel holds it.

    Names that are not exact may be the file's own: those are struck out.
    """
    own = {path.rpartition("/")[2], needs.soname}
    named = _needed_names(needs, own)
    versions = tuple(dict.fromkeys(needs.version_names()))
    others = [name for name in named if name not in own]
    return FileNeeds(
        path,
        kind,
        needs.machine,
        tuple(name for name in others if name not in holds and not is_c_library(name)),
        tuple(name for name in others if name in holds),
        versions,
        _libc_of(named, versions),
        needs.isa,
        needs.exact,
        search=needs.search,
        lends=needs.lends,
        python=notable_symbols(needs.python or ()),
        exec_stack=needs.exec_stack and not needs.is_program,
        static_tls=needs.static_tls and not needs.is_program,
    )


def _needed_names(needs: ElfNeeds, own: set[str]) -> list[str]:
    """The names of libraries among those found, without what may be the file's own."""
    if needs.exact:
        return list(needs.needed)
    return [name for name in needs.needed if _is_soname(name) and not _is_own(name, own)]


def _libc_of(named: Iterable[str], versions: Iterable[str]) -> str:
    """The C library that a file is built for, by what it needs; "" where that says nothing."""
    names = tuple(named)
    if any(version.startswith("GLIBC_") for version in versions):
        return "glibc"
    if any(name.startswith(("libc.so.6", "ld-linux")) for name in names):
        return "glibc"
    return "musl" if any(map(_MUSL_LIBC.fullmatch, names)) else ""


def is_c_library(soname: str) -> bool:
    """Whether a library is part of the C library."""
    return C_LIBRARY.fullmatch(soname) is not None and soname not in _NOT_C_LIBRARY


def _is_soname(name: str) -> bool:
    """Whether a name from a string table looks like a library that a linker names."""
    return name.startswith(("lib", "ld-")) and name != "lib.so"


def is_own_name(name: str, path: str) -> bool:
    """Whether a name is that of the file at a path, as its soname is: ``libx.so.3`` of libx.so."""
    return _is_own(name, {path.rpartition("/")[2]})


def _is_own(name: str, own: set[str]) -> bool:
    """Whether a name is the file's own: equal but for the version and how the name begins."""
    return name in own or _bare(name) in {_bare(other) for other in own}


def _bare(name: str) -> str:
    stem = name.partition(".")[0].removeprefix("lib").strip("_").lower()
    return _ARCHITECTURE.sub("", stem)


def is_named(name: str, file: str) -> bool:
    """Whether a file is the library of a name, whatever its version: ``libx.so.3`` for ``x``."""
    stem = re.sub(r"\.so[\d.]*$", "", name).removeprefix("lib").rstrip("*")
    stem = re.sub(r"[-_.]?\d[\d.-]*$", "", stem) or stem
    pattern = rf"(?i)(?:lib)?{re.escape(stem)}(?:[-_.]?[\d_]|[-_.](?:x86|arm|aarch)|[-.]).*"
    return ".so" in file and re.fullmatch(pattern, file) is not None


def is_copy(file: str) -> bool:
    """Whether a file is named as auditwheel names what it copies into a wheel."""
    return _COPIED.fullmatch(file) is not None


def is_module(file: str) -> bool:
    """Whether a file is named as an extension module, with a tag of its own."""
    return _EXTENSION.fullmatch(file) is not None


def is_copied_for(name: str, file: str) -> bool:
    """Whether a file is auditwheel's copy of a library of a name, or of what that name begins with.

    Code that finds ``libspatialindex-91fc2909.so.6`` has its own way to look for it: rtree calls
    it ``spatialindex_c``.
    """
    copied = _COPIED.fullmatch(file)
    stem = re.sub(r"\.so[\d.]*$", "", name).removeprefix("lib").rstrip("*").lower()
    return copied is not None and f"{stem}_".replace("-", "_").startswith(
        f"{copied['stem'].lower()}_".replace("-", "_")
    )


def closure(paths: Iterable[str], files: Mapping[str, FileNeeds]) -> tuple[FileNeeds, ...]:
    """The files at these paths and those of the wheel that they need, straight or not."""
    by_name = {file.name: file for file in files.values()}
    found: dict[str, FileNeeds] = {}
    waiting = [files[path] for path in paths if path in files]
    while waiting:
        file = waiting.pop()
        if file.path not in found:
            found[file.path] = file
            waiting += [by_name[name] for name in file.inside if name in by_name]
    return tuple(found.values())


def without_isa(file: FileNeeds) -> FileNeeds:
    """The file, as running on every CPU: it chooses its own code."""
    return replace(file, isa=1)
