"""Macros of a source that bring names of CPython's C API which are gone.

``#define FRAME PyThreadState_GET()->frame`` uses nothing where it stands: the lines that name the
macro do, under the conditions of both places.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from wheelcheck.index.archives.sources.c_code.conditions.directives import Directives
from wheelcheck.index.archives.sources.mark_kinds import PERHAPS

__all__ = ["API_NAME", "Aliases", "alias_uses", "note_alias", "states_of"]

API_NAME = re.compile(rb"\b_?Py[A-Z_]\w+")
States = dict[str, set[int]]
"""Where a line is compiled: "" the CPython 3.x that certainly do, ``?`` and ``?MACRO`` as behind a
name (`PERHAPS`)."""
Aliases = dict[bytes, dict[bytes, States]]
"""Macros of a file, the names that are gone which they bring, and where."""


def note_alias(
    name: bytes,
    body: bytes,
    aliases: Aliases,
    gone: Mapping[bytes, int],
    used: set[bytes],
    here: Directives,
) -> None:
    """Note a macro that has a name which is gone in its body: it is used where the macro is."""
    active = here.minors(0)
    found = {
        target: {state: minors - active for state, minors in states.items()}
        for target, states in aliases.get(name, {}).items()
    }
    found |= _by_name(name, body, gone, used, here) | _by_alias(name, body, aliases, here)
    if any(minors for states in found.values() for minors in states.values()):
        aliases[name] = found
    else:
        aliases.pop(name, None)


def _by_name(
    name: bytes, body: bytes, gone: Mapping[bytes, int], used: set[bytes], here: Directives
) -> dict[bytes, States]:
    """The names that are gone in a macro's body, ``()`` behind those that it calls."""
    found: dict[bytes, States] = {}
    for match in API_NAME.finditer(body):
        target = match.group()
        if target in used and target != name:
            called = body[match.end() :].lstrip().startswith(b"(")
            found[target + b"()" * called] = states_of(here, gone[target])
    return found


def _by_alias(name: bytes, body: bytes, aliases: Aliases, here: Directives) -> dict[bytes, States]:
    """What the macros in a macro's body bring."""
    found: dict[bytes, States] = {}
    for other, targets in aliases.items():
        if other != name and other in body and re.search(rb"\b" + other + rb"\b", body):
            for target, states in targets.items():
                found[target] = _both(states, states_of(here, 0))
    return found


def states_of(here: Directives, since: int) -> States:
    """Where the present line is compiled, from a CPython on."""
    flag, waiting = here.waiting(since)
    states = {"": here.minors(since), PERHAPS: here.perhaps(since)}
    return states | ({f"{PERHAPS}{flag}": waiting} if flag else {})


def _both(first: States, second: States) -> States:
    """Where two lines are compiled."""
    found: States = defaultdict(set)
    for state, minors in first.items():
        for other, others in second.items():
            if not state or not other or state == other:
                found[state or other] |= minors & others
    return found


def alias_uses(
    line: bytes, aliases: Aliases, gone: Mapping[bytes, int], here: Directives
) -> Iterator[tuple[str, set[int] | None]]:
    """The uses in a line of code by the file's own macros."""
    for alias, targets in aliases.items():
        match = re.search(rb"\b" + alias + rb"\b", line) if alias in line else None
        if match is None:
            continue
        for target, states in targets.items():
            name = target.removesuffix(b"()")
            called = target != name or line[match.end() :].lstrip().startswith(b"(")
            shown = name.decode() + "()" * called
            for state, minors in _both(states, states_of(here, gone[name])).items():
                yield f"{shown}{state}", minors
