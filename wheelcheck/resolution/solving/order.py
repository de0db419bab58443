"""In which order pip tries the versions of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.installers import Installer, Rule
from wheelcheck.requirements.requirement_set import FilePolicy, is_exact
from wheelcheck.resolution.offers import Offer

__all__ = ["Chooser", "ProjectRequest", "in_order", "request_of"]

Lookup = Callable[[NormalizedName, Version], Offer | None]


class Chooser(NamedTuple):
    """Who chooses: the user's rules on files, and the installer."""

    policy: FilePolicy
    installer: Installer


class ProjectRequest(NamedTuple):
    """A specifier; whether it asks for pre-releases; whether it names one version (PEP 592).

    `old_prereleases` leaves bounds with < and > out, as `packaging` before 24.2 does.
    """

    specifier: SpecifierSet
    prereleases: bool
    pin: bool
    old_prereleases: bool = False


@lru_cache(maxsize=1 << 16)
def request_of(text: str) -> ProjectRequest:
    """The specifier that a text spells; each distinct one is parsed once."""
    specifier = SpecifierSet(text)
    pin = any(map(is_exact, specifier))
    asks = bool(specifier.prereleases)
    old = asks and any(
        clause.prereleases for clause in specifier if clause.operator not in {"<", ">"}
    )
    return ProjectRequest(specifier, asks, pin, old)


def in_order(
    chooser: Chooser,
    name: NormalizedName,
    versions: Iterable[Version],
    request: ProjectRequest,
    lookup: Lookup,
) -> Iterator[Offer]:
    """The offers of one project that `lookup` knows of: newest first, with two exceptions.

    `versions` are those that the request admits, newest first, pre-releases included.

    With --prefer-binary sdists come last, and yanked files come only where the requirement
    pins and nothing else is there; old pips take them sooner.
    """
    prefer_binary, installer = chooser.policy.prefer_binary, chooser.installer
    knows_yanked = not installer.has(Rule.YANKED_NOT_KNOWN)
    may_be_yanked = request.pin or installer.has(Rule.YANKED_IF_NOTHING_ELSE)
    yanked, sdists, any_usable = [], [], False
    for offer in _admitted(chooser, name, versions, request, lookup):
        if offer.file.yanked is not None and knows_yanked:
            yanked.append(offer)
        elif prefer_binary and offer.installable and not _is_wheel(offer):
            sdists.append(offer)
        else:
            any_usable = True
            yield offer
    yield from sdists
    if yanked and not (any_usable or sdists) and may_be_yanked:
        yield from yanked


def _admitted(
    chooser: Chooser,
    name: NormalizedName,
    versions: Iterable[Version],
    request: ProjectRequest,
    lookup: Lookup,
) -> Iterator[Offer]:
    all_stages, if_nothing_else = _prereleases_allowed(chooser, name, request)
    later, found = [], False
    for version in versions:
        if not all_stages and version.is_prerelease:
            later.append(version)
        elif offer := lookup(name, version):
            found = True
            yield offer
    if not found and if_nothing_else:
        yield from filter(None, (lookup(name, version) for version in later))


def _prereleases_allowed(
    chooser: Chooser, name: NormalizedName, request: ProjectRequest
) -> tuple[bool, bool]:
    """Whether pre-releases count as all others do, and whether they do where nothing else is."""
    allowed, installer = chooser.policy.allows_prereleases(name), chooser.installer
    any_bound = installer.has(Rule.PRERELEASE_IN_ANY_BOUND)
    asks = request.prereleases if any_bound else request.old_prereleases
    if installer.has(Rule.PRERELEASE_IN_NO_BOUND):
        asks = False
    fallback = installer.has(Rule.PRERELEASES_IF_NOTHING_ELSE) or not len(request.specifier)
    return asks if allowed is None else allowed, allowed is not False and fallback


def _is_wheel(offer: Offer) -> bool:
    return offer.file.filename.endswith(".whl")
