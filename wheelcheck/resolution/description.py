"""From what the solver settled to pins and conflicts, in the words of those who asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project
from wheelcheck.index.pages.filenames import variant_of
from wheelcheck.installers import Rule
from wheelcheck.requirements.requirement_set import Requirements
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.pins import Conflict, Demand, Pin, Resolution, Standing
from wheelcheck.resolution.solving.nodes import (
    AT_URL,
    Candidate,
    Dependencies,
    SolverRequirement,
    text_of,
)
from wheelcheck.resolution.solving.search import Cause
from wheelcheck.resolution.solving.solution import Solution

__all__ = ["Describer"]

_HAS_METADATA = "has metadata that do not go by the specification:"
_LAST_WITH_OLD_PIP = (3, 13)  # pip 24.0 was run there; nobody has looked at later releases
_LOOKED_AT = 24


def _readable(answers: Answers, candidate: Candidate) -> Iterator[Version]:
    """The nearest newer version whose metadata can be read; the nearest older where none is."""
    project = answers.project(candidate.name)
    if isinstance(project, Unknown) or candidate.version is None:
        return
    final = [version for version in project.versions if not version.is_prerelease]
    newer = [version for version in reversed(final) if version > candidate.version]
    older = [version for version in final if version < candidate.version]
    nearest = (*newer[:_LOOKED_AT], *older[:_LOOKED_AT])
    readable = (version for version in nearest if _is_readable(answers, candidate.name, version))
    yield from islice(readable, 1)


def _is_readable(answers: Answers, name: NormalizedName, version: Version) -> bool:
    offer = answers.offer(name, version)
    if offer is None:
        return False
    found = answers.dependencies(name, offer, frozenset())
    return found.unknown is None and found.refused is None


class Describer:
    """Describes outcomes for any number of targets.

    What is `installed` already stays there. With `no_deps`, what packages require is no question.
    """

    def __init__(
        self,
        requirements: Requirements,
        installed: Mapping[NormalizedName, Offer],
        *,
        no_deps: bool,
    ) -> None:
        self._requirements = requirements
        self._installed = installed
        self._no_deps = no_deps
        self._pins: dict[tuple[int, int], tuple[Solution, Candidate, Offer, Pin]] = {}
        """The pins of those who share a solution and a file; beside each what its key names."""

    def describe(
        self, answers: Answers, solution: Solution, locked: Collection[NormalizedName]
    ) -> Resolution:
        """The pins of a target; what `locked` packages require is no question either."""
        known = answers.same_as.pins if answers.same_as else {}
        pins = {}
        for candidate in solution.pins.values():
            if not candidate.extras:
                pin = known.get(candidate.name)
                if pin is None or pin.standing is not Standing.INSTALLABLE:
                    pin = self._shared_pin(answers, candidate, solution, locked)
                pins[candidate.name] = pin
        answers.pins = pins
        if answers.same_as and not known:  # it was never described: a reference, say
            answers.same_as.pins = pins
        return Resolution(answers.target, pins, unmet=solution.unmet)

    def conflict(self, answers: Answers, causes: Collection[Cause]) -> Conflict:
        """A conflict with all requirements that take part in it, constraints among them."""
        demands = []
        for cause in causes:
            need = cause.requirement
            if need.unreadable and cause.parent is not None:
                demands.append(self._unreadable(answers, cause.parent, need))
            elif need.impossible:
                demands.append(Demand(need.source, f"another Python: {need.impossible}"))
            elif need.exact is None or need.exact.direct:
                demands.append(Demand(need.source, need.text))
        names = {cause.requirement.name for cause in causes}
        demands += [
            Demand(str(line.origin), f"{text_of(line.requirement)} (constraint)")
            for line in self._requirements.constraints
            if canonicalize_name(line.requirement.name) in names
        ]
        return Conflict(tuple(dict.fromkeys(demands)))

    def _refused(
        self, answers: Answers, candidate: Candidate, dependencies: Dependencies
    ) -> Unknown:
        """Why the installer does not take this release, whatever else there is."""
        if not dependencies.unreadable:
            return Unknown("requires-another-python", dependencies.refused or "")
        need = SolverRequirement(
            candidate.name, source=candidate.label, impossible=dependencies.refused
        )
        demand = self._unreadable(answers, candidate, need)
        return Unknown("metadata-invalid", f"its metadata is invalid: {demand.requirement}")

    def _unreadable(
        self, answers: Answers, candidate: Candidate, need: SolverRequirement
    ) -> Demand:
        """Which installers pass a release over for its metadata, and what to take instead."""
        pip = answers.target.installer
        if pip.is_pip and pip.has(Rule.LEGACY_SPECIFIERS):
            return Demand(need.source, f"{pip.label} ends at: {need.impossible}", _HAS_METADATA)
        ways = [f"{candidate.name} {version}" for version in _readable(answers, candidate)]
        offer, old_pip_runs = candidate.offer, answers.target.python <= _LAST_WITH_OLD_PIP
        if pip.is_pip and old_pip_runs and offer and answers.read_by_old_pip(candidate.name, offer):
            ways.insert(0, "pip<24.1")
        use = f"; use {' or '.join(ways)}" if ways else ""
        who = "pip 24.1 and later pass" if pip.is_pip else f"{pip.label} passes"
        text = f"{who} it over: {need.impossible}{use}"
        return Demand(need.source, text, _HAS_METADATA)

    def _shared_pin(
        self,
        answers: Answers,
        candidate: Candidate,
        solution: Solution,
        locked: Collection[NormalizedName],
    ) -> Pin:
        """The pin of a candidate, one value for all targets of a solution that get the same file.

        They got the same answers, so that nothing else of it differs.
        """
        name, version = candidate.name, candidate.version
        plain = version is not None and candidate.direct is None and not self._installed
        offer = answers.offer(name, version) if plain and version else None
        known = self._pins.get((id(candidate), id(offer))) if offer else None
        if known is not None:
            return known[-1]
        pin = self._pin(
            answers,
            candidate,
            solution.demands.get(name, ()),
            solution.extras[name],
            listed=self._no_deps or name in locked,
        )
        if offer is not None and pin.standing is Standing.INSTALLABLE:
            self._pins[id(candidate), id(offer)] = (solution, candidate, offer, pin)
        return pin

    def _pin(
        self,
        answers: Answers,
        candidate: Candidate,
        demands: tuple[Demand, ...],
        extras: frozenset[NormalizedName],
        *,
        listed: bool,
    ) -> Pin:
        """`listed`: what it requires is no question."""
        name, version = candidate.name, candidate.version
        if version is None or candidate.offer is None:
            why = self._why_unknown(answers, name, demands)
            return Pin(name, None, None, Standing.UNKNOWN, demands, extras, why=why)
        offer = candidate.direct or self._present(name, version) or answers.offer(name, version)
        if offer is None or not offer.installable:
            return Pin(name, version, None, Standing.UNAVAILABLE, demands, extras)
        dependencies = None if listed else answers.dependencies(name, offer, frozenset())
        if dependencies is not None and dependencies.refused:
            why = self._refused(answers, candidate, dependencies)
            return Pin(name, version, None, Standing.UNAVAILABLE, demands, extras, why=why)
        return Pin(
            name,
            version,
            offer.file,
            Standing.INSTALLABLE,
            demands,
            extras,
            dependencies_unknown=dependencies.unknown if dependencies else None,
        )

    def _present(self, name: NormalizedName, version: Version) -> Offer | None:
        """This version, if it is installed already."""
        offer = self._installed.get(name)
        return offer if offer is not None and offer.version == version else None

    def _why_unknown(
        self, answers: Answers, name: NormalizedName, demands: tuple[Demand, ...]
    ) -> Unknown:
        unread = self._unread_line(answers, name)
        if unread is not None:
            return unread
        references = [demand for demand in demands if demand.requirement.endswith(AT_URL)]
        if references:
            why = f"{references[0].source} names a file for it that cannot be judged"
            return Unknown("direct-reference-not-judged", why)
        project = answers.project(name)
        if isinstance(project, Unknown):
            return project
        bound = self._requirements.policy.exclude_newer
        only = None if bound else _only_variants(project, demands)
        return only or _no_version(project, demands, bound)

    def _unread_line(self, answers: Answers, name: NormalizedName) -> Unknown | None:
        """What is wrong with a line that names the package, if anything is."""
        for skipped in self._requirements.skipped:
            if skipped.name == name:
                return skipped.why
        for line in self._requirements.lines:
            if line.requirement.url and canonicalize_name(line.requirement.name) == name:
                file = answers.at_url(line.requirement)
                if isinstance(file, Unknown):
                    return file
        return None


def _no_version(project: Project, demands: Iterable[Demand], bound: datetime | None) -> Unknown:
    """That no version satisfies, with the newest that there is.

    It is not certain where an index did not answer.
    """
    wanted = ", ".join(dict.fromkeys(demand.requirement for demand in demands))
    if bound:
        why = f"no version uploaded before {bound:%Y-%m-%d} satisfies {wanted}"
    else:
        newest = next((each for each in project.versions if not each.is_prerelease), None)
        why = f"no version satisfies {wanted}" + (f"; the newest is {newest}" if newest else "")
    untold = project.untold
    if untold is not None:
        return Unknown(untold.code, f"{why}, and {untold.reason}")
    return Unknown("version-not-found", why)


def _only_variants(project: Project, demands: tuple[Demand, ...]) -> Unknown | None:
    """Say so where the newest version that is wanted has no other file than wheel variants."""
    found = [
        variant
        for file in project.unusable
        if (variant := variant_of(file.filename))
        and all(_admits(demand.requirement, variant.version) for demand in demands)
    ]
    if not found:
        return None
    newest = max(variant.version for variant in found)
    labels = sorted({variant.label for variant in found if variant.version == newest})
    reason = (
        f"{project.name} {newest} has only wheel variants ({', '.join(labels)}; PEP 825, a draft): "
        "pip cannot take them, uv can with --preview-features wheel-variants"
    )
    return Unknown("only-wheel-variants", reason)


def _admits(text: str, version: Version) -> bool:
    try:
        return version in Requirement(text).specifier
    except InvalidRequirement:
        return False
