"""Wheels that a lock or a list of hashes leaves out: listed, they could be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.index.interface import Wheel
from wheelcheck.requirements import RequirementLine, Requirements

__all__ = ["any_file_listed", "what_to_list"]


def any_file_listed(asked: Requirements) -> Requirements | None:
    """The requirements with every file of their versions allowed; None where all are already."""
    if not any(line.hashes for line in (*asked.lines, *asked.constraints)):
        return None

    def anew(line: RequirementLine) -> RequirementLine:
        return replace(line, hashes=frozenset())

    return replace(
        asked,
        lines=tuple(map(anew, asked.lines)),
        constraints=tuple(map(anew, asked.constraints)),
        policy=replace(asked.policy, require_hashes=False),
    )


def what_to_list(
    asked: Requirements, names: Iterable[NormalizedName], after: JudgedTarget
) -> tuple[str, ...]:
    """What to add, so that these packages come as the wheels that `after` has of them."""
    locks = {
        canonicalize_name(line.requirement.name): line.origin.file
        for line in asked.lines
        if line.locked
    }
    return tuple(_additions(locks, names, after))


def _additions(
    locks: dict[NormalizedName, str], names: Iterable[NormalizedName], after: JudgedTarget
) -> Iterator[str]:
    for name in sorted(names):
        file = after.judged[name][1].file if name in after.judged else None
        if not isinstance(file, Wheel):
            continue
        if name in locks:
            yield f"{file.filename}  # in {locks[name]}: lock {name} again"
        else:
            hashes = " ".join(f"--hash={kind}:{digest}" for kind, digest in file.hashes.items())
            yield f"{name}=={file.version} {hashes}"
