"""The packages of a Debian release: what exists, what it brings along, which files it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property

from wheelcheck.distributions.closure import closure_of
from wheelcheck.distributions.debian_package import BinaryPackage, Closure, FileKind
from wheelcheck.distributions.debian_tables import RELEASES, DebianTable, Rows, debian_table

__all__ = ["Repository", "debian_repository"]


@cache
def debian_repository(release: str) -> Repository | None:
    """The packages of a Debian release (``12``); None where the tables do not know it."""
    return Repository(release) if release in RELEASES else None


class Repository:
    """The packages of one Debian release, ``main`` for amd64; nothing is read before a question.

    Source: the release's Packages and Contents tables as of `as_of`.
    """

    def __init__(self, release: str) -> None:
        self.release = release

    def __contains__(self, name: str) -> bool:
        """Whether the release has a package of that name."""
        return name in self._packages

    @property
    def as_of(self) -> date:
        """The date of the release's index of packages."""
        return debian_table("packages", self.release).as_of

    @cached_property
    def _packages(self) -> _Packages:
        return _Packages(debian_table("packages", self.release).rows)

    @property
    def _files(self) -> DebianTable:
        return debian_table("files", self.release)

    def package_names(self) -> Iterable[str]:
        """The names of all packages."""
        return iter(self._packages.rows)

    def package(self, name: str) -> BinaryPackage | None:
        """A package's dependencies; None where it does not exist or only its name is known."""
        return self._packages.get(name)

    def providers(self, name: str) -> tuple[str, ...]:
        """The packages that provide a name, itself not among them."""
        return tuple(debian_table("provided", self.release).cell(name, "packages").split())

    def closure(
        self, names: Iterable[str], *, recommends: bool, installed: frozenset[str] = frozenset()
    ) -> Closure:
        """What ``apt-get install`` of `names` leaves in a system.

        Parameters:
            names: BinaryPackage names, without versions and architectures.
            recommends: False for ``--no-install-recommends``.
            installed: What the system has before, as of a base image.
        """
        # apt 2.2, of Debian 11, decides in the order of its index, later releases in the order of
        # the command line: of alternatives another may then be there already.
        ordered = sorted(names) if self.release == "11" else names
        return closure_of(
            self._packages, self.providers, ordered, recommends=recommends, installed=installed
        )

    def without(self, installed: frozenset[str], names: Iterable[str]) -> frozenset[str]:
        """What ``apt-get remove`` of `names` leaves: all but these and what depends on them.

        What they had brought along stays (apt-get(8), autoremove).
        """
        there, gone = set(installed), set(names) & installed
        while gone:
            there -= gone
            gone = {name for name in there if self._depends_on(name, gone, there)}
        return frozenset(there)

    def _depends_on(self, name: str, gone: set[str], there: set[str]) -> bool:
        """Whether a package cannot do without those that are gone."""
        package = self._packages.get(name)
        return package is not None and any(
            not gone.isdisjoint(answers) and there.isdisjoint(answers)
            for answers in map(self._answers, package.depends)
        )

    def _answers(self, group: Iterable[str]) -> set[str]:
        """The packages each of which answers a dependency."""
        return {name for choice in group for name in (choice, *self.providers(choice))}

    def required(self) -> tuple[str, ...]:
        """The packages of priority required, as every image of the release has them."""
        return self.providers("?priority(required)")

    def files(self, package: str, kind: FileKind) -> tuple[str, ...]:
        """The names of one kind that a package's files have."""
        return tuple(self._files.cell(package, kind).split())

    def packages_with(self, kind: FileKind, name: str) -> tuple[str, ...]:
        """The packages that hold a file by the name under which it is looked for.

        CMake configurations are compared without regard to case. A header is also found below a
        package's own folder (``libpq-fe.h`` in ``postgresql/``), as pkg-config and its like add
        such folders to the search; packages that have it in the common place come first.
        """
        wanted = name.lower() if kind is FileKind.CMAKE else name
        return self._index(kind).get(wanted, ())

    def names(self, kind: FileKind) -> tuple[str, ...]:
        """All names of one kind that files of the release's packages have."""
        return tuple(self._index(kind))

    def holding(self, installed: Iterable[str], kind: FileKind, name: str) -> tuple[str, ...]:
        """Those of the installed packages that hold a file."""
        there = frozenset(installed)
        return tuple(item for item in self.packages_with(kind, name) if item in there)

    @cache  # noqa: B019 one repository a release, for the whole run
    def _index(self, kind: FileKind) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        nested: dict[str, list[str]] = defaultdict(list)
        place = self._files.columns.index(kind)
        for package, cell in self._files.rows.cells(place):
            for name in cell.split():
                found[name.lower() if kind is FileKind.CMAKE else name].append(package)
                if kind is FileKind.HEADER and "/" in name.rstrip("/"):
                    nested[name.partition("/")[2]].append(package)
        for name, packages in nested.items():
            found[name] += packages
        return {name: tuple(dict.fromkeys(packages)) for name, packages in found.items()}


class _Packages(Mapping[str, "BinaryPackage | None"]):
    """Packages by name, each read from its row when it is first asked for."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._read: dict[str, BinaryPackage | None] = {}

    def __getitem__(self, name: str) -> BinaryPackage | None:
        if name not in self._read:
            self._read[name] = _package(name, self.rows[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _package(name: str, row: str) -> BinaryPackage | None:
    if not row:
        return None
    depends, recommends, conflicts, size, *_ = (*row.split("\t"), *[""] * 4)
    return BinaryPackage(
        name,
        tuple(tuple(group.split("|")) for group in depends.split()),
        tuple(tuple(group.split("|")) for group in recommends.split()),
        frozenset(conflicts.split()),
        int(size or 0),
    )
