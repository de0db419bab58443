"""Requirements with the place they were written, and the options beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.installers import Rule
from wheelcheck.targets import Libc, Target

__all__ = [
    "UNKNOWN_INDEX",
    "FilePolicy",
    "FormatControl",
    "IndexOptions",
    "LockFacts",
    "LockFormat",
    "LockedFile",
    "LockedPackage",
    "Origin",
    "RequirementLine",
    "Requirements",
    "Scope",
    "ScopeEnvironment",
    "SkippedLine",
]


class Origin(Struct, frozen=True):
    """Where a requirement was written.

    `file` is the path as the user gave it (or as it was included), ``-`` for standard input,
    ``--package`` for the command line, ``<api>`` for a value handed to the library.
    """

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class LockedFile:
    """One file that a lock lists for a package.

    `url` is absolute, or "" where the lock tells the name alone; it may carry credentials.
    `hashes` are ``algorithm:digest`` values. `size` is in bytes, `upload_time` ISO 8601.
    """

    filename: str
    url: str = field(default="", repr=False)
    hashes: frozenset[str] = frozenset()
    size: int | None = None
    upload_time: str | None = None


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One requirement. `text` is the line for people, credentials and variables' values removed.

    `requirement.url` is set for a direct reference to an archive (https, file), credentials kept
    so that it can be fetched; `str(requirement)` hides them (`redaction.DirectReference`).
    `hashes` are the ``algorithm:digest`` values of ``--hash`` and of the URL's fragment.
    `locked`: a lock lists it, and beside it whatever it requires, so that is not looked up;
    `files` are those that the lock lists for this version. `invalid` says what PEP 440 forbids in
    it, "" for most: pip before 24.1 reads it as `requirement` says, all others refuse it.
    `nested`: a constraint of a file that another input file names with ``-c``. `in_folder`: a
    project on this machine, whose folder is its URL; other lines have what it requires, and
    are `of_project`.
    """

    requirement: Requirement = field(repr=False)
    origin: Origin
    text: str
    hashes: frozenset[str] = frozenset()
    locked: bool = False
    files: tuple[LockedFile, ...] = ()
    invalid: str = ""
    nested: bool = False
    in_folder: bool = False
    of_project: bool = False

    @property
    def has_its_own(self) -> bool:
        """Whether other lines have all that it requires, which is not looked up."""
        return self.locked or self.in_folder

    def holds_on(self, target: Target) -> bool:
        """Whether its marker, if it has one, holds on a target."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(target.marker_environment())


class SkippedLine(Struct, frozen=True):
    """What an installer would apply but cannot be judged (VCS, local project, unreadable, …).

    `name` is the project's name where the line tells it, else None. `marker` says on which
    targets the line counts at all; None means on every one. `constraint`: it only narrows what
    else is required.
    """

    origin: Origin
    text: str
    why: Unknown
    name: NormalizedName | None = None
    marker: Marker | None = None
    constraint: bool = False


class ScopeEnvironment(Struct, frozen=True):
    """One kind of target that an input is for; None admits all."""

    marker: Marker | None = None
    libc: Libc | None = None

    def admits(self, target: Target) -> bool:
        """Whether a target is of this kind."""
        if self.libc not in {None, target.libc}:
            return False
        try:
            return self.marker is None or self.marker.evaluate(target.marker_environment())
        except ValueError:  # a number of more digits than Python reads: as pip, admit all
            return True


class Scope(Struct, frozen=True):
    """Where an input is meant to be installed: on targets that one of `environments` admits.

    Elsewhere its installer refuses all of it, or only warns where this is `advisory`. `why` says
    what the input is for: ``it requires Python >=3.10``. `kind` is ``python`` or ``environment``.
    """

    origin: Origin
    environments: tuple[ScopeEnvironment, ...]
    why: str
    kind: str = "environment"
    advisory: bool = False

    def admits(self, target: Target) -> bool:
        """Whether the input is meant for a target."""
        return any(environment.admits(target) for environment in self.environments)


class LockedPackage(Struct, frozen=True):
    """A package as a lock lists it, before anything is chosen; None where the lock says nothing."""

    name: NormalizedName
    version: Version | None
    origin: Origin
    marker: Marker | None = None
    requires_python: str | None = None


class LockFormat(StrEnum):
    """A format of lock files, by the name that such files have."""

    UV = "uv.lock"
    PYLOCK = "pylock.toml"
    POETRY = "poetry.lock"
    PDM = "pdm.lock"
    PIPFILE = "Pipfile.lock"


class LockFacts(Struct, frozen=True):
    """What installers look at in a lock before they choose files.

    `invalid` says why the format's own reader refuses the file as a whole, "" where it does not.
    `packages` are those that the lock lists, where the format says more of them than their files.
    `no_environment`: it lists the environments that it is for, and there are none. `lacks_key`: a
    key that the format requires is not there, for which every reader refuses it.
    """

    origin: Origin
    format: LockFormat
    invalid: str = ""
    packages: tuple[LockedPackage, ...] = ()
    no_environment: bool = False
    lacks_key: bool = False


class FormatControl(Struct, frozen=True):
    """pip's --no-binary and --only-binary, already merged in the order given.

    ``:all:`` is `all_projects`; `names` and `except_names` override it by project.
    """

    all_projects: bool = False
    names: frozenset[NormalizedName] = frozenset()
    except_names: frozenset[NormalizedName] = frozenset()

    @property
    def applies(self) -> bool:
        """Whether this rule holds for any project."""
        return self.all_projects or bool(self.names)

    def applies_to(self, name: NormalizedName) -> bool:
        """Whether this rule holds for a project."""
        return name in self.names or (self.all_projects and name not in self.except_names)


class FilePolicy(Struct, frozen=True):
    """Which of a project's files an installer may choose, whatever the target.

    `pre` admits pre-releases everywhere (--pre, --all-releases :all:), `all_releases` for the
    named projects; `only_final` refuses them. `require_hashes` is set as soon as one requirement
    has a hash, as pip does; `hashes_demanded` where an option --require-hashes says so.
    `exclude_newer` drops files uploaded at or after it; `cooldown` is set where it is so long ago,
    and moves on with the day.
    """

    no_binary: FormatControl = FormatControl()
    only_binary: FormatControl = FormatControl()
    prefer_binary: bool = False
    pre: bool = False
    require_hashes: bool = False
    exclude_newer: datetime | None = None
    cooldown: timedelta | None = None
    all_releases: frozenset[NormalizedName] = frozenset()
    only_final: FormatControl = FormatControl()
    hashes_demanded: bool = False

    def allows_prereleases(self, name: NormalizedName) -> bool | None:
        """Whether a project's pre-releases may be chosen; None leaves it to PEP 440's default."""
        if name in self.all_releases:
            return True
        if name in self.only_final.names:
            return False
        if self.pre:
            return True
        return False if self.only_final.all_projects else None


UNKNOWN_INDEX = "unknown:"
"""What stands for the URL of an index that only a build knows; behind it, what gives it then."""


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Where files are looked for; None where neither file nor caller says so.

    URLs here may carry credentials: never print this value. They may begin with `UNKNOWN_INDEX`.

    Args:
        index_url: the index (PEP 503, PEP 691), as pip's ``--index-url``.
        extra_index_urls: more indexes, as pip's ``--extra-index-url``.
        find_links: URLs or paths of files, pages and folders with files.
        no_index: use `find_links` alone.
        trusted_hosts: hosts whose certificates are not looked at, as pip's ``--trusted-host``.
        spelled: URLs in which variables were expanded, each with its spelling, which may be shown.
    """

    index_url: str | None = field(default=None, repr=False)
    extra_index_urls: tuple[str, ...] = field(default=(), repr=False)
    find_links: tuple[str, ...] = field(default=(), repr=False)
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    spelled: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class Requirements(Struct, frozen=True):
    """Everything read from the inputs, in the order pip would see it.

    `build_constraints` narrow what the environment of any build takes, as in ``setuptools<58``;
    `inherited_constraints`, of variables and configuration, do so where a pip hands them on.
    `use_pep517` has every build isolated.
    `features` are those of --use-feature, `algorithms_of_uv` those of --hash options that uv takes
    and pip does not. `missing_extras` and `missing_groups` were asked for, and
    none of the inputs has them.
    """

    lines: tuple[RequirementLine, ...] = ()
    constraints: tuple[RequirementLine, ...] = ()
    build_constraints: tuple[str, ...] = ()
    inherited_constraints: tuple[str, ...] = ()
    use_pep517: bool = False
    skipped: tuple[SkippedLine, ...] = ()
    policy: FilePolicy = FilePolicy()
    index: IndexOptions = IndexOptions()
    features: tuple[tuple[str, Origin], ...] = ()
    algorithms_of_uv: tuple[tuple[str, Origin], ...] = ()
    warnings: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    locks: tuple[LockFacts, ...] = ()
    missing_extras: tuple[str, ...] = ()
    missing_groups: tuple[str, ...] = ()

    def build_constraints_on(self, target: Target) -> tuple[str, ...]:
        """What narrows the environments of builds on a target, by the rules of its installer."""
        rules = target.installer
        given = self.build_constraints if rules.has(Rule.BUILD_CONSTRAINT) else ()
        inherits = rules.has(Rule.INHERITED_CONSTRAINTS)
        return (*given, *(self.inherited_constraints if inherits else ()))

    def admits(self, name: NormalizedName, version: Version, target: Target) -> bool:
        """Whether what is said of a package, for a target, admits a version of it."""
        return all(
            line.requirement.specifier.contains(version, prereleases=True)
            for line in (*self.lines, *self.constraints)
            if canonicalize_name(line.requirement.name) == name and line.holds_on(target)
        )


def is_exact(clause: Specifier) -> bool:
    """Whether a clause names one version alone: ``==1.2``, not ``==1.*``."""
    return clause.operator in {"==", "==="} and not clause.version.endswith(".*")
