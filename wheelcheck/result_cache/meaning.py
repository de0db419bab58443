"""What a question means, however its files are called and its lines are written.

Most edits of a requirement file alter no pin: a comment, a line moved down, a bound that no
candidate was near. Two questions mean the same where their lines name the same packages in the same
order and admit the same releases of each; all else that a report is made from is equal then, but
for the places of the lines, which are replaced in the report.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, structs
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.requirements.requirement_set import RequirementLine, Requirements, is_exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Comparable", "Meaning", "Place", "comparable_of", "meaning_of", "spelled_out"]

Place = tuple[str, int]
"""A file as the user named it, and a line of it."""

_FINAL = re.compile(r"(?:===?|[<>]=?|!=|~=)\d{1,9}(?:\.\d{1,9})*(?:\.\*)?", re.ASCII)
"""A clause that says nothing of pre-releases, local versions or other installers' rules."""


class Meaning(NamedTuple):
    """A question without the names of its files and the bounds of its lines.

    `shape` is all that must be equal, as text; `inputs` are the names that are shown; `places` and
    `specifiers` are those of the lines, in order; constraints have places too, behind them. `names`
    are the packages whose line may be compared by what it admits, None for other lines.
    """

    shape: str
    inputs: tuple[str, ...]
    places: tuple[Place, ...]
    specifiers: tuple[str, ...]
    names: tuple[NormalizedName | None, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files, as they may be shown."""
        return tuple(dict.fromkeys((*self.inputs, *(file for file, _ in self.places))))


class Comparable(NamedTuple):
    """What a report was made from, as far as the report on another question may be made of it.

    `releases` has for each line the releases of its package, None where the line must be as it
    was: the report quotes it, say. `bounds_may_vanish`: a line without any bound is treated as one
    whose bounds admit everything, which depends on the installer.
    """

    meaning: Meaning
    releases: tuple[tuple[str, ...] | None, ...]
    bounds_may_vanish: bool

    def answers(self, new: Meaning) -> bool:
        """Whether a question of the same shape admits the same releases of each package."""
        pairs = zip(self.meaning.specifiers, new.specifiers, self.releases, strict=True)
        return all(self._are_alike(*each) for each in pairs)

    def rewritten(self, report: bytes, new: Meaning) -> bytes | None:
        """The report on a question that this answers; None where it cannot be made of this one.

        `report` is what was made from this, as JSON.
        """
        return report if self.meaning == new else _with_places(report, self.meaning, new)

    def _are_alike(self, old: str, new: str, releases: tuple[str, ...] | None) -> bool:
        if old == new:
            return True
        if releases is None or (bool(old) != bool(new) and not self.bounds_may_vanish):
            return False
        return _admit_the_same(old, new, releases)


def comparable_of(fields: object, meaning: Meaning) -> Comparable | None:
    """A `Comparable` for a meaning of the same shape, from its fields as JSON keeps them."""
    if not isinstance(fields, list):
        return None
    (_, inputs, places, specifiers, names), releases, bounds_may_vanish = fields
    old = Meaning(
        meaning.shape,
        tuple(inputs),
        tuple((file, line) for file, line in places),
        tuple(specifiers),
        tuple(names),
    )
    every = tuple(None if each is None else tuple(each) for each in releases)
    return Comparable(old, every, bounds_may_vanish)


def meaning_of(requirements: Requirements, inputs: Sequence[str]) -> Meaning | None:
    """The meaning of requirements; None where more than plain lines of files decides.

    Direct references, hashes, locks and what could not be read have places and words of their own.
    """
    lines, constraints = requirements.lines, requirements.constraints
    every = (*lines, *constraints)
    places = [(line.origin.file, line.origin.line or 0) for line in every]
    if not _has_plain_lines_alone(requirements) or len(set(places)) < len(places):
        return None
    if not all(map(_is_the_same_in_json, (*inputs, *(file for file, _ in places)))):
        return None
    shape = {
        "lines": [_shape(line) for line in lines],
        "constraints": [(*_shape(line), str(line.requirement), line.text) for line in constraints],
        "policy": spelled_out(requirements.policy),
        "index": spelled_out(requirements.index),
    }
    return Meaning(
        json.dumps(shape, sort_keys=True),
        tuple(inputs),
        tuple(places),
        tuple(str(line.requirement.specifier) for line in lines),
        tuple(_names_with_loose_bounds(lines)),
    )


def _has_plain_lines_alone(requirements: Requirements) -> bool:
    """Whether nothing but lines, policy and index are set, and no hashes or cooldown wanted."""
    extraordinary = structs.replace(
        requirements,
        lines=(),
        constraints=(),
        policy=Requirements().policy,
        index=Requirements().index,
    )
    policy = requirements.policy
    if extraordinary != Requirements() or policy.require_hashes or policy.cooldown is not None:
        return False
    return all(map(_is_plain, (*requirements.lines, *requirements.constraints)))


def _names_with_loose_bounds(lines: Sequence[RequirementLine]) -> Iterator[NormalizedName | None]:
    """The project of each line that may be compared by what it admits; None for other lines."""
    names = [canonicalize_name(line.requirement.name) for line in lines]
    often = Counter(names)
    for name, line in zip(names, lines, strict=True):
        loose = often[name] == 1 and _is_loose(line.requirement.specifier)
        yield name if loose else None


def _is_plain(line: RequirementLine) -> bool:
    bare = RequirementLine(line.requirement, line.origin, line.text, nested=line.nested)
    return line == bare and line.origin.line is not None and line.requirement.url is None


def _is_the_same_in_json(name: str) -> bool:
    return name.isprintable() and not {'"', "\\"} & set(name)


def _shape(line: RequirementLine) -> tuple[object, ...]:
    """What is compared of a line: all but its place, and its bounds where these are plain."""
    requirement = line.requirement
    marker = str(requirement.marker) if requirement.marker else ""
    return (
        requirement.name,
        sorted(requirement.extras),
        marker,
        line.nested,
        _kind(requirement.specifier, with_extras=bool(requirement.extras)),
    )


def _kind(specifier: SpecifierSet, *, with_extras: bool) -> object:
    """What a specifier says besides which releases it admits: how soon it is settled, say."""
    if not _is_final(specifier):
        return str(specifier)
    clauses = [(each.operator, each.version.endswith(".*")) for each in specifier]
    pinned = any(operator in {"==", "==="} and not star for operator, star in clauses)
    starred = any(operator == "==" and star for operator, star in clauses)
    bounded = starred or any(operator in {"<", "<=", "~="} for operator, _ in clauses)
    return pinned, starred, bounded, with_extras and bool(clauses)


def _is_loose(specifier: SpecifierSet) -> bool:
    """Whether another specifier may admit the same: what names one version admits that alone."""
    return _is_final(specifier) and not any(map(is_exact, specifier))


def _is_final(specifier: SpecifierSet) -> bool:
    return all(_FINAL.fullmatch(str(clause)) for clause in specifier)


def spelled_out(value: object) -> object:
    """A value of dataclasses, structs, sets and dates as JSON has it, sets in order."""
    if isinstance(value, Struct):
        return {name: spelled_out(getattr(value, name)) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: spelled_out(getattr(value, field.name)) for field in fields}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple):
        return [spelled_out(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _admit_the_same(old: str, new: str, releases: Iterable[str]) -> bool:
    """Whether two specifiers admit the same of these releases."""
    first, second = SpecifierSet(old), SpecifierSet(new)
    return all(
        first.contains(release, prereleases=True) == second.contains(release, prereleases=True)
        for release in releases
    )


def _with_places(report: bytes, old: Meaning, new: Meaning) -> bytes | None:
    """A report as JSON with other places; None where it speaks of them in a sentence.

    `old` is what the report was made from, `new` has as many lines and constraints.
    """
    moved = {
        _quoted(f"{file}:{line}"): _quoted(f"{other}:{number}")
        for (file, line), (other, number) in zip(old.places, new.places, strict=True)
    }
    head, replaced = _inputs(old.inputs), _inputs(new.inputs)
    start = report.find(head)
    if start < 0:
        return None
    rest = report[start + len(head) :]
    if moved:
        files = sorted({_quoted(file)[1:-1] for file, _ in old.places})
        place = re.compile(b'"(?:%s):[0-9]+"' % b"|".join(map(re.escape, files)))
        renamed = [file for file, _ in old.places] != [file for file, _ in new.places]
        sentences = place.sub(b"", rest)
        if any(file + (b"" if renamed else b":") in sentences for file in files):
            return None
        if not moved.keys() >= set(place.findall(rest)):
            return None
        rest = place.sub(lambda match: moved[match.group()], rest)
    return report[:start] + replaced + rest


def _inputs(names: Sequence[str]) -> bytes:
    lines = b",\n    ".join(map(_quoted, names))
    return b'"inputs": [\n    ' + lines + b"\n  ]"


def _quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")
