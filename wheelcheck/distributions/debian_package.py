"""A binary package of a distribution, and the kinds of files that builds and programs look for."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

__all__ = ["BinaryPackage", "Closure", "FileKind"]


class FileKind(StrEnum):
    """How a build or a program names a file that it looks for.

    ``libpq.so.5`` is a soname, ``pq`` a lib (what follows ``-l``), ``libpq`` a ``.pc`` file,
    ``PostgreSQL`` a CMake configuration, ``pg_config`` an executable, ``libpq-fe.h`` a header.
    """

    SONAME = "soname"
    LIB = "lib"
    PC = "pc"
    CMAKE = "cmake"
    EXECUTABLE = "executable"
    HEADER = "header"


class BinaryPackage(Struct, frozen=True):
    """A binary package and what it brings along.

    `depends` and `recommends` are groups of alternatives, in the package's order of preference.
    `conflicts` names packages of the release that cannot be installed beside it.
    """

    name: str
    depends: tuple[tuple[str, ...], ...] = ()
    recommends: tuple[tuple[str, ...], ...] = ()
    conflicts: frozenset[str] = frozenset()
    kibibytes: int = 0


class Closure(Struct, frozen=True):
    """What an installation of named packages leaves in a system.

    Attributes:
        installed: Everything that is there afterwards, what was there before included.
        added: What the installation adds, in the order in which it was decided on.
        missing: Names that no package of the release has or provides.
        ambiguous: Names that several packages provide and none has; the package manager refuses.
        unknown: Packages that exist, but of whose dependencies the data says nothing.
    """

    installed: frozenset[str]
    added: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether `installed` is all that is there; otherwise there may be more."""
        return not self.unknown
