"""Which parts of a ``meson.build`` run on Linux, as far as options and conditions say."""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass

from wheelcheck.builds.needs.meson_values import MesonValues

__all__ = ["MesonBranches"]

_BLOCK = re.compile(r"^[ \t]*(if|elif|else|endif)\b([^\n]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MesonBranches:
    """Where the text changes from one state to another: runs, does not, unknown (None)."""

    begins: tuple[int, ...]
    states: tuple[bool | None, ...]

    @classmethod
    def of(cls, text: str, values: MesonValues) -> MesonBranches:
        """The branches of a file whose comments are taken off."""
        begins = [0]
        states: list[bool | None] = [True]
        blocks: list[tuple[bool | None, bool | None]] = []
        """Of each block: whether this branch runs, and whether one so far was taken."""
        systems: list[bool] = []
        for match in _BLOCK.finditer(text):
            word, condition = match.groups()
            truth = True if word == "else" else values.truth(condition)
            if word == "if":
                blocks.append((truth, truth))
                systems.append(values.is_of_system(condition))
            elif word == "endif":
                blocks, systems = blocks[:-1], systems[:-1]
            elif blocks:
                blocks[-1] = _next_branch(taken=blocks[-1][1], truth=truth)
                systems[-1] |= values.is_of_system(condition)
            # What an option leaves out may be switched on: it is optional, not of another system.
            running = [
                None if runs is False and not of_system else runs
                for (runs, _), of_system in zip(blocks, systems, strict=True)
            ]
            begins.append(match.end())
            states.append(False if False in running else None if None in running else True)
        return cls(tuple(begins), tuple(states))

    def state(self, position: int) -> bool | None:
        """Whether what begins at a place of the text runs; None where only a build knows."""
        return self.states[bisect(self.begins, position) - 1]


def _next_branch(*, taken: bool | None, truth: bool | None) -> tuple[bool | None, bool | None]:
    """Whether a later branch runs, and whether one was taken with it."""
    if taken:
        return False, True
    if truth is False:
        return False, taken
    return (None if taken is None else truth), (True if truth else None)
