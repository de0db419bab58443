"""Wheels that a lock or a list of hashes leaves out: listed, they could be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from msgspec import structs
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.index.interface import Wheel
from wheelcheck.requirements import RequirementLine, Requirements

__all__ = ["any_file_listed", "what_to_list"]


def any_file_listed(requirements: Requirements) -> Requirements | None:
    """The requirements with every file of their versions allowed; None where all are already."""
    if not any(line.hashes for line in (*requirements.lines, *requirements.constraints)):
        return None

    def judge_of(line: RequirementLine) -> RequirementLine:
        return replace(line, hashes=frozenset())

    return structs.replace(
        requirements,
        lines=tuple(map(judge_of, requirements.lines)),
        constraints=tuple(map(judge_of, requirements.constraints)),
        policy=structs.replace(requirements.policy, require_hashes=False),
    )


def what_to_list(
    requirements: Requirements, names: Iterable[NormalizedName], after: JudgedTarget
) -> tuple[str, ...]:
    """What to add, so that these packages come as the wheels that `after` has of them."""
    locks = {
        canonicalize_name(line.requirement.name): line.origin.file
        for line in requirements.lines
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
