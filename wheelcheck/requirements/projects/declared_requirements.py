"""Requirements that projects and scripts declare: PEP 508 strings, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.dependency_groups import resolve_dependency_groups
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.redaction import redact
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.lock_markers import parse_marker
from wheelcheck.requirements.pip.pip_syntax import InvalidLine
from wheelcheck.requirements.pip.requirement_strings import Judged, refer
from wheelcheck.requirements.requirement_set import Origin

__all__ = ["GroupError", "add_requirement", "both", "parse_declared", "resolve_group"]

_MOST_OF_A_GROUP = 10_000


class GroupError(Exception):
    """A dependency group that is none (PEP 735); the text says why."""


def parse_declared(given: InputDocument, text: str) -> Requirement | None:
    """A requirement; None, and reported, where it is invalid."""
    try:
        requirement = Requirement(text)
        if requirement.marker is not None:
            parse_marker(str(requirement.marker))
    except (InvalidRequirement, InvalidMarker, RecursionError) as error:
        why = f"{redact(text)!r} is no requirement ({str(error).partition(chr(10))[0]})"
        unknown = Unknown("part-not-understood", redact(why))
        given.collection.skip(given.origin(given.line_of(text)), unknown, text=text)
        return None
    return requirement


def add_requirement(given: InputDocument, requirement: Requirement, origin: Origin) -> None:
    """Add what a project requires; a place on this machine is reported, and never looked at."""
    shown = redact(str(requirement))
    if requirement.url is None:
        given.collection.place(Judged(requirement), origin, shown)
        return
    name, marker = canonicalize_name(requirement.name), requirement.marker
    if requirement.url.lower().startswith("file:"):
        why = Unknown("not-from-an-index", "installed from a place on this machine")
        given.collection.skip(origin, why, text=shown, name=name, marker=marker)
        return
    try:
        extras = frozenset(requirement.extras)
        found = refer(requirement.url, requirement.name, redact, extras, marker)
        given.collection.place(found, origin, shown)
    except (InvalidLine, ValueError) as error:
        why = Unknown("not-from-an-index", redact(str(error)))
        given.collection.skip(origin, why, text=shown, name=name, marker=marker)


def resolve_group(groups: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return what a dependency group asks for, includes resolved; raises GroupError."""
    listed = {canonicalize_name(group): items for group, items in groups.items()}
    try:
        if _size(listed, canonicalize_name(name), {}) > _MOST_OF_A_GROUP:
            raise GroupError("it includes too much")
        return resolve_dependency_groups(groups, name)
    except RecursionError:
        raise GroupError("its includes are nested too deeply") from None
    except (ExceptionGroup, LookupError, TypeError, ValueError) as error:
        first: BaseException = error
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise GroupError(str(first).partition("\n")[0]) from None


def _size(groups: Mapping[NormalizedName, Any], name: NormalizedName, known: dict[str, int]) -> int:
    """How many requirements a group has with all it includes; a circle counts once."""
    if name not in known:
        known[name] = 0
        items = groups.get(name)
        for item in items if isinstance(items, list) else ():
            inner = item.get("include-group") if isinstance(item, Mapping) else None
            known[name] += (
                _size(groups, canonicalize_name(inner), known) if isinstance(inner, str) else 1
            )
    return known[name]


def both(marker: Marker | None, other: Marker | None) -> Marker | None:
    """Return the marker that holds where two do; None always holds."""
    return marker & other if marker and other else marker or other
