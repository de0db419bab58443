"""What the user's lines say of the hashes of each project's files, on one target.

Only lines whose markers hold count: what a line lists for Windows says nothing about Linux.
pip narrows its choice by what all lines allow together (`Hashes.__and__`); where that is nothing,
it chooses among all files, and compares the download with the first line's hashes. uv goes by the
last line. Judged in `data/acceptance/`, `data/installers/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.installers import Installer, Rule
from wheelcheck.requirements.requirement_set import RequirementLine, Requirements, is_exact
from wheelcheck.resolution.choice import HashRule
from wheelcheck.resolution.dependencies import MarkerEnvironment

__all__ = ["AllowedHashes", "hash_rule", "hashes_for", "is_pinned"]

_HashRules = Mapping[NormalizedName, HashRule]


class AllowedHashes:
    """The hashes that requirements list, collected for one target after another."""

    def __init__(self, requirements: Requirements) -> None:
        every = (*requirements.lines, *requirements.constraints)
        self._lines = [line for line in every if line.hashes]
        self._conditional = any(line.requirement.marker is not None for line in self._lines)
        self._known: dict[tuple[MarkerEnvironment | None, Installer], _HashRules] = {}

    def on(self, environment: MarkerEnvironment, installer: Installer) -> _HashRules:
        """The rules that count in a marker environment; a project without one may have any file."""
        if not self._lines:
            return {}
        key = (environment if self._conditional else None, installer)
        if key not in self._known:
            self._known[key] = self._collected(environment, installer)
        return self._known[key]

    def _collected(self, environment: MarkerEnvironment, installer: Installer) -> _HashRules:
        pins_alone = installer.has(Rule.PINS_ALONE_NARROW_BY_HASH)
        by_name: dict[NormalizedName, list[frozenset[str]]] = {}
        for line in self._lines:
            hashes = hashes_for(line, installer)
            ignored = not hashes or (pins_alone and not is_pinned(line))
            if not ignored and environment.admits(line.requirement.marker):
                by_name.setdefault(canonicalize_name(line.requirement.name), []).append(hashes)
        return {name: hash_rule(found, installer) for name, found in by_name.items()}


def hash_rule(found: Sequence[frozenset[str]], installer: Installer) -> HashRule:
    """What several lists of ``algorithm:digest`` say together.

    pip compares only algorithms that both lists name, and takes lists without a common one for
    no lists.
    """
    if not installer.is_pip:
        return HashRule(found[-1])
    first, *others = found
    if not installer.has(Rule.HASHES_NARROW):
        return HashRule(first, narrows=False)
    allowed = first
    for other in others:
        allowed &= other
    return HashRule(allowed or first, narrows=bool(allowed))


def hashes_for(line: RequirementLine, installer: Installer) -> frozenset[str]:
    """The hashes of a line that an installer compares with files."""
    unseen = line.nested and not installer.has(Rule.NESTED_CONSTRAINT_HASHES)
    return frozenset() if unseen else line.hashes


def is_pinned(line: RequirementLine) -> bool:
    """Whether a line names one version, or one file."""
    exact = any(map(is_exact, line.requirement.specifier))
    return exact or line.requirement.url is not None or line.locked
