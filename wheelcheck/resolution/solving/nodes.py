"""The solver's nodes and edges: candidates, and what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
from msgspec import Struct
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.resolution.offers import Offer

__all__ = [
    "AT_URL",
    "Candidate",
    "Constraint",
    "Dependencies",
    "SolverRequirement",
    "identifier_of",
    "label_of",
    "needs_of",
    "specifier_of",
    "text_of",
]


AT_URL = " @ (direct reference)"
"""What is shown in the place of a URL, which may keep secrets."""


class Candidate(Struct, frozen=True, eq=False):
    """A version of a package, with some extras or none.

    `version` None: nothing is known of the package; with this node the others are judged.
    `direct` is set to the offer of a direct reference, which no file of an index can replace.
    """

    name: NormalizedName
    extras: frozenset[NormalizedName]
    version: Version | None
    offer: Offer | None = None
    direct: Offer | None = None

    def __eq__(self, other: object) -> bool:
        """Whether all is equal but the offer, which follows from it on each target."""
        return isinstance(other, Candidate) and (
            (self.name, self.version, self.extras, self.direct)
            == (other.name, other.version, other.extras, other.direct)
        )

    def __hash__(self) -> int:
        """Name and version identify candidates, which are looked up all the time."""
        return hash((self.name, self.version))

    @property
    def identifier(self) -> str:
        """The solver's name for its node."""
        return identifier_of(self.name, self.extras) if self.extras else self.name

    @property
    def label(self) -> str:
        """``celery[redis] 5.4.0``, for people."""
        return label_of(self.identifier, self.version)


@lru_cache(maxsize=1 << 16)
def label_of(identifier: str, version: Version | None) -> str:
    """``celery[redis] 5.4.0``; the node alone where no version is known."""
    return identifier if version is None else f"{identifier} {version}"


class SolverRequirement(Struct, frozen=True):
    """A requirement on a package as the solver handles it; `clauses` are its specifier as text.

    `exact` asks for one candidate itself (an extra's base, a direct reference). `impossible` is
    what pip would say on discarding the version that asks; `unreadable` where that is for its
    metadata.
    """

    name: NormalizedName
    extras: frozenset[NormalizedName] = frozenset()
    clauses: str = ""
    text: str = ""
    source: str = ""
    exact: Candidate | None = None
    impossible: str | None = None
    unreadable: bool = False

    @property
    def identifier(self) -> str:
        """The solver's name for the node: ``celery`` or ``celery[redis]``."""
        return identifier_of(self.name, self.extras) if self.extras else self.name

    @property
    def specifier(self) -> SpecifierSet:
        """The versions that are wanted."""
        return specifier_of(self.clauses)


@lru_cache(maxsize=1 << 16)
def specifier_of(clauses: str) -> SpecifierSet:
    """The specifier that a text spells; each distinct text is parsed once."""
    return SpecifierSet(clauses)


class Constraint(Struct, frozen=True):
    """What constraints say of a package: its versions, and the files that alone may be taken.

    `files` are those of URL constraints, as candidates without extras; pip wants all of them at
    once, so that two different files leave nothing. `extras` count for pip before 20.3 alone.
    """

    specifier: SpecifierSet = msgspec.field(default_factory=SpecifierSet)
    files: tuple[Candidate, ...] = ()
    extras: frozenset[NormalizedName] = frozenset()

    def admits(self, candidate: Candidate) -> bool:
        """Whether a candidate may be taken; one without a version may."""
        if candidate.version is None:
            return True
        return self.specifier.contains(candidate.version, prereleases=True) and all(
            file.direct == candidate.direct for file in self.files
        )


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a candidate requires.

    `unknown` where it could not be read; `refused` where pip would discard the version for its
    metadata (a bad requirement, a Requires-Python that rules it out). `unreadable` says that it is
    for a bad requirement, `stops` that the installer does not look for another version then.
    `conditional` says that a marker has decided, so that another platform may require something
    else. `needs` are the requirements as the solver handles them, in their place where these are
    what was stored.
    """

    requirements: tuple[Requirement, ...] = ()
    unknown: Unknown | None = None
    refused: str | None = None
    unreadable: bool = False
    stops: bool = False
    conditional: bool = field(default=False, compare=False)
    needs: tuple[SolverRequirement, ...] | None = None


def identifier_of(name: NormalizedName, extras: frozenset[NormalizedName]) -> str:
    """Name a node; the spelling also breaks ties, so it is pip's."""
    return f"{name}[{','.join(sorted(extras))}]" if extras else name


def needs_of(
    requirement: Requirement, source: str, direct: Callable[[Requirement], Offer | None]
) -> Iterator[SolverRequirement]:
    """Turn a requirement into what the solver handles, as pip does.

    An extra with a version gives two needs: one on the base that carries the version, and one on
    the node with extras, so that the version narrows both. A direct reference (PEP 508 URL) needs
    that one file, which `direct` finds.
    """
    name = canonicalize_name(requirement.name)
    extras = frozenset(canonicalize_name(extra) for extra in requirement.extras)
    none: frozenset[NormalizedName] = frozenset()
    clauses = str(requirement.specifier)
    text = _text(requirement, clauses)
    if requirement.url:
        offer = direct(requirement)
        version = offer.version if offer else None
        for wanted in (none, extras) if extras else (none,):
            exact = Candidate(name, wanted, version, offer, direct=offer)
            yield SolverRequirement(name, wanted, text=text, source=source, exact=exact)
        return
    if extras and requirement.specifier:
        yield SolverRequirement(name, none, clauses, text, source)
    yield SolverRequirement(name, extras, clauses, text, source)


def text_of(requirement: Requirement) -> str:
    """Write a requirement without its marker and without what a URL may keep secret."""
    return _text(requirement, str(requirement.specifier))


def _text(requirement: Requirement, clauses: str) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    at = AT_URL if requirement.url else clauses
    return f"{requirement.name}{extras}{at}"
