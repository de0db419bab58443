"""In which order pip tries the versions of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.offers import Offer

__all__ = ["Asked", "asked_by", "in_order"]

Ask = Callable[[NormalizedName, Version], Offer | None]


class Asked(NamedTuple):
    """A specifier; whether it asks for pre-releases; whether it names one version (PEP 592)."""

    specifier: SpecifierSet
    prereleases: bool
    pin: bool


@lru_cache(maxsize=1 << 16)
def asked_by(text: str) -> Asked:
    """The specifier that a text spells; each distinct one is parsed once."""
    specifier = SpecifierSet(text)
    pin = any(
        clause.operator == "===" or (clause.operator == "==" and not clause.version.endswith(".*"))
        for clause in specifier
    )
    return Asked(specifier, bool(specifier.prereleases), pin)


def in_order(
    answers: Answers, common: Common, name: NormalizedName, asked: Asked, ask: Ask
) -> Iterator[Offer]:
    """The offers of one project that `ask` knows of: newest first, with two exceptions.

    With --prefer-binary sdists come last, and yanked files come only where the requirement
    pins and nothing else is there.
    """
    prefer_binary = answers.rules.policy.prefer_binary
    yanked, sdists, any_kept = [], [], False
    for offer in _admitted(answers, common, name, asked, ask):
        if offer.file.yanked is not None:
            yanked.append(offer)
        elif prefer_binary and offer.installable and not _is_wheel(offer):
            sdists.append(offer)
        else:
            any_kept = True
            yield offer
    yield from sdists
    if yanked and not (any_kept or sdists) and asked.pin:
        yield from yanked


def _admitted(
    answers: Answers, common: Common, name: NormalizedName, asked: Asked, ask: Ask
) -> Iterator[Offer]:
    project = answers.project(name)
    if isinstance(project, Unknown):
        return
    allowed = answers.rules.policy.allows_prereleases(name)
    all_stages = asked.prereleases if allowed is None else allowed
    later, found = [], False
    for version in common.versions(project, asked.specifier):
        if not all_stages and version.is_prerelease:
            later.append(version)
        elif offer := ask(name, version):
            found = True
            yield offer
    if not found and allowed is not False:
        yield from filter(None, (ask(name, version) for version in later))


def _is_wheel(offer: Offer) -> bool:
    return offer.file.filename.endswith(".whl")
