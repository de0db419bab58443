"""The user's lines with their pins, and where nothing else helps their upper bounds, lifted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs
from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.requirements import RequirementLine, Requirements, is_exact
from wheelcheck.targets import Target

__all__ = ["Cap", "exact_pins", "lifted_caps", "without_pins"]

_UPPER = frozenset({"<", "<="})


@dataclass(frozen=True, slots=True)
class Cap:
    """A line whose upper bound keeps away every release that comes as wheels."""

    name: NormalizedName
    line: RequirementLine


def exact_pins(
    requirements: Requirements, targets: Sequence[Target]
) -> Mapping[NormalizedName, Version]:
    """The version that a line, a constraint or a lock pins of each package, on any target."""
    found: dict[NormalizedName, Version] = {}
    environments = [target.marker_environment() for target in targets]
    for line in (*requirements.lines, *requirements.constraints):
        marker = line.requirement.marker
        if marker is not None and not any(marker.evaluate(each) for each in environments):
            continue
        for clause in filter(is_exact, line.requirement.specifier):
            found.setdefault(canonicalize_name(line.requirement.name), Version(clause.version))
    return found


def without_pins(requirements: Requirements) -> Requirements:
    """The same requirements with each exact pin opened; hashes and a lock's files go with it."""
    return _changed(
        requirements, lambda line: [c for c in line.requirement.specifier if not is_exact(c)]
    )


def lifted_caps(
    requirements: Requirements, admitted: Callable[[NormalizedName], Iterable[Version]]
) -> tuple[Requirements, tuple[Cap, ...]]:
    """Lift the upper bounds of packages of which they admit none of the releases that would do.

    `admitted` are these releases.
    """
    caps: list[Cap] = []

    def clauses(line: RequirementLine) -> list[Specifier]:
        own = list(line.requirement.specifier)
        name = canonicalize_name(line.requirement.name)
        if not any(_is_upper(clause) for clause in own) or line.requirement.url:
            return own
        versions = list(admitted(name))
        specifier = line.requirement.specifier
        if not versions or any(specifier.contains(v, prereleases=True) for v in versions):
            return own
        caps.append(Cap(name, line))
        return [_lower(clause) for clause in own if clause.operator not in _UPPER]

    return _changed(requirements, clauses), tuple(caps)


def _is_upper(clause: Specifier) -> bool:
    return clause.operator in {*_UPPER, "~="} or (
        clause.operator == "==" and clause.version.endswith(".*")
    )


def _lower(clause: Specifier) -> Specifier:
    """What is left of ``~=1.4`` and ``==1.4.*`` without their upper bound."""
    if not _is_upper(clause):
        return clause
    return Specifier(f">={clause.version.removesuffix('.*')}")


def _changed(
    requirements: Requirements, clauses: Callable[[RequirementLine], Sequence[Specifier]]
) -> Requirements:
    def changed(line: RequirementLine) -> RequirementLine:
        wanted = clauses(line)
        if line.requirement.url:
            return line
        requirement = Requirement(line.requirement.name)
        requirement.extras = set(line.requirement.extras)
        requirement.marker = line.requirement.marker
        requirement.specifier = SpecifierSet(",".join(map(str, wanted)))
        return replace(line, requirement=requirement, hashes=frozenset(), locked=False, files=())

    return structs.replace(
        requirements,
        lines=tuple(map(changed, requirements.lines)),
        constraints=tuple(map(changed, requirements.constraints)),
        policy=structs.replace(requirements.policy, require_hashes=False),
    )
