"""Names for sets of targets, in as few words as a person would use.

Twenty-four targets are points in a space of platform × CPU × Python. ``musl`` says of twelve
of them what a list of names would hide; so a set is covered by the largest boxes of that space
that lie inside it. Targets that were named by image keep their names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from itertools import permutations, product
from math import prod

from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.phrases import clean, listing

__all__ = [
    "Places",
    "implementation_label",
    "platform_label",
    "python_label",
    "python_order",
    "system_label",
]

_MOST_BOXES = 3
_PYTHON_AXIS = 2
_MOST_NAMES, _FEW_NAMES = 4, 2

_Point = tuple[str, str, str]  # platform, architecture, Python
_OWN_CPU = ""
"""Stands for the CPU where systems are mixed: each has names of its own, part of the platform's."""

_Box = tuple[frozenset[str], frozenset[str], frozenset[str]]


def python_label(target: TargetSummary) -> str:
    """``3.12``, ``3.13t`` for a free-threaded build, ``PyPy 3.11``."""
    name = target.python + ("t" if target.free_threaded else "")
    title = _IMPLEMENTATIONS[target.implementation]
    return name if target.implementation == "cpython" else f"{title} {name}"


def platform_label(target: TargetSummary) -> str:
    """``musl 1.2``, ``Windows``, ``macOS 14``, ``Android API 24``."""
    if target.libc:
        return f"{target.libc} {target.libc_version}"
    title = system_label(target)
    if target.system_version is None or target.system == "emscripten":  # its ABI is its Python's
        return title
    version = target.system_version
    if target.system in {"macos", "ios"} and not version.startswith("10."):
        version = version.removesuffix(".0")
    return f"{title} API {version}" if target.system == "android" else f"{title} {version}"


def system_label(target: TargetSummary) -> str:
    """``Linux``, ``Windows``, ``macOS``, ``Pyodide`` …"""
    return _SYSTEMS[target.system]


_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
_SYSTEMS = {
    "linux": "Linux",
    "windows": "Windows",
    "macos": "macOS",
    "emscripten": "Pyodide",
    "android": "Android",
    "ios": "iOS",
}


def implementation_label(target: TargetSummary) -> str:
    """``CPython``, ``PyPy``, ``GraalPy``."""
    return _IMPLEMENTATIONS[target.implementation]


def python_order(target: TargetSummary) -> tuple[bool, bool, tuple[int, ...]]:
    """Sort key: CPython, then its free-threaded builds, then others; each from old to new."""
    numbers = tuple(int(part) for part in target.python.split(".") if part.isdecimal())
    return (target.implementation != "cpython", target.free_threaded, numbers)


class Places:
    """Describes subsets of the given targets.

    `is_grid` says that platform, architecture and Python tell all targets apart and that none was
    named by an image: then, and only then, sets are described along these axes.
    """

    def __init__(self, targets: Sequence[TargetSummary]) -> None:
        self._names = tuple(target.name for target in targets)
        self._points = {target.name: self._point(target, targets) for target in targets}
        self._descriptions: dict[frozenset[str], str] = {}
        self._axes = _axes(self._points[t.name] for t in sorted(targets, key=python_order))
        self._is_mixed = bool(self._axes) and _OWN_CPU in self._axes[1]
        self.is_grid = len(set(self._points.values())) == len(targets) and not any(
            target.image for target in targets
        )

    @staticmethod
    def _point(target: TargetSummary, targets: Sequence[TargetSummary]) -> _Point:
        family = (target.system, target.libc)
        labels = {platform_label(o) for o in targets if (o.system, o.libc) == family}
        short = target.libc or system_label(target)
        platform = short if len(labels) == 1 else platform_label(target)
        if target.libc or len({other.system for other in targets}) == 1:
            return (platform, target.arch, python_label(target))
        cpus = {other.arch for other in targets if other.system == target.system}
        name = platform if len(cpus) == 1 else f"{platform} {target.arch}"
        return (name, _OWN_CPU, python_label(target))

    def describe(self, chosen: Collection[str]) -> str:
        """``all 24 targets``, ``musl``, ``musl aarch64 (Python 3.15t)``, ``python:3.12-slim``."""
        total = len(self._names)
        if total > 1 and len(set(chosen)) == total:
            return "both targets" if total == 2 else f"all {total} targets"  # noqa: PLR2004 (the word)
        if self.is_grid and total > 1:
            targets = frozenset(chosen)
            if targets not in self._descriptions:  # many packages share few sets
                self._descriptions[targets] = self._along_axes(targets)
            return self._descriptions[targets]
        return self._by_name(chosen)

    def _by_name(self, chosen: Collection[str]) -> str:
        names = [clean(name) for name in self._names if name in chosen]
        rest = [clean(name) for name in self._names if name not in chosen]
        if len(rest) <= _FEW_NAMES and len(names) > _MOST_NAMES:
            return f"all targets but {' and '.join(rest)}"
        return listing(names, _MOST_NAMES)

    def _along_axes(self, chosen: frozenset[str]) -> str:
        boxes = self._cover(chosen)
        rest = self._cover(frozenset(self._names) - chosen)
        if len(rest) < _MOST_BOXES <= len(boxes):
            return f"all targets but {' and '.join(map(self._words, rest))}"
        if len(boxes) <= _MOST_BOXES:
            return " and ".join(map(self._words, boxes))
        return f"{len(chosen)} of {len(self._names)} targets"

    def _cover(self, chosen: frozenset[str]) -> list[_Box]:
        """Boxes that hold these targets and no others, the largest first; they may overlap."""
        wanted = {self._points[name] for name in chosen}
        outside = {point for name, point in self._points.items() if name not in chosen}
        boxes, left = [], dict.fromkeys(p for n, p in self._points.items() if n in chosen)
        while left:
            seed = next(iter(left))
            inside = wanted if self._is_mixed else None
            grown = (
                _grow(seed, order, self._axes, outside, inside) for order in permutations(range(3))
            )
            box = max(grown, key=partial(self._worth, wanted))
            boxes.append(box)
            left = {point: None for point in left if not _holds(box, point)}
        return sorted(boxes, key=lambda box: -sum(_holds(box, point) for point in wanted))

    def _worth(self, wanted: set[_Point], box: _Box) -> tuple[int, int]:
        """How many of the points a box holds; where systems are mixed, the tighter tells more."""
        held = sum(_holds(box, point) for point in wanted)
        return held, -prod(map(len, box)) if self._is_mixed else 0

    def _words(self, box: _Box) -> str:
        platforms, archs, pythons = (
            [] if len(values) == len(axis) else [value for value in axis if value in values]
            for values, axis in zip(box, self._axes, strict=True)
        )
        where = " ".join(filter(None, ("/".join(platforms), "/".join(filter(None, archs)))))
        if self._pythons_in(box) <= box[2]:  # every Python that these platforms have
            pythons = []
        which = ", ".join(_runs(pythons, self._axes[2]))
        if which and not which.startswith(("PyPy", "GraalPy")):
            which = f"Python {which}"
        return f"{where} ({which})" if where and which else where or which

    def _pythons_in(self, box: _Box) -> set[str]:
        """The Pythons of the targets on a box's platforms and CPUs."""
        return {
            python
            for platform, arch, python in self._points.values()
            if platform in box[0] and arch in box[1]
        }


def _axes(points: Iterable[_Point]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(dict.fromkeys(values)) for values in zip(*points, strict=True))


def _holds(box: _Box, point: _Point) -> bool:
    return all(value in values for value, values in zip(point, box, strict=True))


def _is_whole(points: set[tuple[str, ...]], inside: set[_Point], axis: int, value: str) -> bool:
    """Whether the new points are meant: some for a Python, for a platform or CPU all it has."""
    if axis == _PYTHON_AXIS:
        return bool(points & inside)
    own = {point for point in inside if point[axis] == value}
    return bool(own) and own <= points


def _grow(
    seed: _Point,
    order: Sequence[int],
    axes: tuple[tuple[str, ...], ...],
    outside: set[_Point],
    inside: set[_Point] | None,
) -> _Box:
    """Widen a single point along one axis after the other, never onto a point outside.

    With `inside`, the points that are meant, a value is taken in only as far as it has points
    there: not each platform has each CPU and Python.
    """
    sides = [{value} for value in seed]
    for axis in order:
        for value in axes[axis]:
            added = [{value} if i == axis else side for i, side in enumerate(sides)]
            points = set(product(*added))
            if not outside & points and (inside is None or _is_whole(points, inside, axis, value)):
                sides[axis].add(value)
    return (frozenset(sides[0]), frozenset(sides[1]), frozenset(sides[2]))


def _kind(label: str) -> tuple[bool, bool]:
    """A range never runs from builds with the GIL to free-threaded builds, nor to PyPy."""
    return (label.startswith(("PyPy", "GraalPy")), label.endswith("t"))


def _runs(values: Sequence[str], axis: Sequence[str]) -> list[str]:
    """``3.11, 3.12, 3.13, 3.15`` → ``3.11–3.13``, ``3.15``; two neighbours stay two."""
    runs: list[list[str]] = []
    for value in values:
        before = runs[-1][-1] if runs else ""
        if runs and axis.index(value) == axis.index(before) + 1 and _kind(value) == _kind(before):
            runs[-1].append(value)
        else:
            runs.append([value])
    short = 2
    return [
        part for run in runs for part in (run if len(run) <= short else [f"{run[0]}–{run[-1]}"])
    ]
