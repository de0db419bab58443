"""How fast is a machine, against that on which the builds were measured?

Two sources of our own are compiled and timed, the same that framed every measured build. Nothing
here starts a process: the caller does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown

__all__ = ["REPEATS", "ReferenceCompile", "calibrate", "reference_compiles"]

REPEATS = 3
"""The best of so many counts: whatever else runs only ever makes a compile slower."""
_OTHER_BUILDS = 1.25
"""Builds ask for other things of a CPU than two small compiles do (caches, memory): taken to be
right within this factor."""


@dataclass(frozen=True, slots=True)
class ReferenceCompile:
    """One compile: `command` with the source `file` (its `text`) in the working directory.

    `seconds` is the CPU time, user and system, that the reference machine takes for it.
    """

    command: tuple[str, ...]
    file: str
    text: str
    seconds: float


def reference_compiles() -> tuple[ReferenceCompile, ...]:
    """The two compiles; 2.4 reference seconds together."""
    folder = files("wheelcheck.costs").joinpath("reference")
    c, cpp = (folder.joinpath(f"reference.{end}").read_text("utf-8") for end in ("c", "cpp"))
    return (
        ReferenceCompile(
            ("cc", "-O2", "-c", "reference.c", "-o", "reference-c.o"), "reference.c", c, 0.94
        ),
        ReferenceCompile(
            ("c++", "-std=c++17", "-O2", "-c", "reference.cpp", "-o", "reference-cpp.o"),
            "reference.cpp",
            cpp,
            1.46,
        ),
    )


def calibrate(run: Callable[[ReferenceCompile], float | Unknown]) -> Quantity | Unknown:
    """The machine's factor: its seconds for one reference second (2 is half as fast).

    `run` does one compile in a directory of its own and tells the CPU seconds of its process tree,
    or why it cannot. One compiler is enough; without any the reason of the first is returned.
    """
    spent = expected = 0.0
    failed: list[Unknown] = []
    worst = 1.0
    for item in reference_compiles():
        times = [run(item) for _ in range(REPEATS)]
        measured = [seconds for seconds in times if not isinstance(seconds, Unknown)]
        failed += [seconds for seconds in times if isinstance(seconds, Unknown)]
        if measured:
            spent += min(measured)
            expected += item.seconds
            worst = max(worst, max(measured) / min(measured))
    if not expected:
        return failed[0]
    return Quantity.within(
        spent / expected, max(_OTHER_BUILDS, worst), "measured", "reference compile"
    )
