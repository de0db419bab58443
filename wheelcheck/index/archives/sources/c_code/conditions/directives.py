"""The conditions of the C preprocessor around a line: is it certainly compiled by a CPython?

What a condition asks of anything but the version of Python and the platform is not known.
"""

from __future__ import annotations

import re

from msgspec import Struct

from wheelcheck.index.archives.sources.c_code.conditions.expressions import (
    MINORS,
    evaluated,
    is_defined,
)
from wheelcheck.truth import all_of, any_of, opposite

__all__ = ["Directives"]

_LONGEST_BODY = 100
_ABOUT_PYTHON = re.compile(r"py|3|version|defined|0", re.IGNORECASE)
_FLAG = re.compile(r"(\w+)|defined\s*\(?\s*(\w+)\s*\)?")
_Truths = dict[int, bool | None]
"""For each CPython 3.x whether something holds; None where that is not known."""


class _Branch(Struct, frozen=True):
    """The present branch of an ``#if``: whether it is compiled, and it or one before it.

    `of_python`: the words of the ``#if`` may be about the version of Python. `flag` is the macro
    that decides by itself, "" if it is none or known.
    """

    now: _Truths
    taken: _Truths
    of_python: bool = False
    flag: str = ""


class Directives:
    """The conditions around a line, evaluated for each CPython."""

    def __init__(self) -> None:
        self._around: list[_Branch] = []
        self._by_python: set[str] = set()
        self._macros: dict[str, dict[int, str]] = {}  # what the file's own macros give, if certain
        self._absent: dict[str, set[int]] = {}  # where Python's version keeps them from being set

    def minors(self, since: int) -> set[int]:
        """The versions from `since` on that certainly compile the present line."""
        return {
            minor
            for minor in MINORS
            if minor >= since and all(branch.now[minor] is True for branch in self._around)
        }

    def perhaps(self, since: int) -> set[int]:
        """The versions that compile the line unless a macro decides that is not Python's."""
        by_python = any(branch.of_python for branch in self._around)
        if not self._around or by_python or since < MINORS.start:
            return set()
        return self._not_ruled_out(since) - self.minors(since)

    def waiting(self, since: int) -> tuple[str, set[int]]:
        """The one macro, defined elsewhere, that the present line waits for, and the versions."""
        unknown = [branch.flag for branch in self._around if None in branch.now.values()]
        if len(unknown) != 1 or not unknown[0]:
            return "", set()
        return unknown[0], self._not_ruled_out(since) - self.minors(since)

    def _not_ruled_out(self, since: int) -> set[int]:
        """The versions from `since` on that compile the present line, or may."""
        return {
            minor
            for minor in MINORS
            if minor >= since and all(branch.now[minor] is not False for branch in self._around)
        }

    def python_flags(self) -> dict[str, set[int]]:
        """The macros that the version of Python decides on, and where they are set."""
        given = {
            name: {m for m, body in known.items() if _is_set(body, m)}
            for name, known in self._macros.items()
        }
        return {
            name: minors for name, minors in given.items() if name in self._by_python and minors
        }

    def possible(self) -> set[int]:
        """The versions that compile the present line, or may, whatever else is defined."""
        return self._not_ruled_out(0)

    def enter(self) -> None:
        """A condition that holds in any case, as that around all of a header."""
        everywhere: _Truths = dict.fromkeys(MINORS, True)
        self._around.append(_Branch(everywhere, everywhere))

    def meet(self, word: str, rest: str) -> None:
        """A directive."""
        if word == "endif":
            del self._around[-1:]
        elif word in {"if", "ifdef", "ifndef"}:
            values = self._values(word, rest)
            of_python = _ABOUT_PYTHON.search(rest) is not None
            flag = _FLAG.fullmatch(rest.strip()) if word != "ifndef" else None
            macro = flag[1] or flag[2] if flag else ""
            self._around.append(_Branch(values, values, of_python, macro))
        elif self._around and word in {"elif", "else"}:
            before = self._around.pop()
            values = dict.fromkeys(MINORS, True) if word == "else" else self._values("if", rest)
            now = {m: all_of((values[m], opposite(before.taken[m]))) for m in MINORS}
            taken = {m: any_of((values[m], before.taken[m])) for m in MINORS}
            self._around.append(_Branch(now, taken, before.of_python))

    def define(self, name: str, body: str) -> None:
        """A macro without parameters, defined at the present line."""
        known = self._macros.setdefault(name, {})
        of_python = any(branch.of_python for branch in self._around)
        if of_python or "PY_" in body:
            self._by_python.add(name)
        absent = self._absent.setdefault(name, set())
        for minor in MINORS:
            around = {branch.now[minor] for branch in self._around}
            if False in around:
                if of_python and minor not in known:
                    absent.add(minor)
                continue
            absent.discard(minor)
            if None in around or len(body) > _LONGEST_BODY:
                known.pop(minor, None)
            else:
                known[minor] = body.strip()

    def undefine(self, name: str) -> None:
        """A macro that is undefined."""
        self._macros.pop(name, None)
        self._absent.pop(name, None)

    def _values(self, word: str, rest: str) -> _Truths:
        rest = rest.strip()
        if word != "if":
            name = rest.split()[0] if rest else ""
            own, absent = self._macros.get(name, {}), self._absent.get(name, ())
            defined = {
                m: True if m in own else False if m in absent else is_defined(name, m)
                for m in MINORS
            }
            return defined if word == "ifdef" else {m: opposite(defined[m]) for m in MINORS}
        if not any(name in rest for name in self._macros):
            return dict(evaluated(rest))
        return {minor: dict(evaluated(self._expanded(rest, minor)))[minor] for minor in MINORS}

    def _expanded(self, text: str, minor: int) -> str:
        """A condition with the file's own macros in it replaced, the latest first."""
        for name in reversed(self._macros):
            body = self._macros[name].get(minor)
            absent = body is None and minor in self._absent.get(name, ())
            if name in text and (absent or body is not None):
                truth = f" {int(not absent)} "
                text = re.sub(rf"\bdefined\s*(?:\(\s*{name}\s*\)|{name}\b)", truth, text)
                value = f"({body or 0})".replace("\\", " ")
                text = re.sub(rf"\b{name}\b", value, text)
        return text


def _is_set(body: str, minor: int) -> bool:
    """Whether a macro makes a condition true, by itself or by being defined."""
    return not body or dict(evaluated(body))[minor] is True
