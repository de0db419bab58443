"""Lines by which pip, uv, Poetry and their like say which package failed: `signs.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.logs.log_lines import LogLine

__all__ = ["Named", "Sign", "is_step", "named_in", "sdist_in", "sign_of", "succeeded"]

_NAME = r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)"
_VERSION = r"(?P<version>\d+(?:[\w.!+-]*\w)?)"
_PIN = rf"{_NAME}(?:\[[\w,-]*\])?(?: ?\(?(?:==)?v?{_VERSION}\)?)?"
_PINNED = rf"{_NAME}(?:\[[\w,-]*\])?==v?{_VERSION}"
_NO_NAMES = frozenset(
    {"setup", "temp", "the", "some", "of", "wheels", "dependencies", "build", "collected", "wheel"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """A package by the name and version that a line has; "" for a version that it has not."""

    name: NormalizedName
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()


@dataclass(frozen=True, slots=True)
class Sign:
    """A line that says that something failed: `packages` if it names them.

    `inside` says that what the build of it requires failed; `whole` that the line itself is
    all there is, so that no output of a build follows.
    """

    packages: tuple[Named, ...] = ()
    inside: bool = False
    whole: bool = False


@cache
def _signs() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    text = files("wheelcheck.logs").joinpath("signs.toml").read_text(encoding="utf-8")
    return {kind: tuple(map(_compiled, rows)) for kind, rows in tomllib.loads(text).items()}


def _compiled(pattern: str) -> re.Pattern[str]:
    for word, meaning in (("PIN", _PIN), ("NAME", _NAME), ("VERSION", _VERSION)):
        pattern = meaning.join(re.split(rf"\b{word}\b", pattern))
    return re.compile(pattern)


def sign_of(line: LogLine) -> Sign | None:
    """What a line says of a failure; None where it says nothing."""
    signs, text = _signs(), line.text
    conflict = _match(signs["conflicting"], text)
    if conflict is not None:
        words = re.split(r", | and ", conflict["all"])
        pins = (_named(re.match(_PIN, word.strip())) for word in words)
        return Sign(tuple(filter(None, pins)), whole=True)
    if _match(signs["contradicting"], text):
        pinned = dict.fromkeys(filter(None, map(_named, re.finditer(_PINNED, text))))
        return Sign(tuple(pinned), whole=True)
    for kind in ("failed", "refused"):
        named = _first(signs[kind], text)
        if named is not None:
            return Sign((named,), whole=kind == "refused")
    if _match(signs["failed_inside"], text):
        return Sign(inside=True)
    return Sign() if _match(signs["failed_somewhere"], text) else None


def named_in(line: LogLine) -> Named | None:
    """The package that a line begins to collect, fetch or build, or whose folder it names."""
    return sdist_in(line) or _first(_signs()["begun"], line.text)


def sdist_in(line: LogLine) -> Named | None:
    """The package of an sdist that a line fetches."""
    return _first(_signs()["fetched"], line.text)


def is_step(line: LogLine) -> bool:
    """Whether a line is part of a step that has an end, but is not that end."""
    return _match(_signs()["cut"], line.text) is not None


def succeeded(line: LogLine) -> bool:
    """Whether a line says that an installation ended well."""
    return _match(_signs()["done"], line.text) is not None


def _match(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.search(text))), None)


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> Named | None:
    found = (_named(pattern.search(text)) for pattern in patterns)
    return next(filter(None, found), None)


def _named(found: re.Match[str] | None) -> Named | None:
    groups = found.groupdict() if found else {}
    name = groups.get("name")
    if not name or name.lower() in _NO_NAMES:
        return None
    return Named(canonicalize_name(name), groups.get("version") or "")
