"""Wheels that a lock or a list of hashes leaves out: listed, they could be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from msgspec import structs
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.requirements import RequirementLine, Requirements

__all__ = ["any_file_listed", "what_to_list", "with_hashes"]


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
            yield pinned_by_hash(name, file)


def pinned_by_hash(name: NormalizedName, file: Wheel | Sdist) -> str:
    """A line of a requirement file that takes this file and no other."""
    hashes = (f"--hash={kind}:{digest}" for kind, digest in file.hashes.items())
    return " ".join([f"{name}=={file.version}", *hashes])


def with_hashes(
    requirements: Requirements,
    change: tuple[str, ...],
    names: Iterable[NormalizedName],
    after: JudgedTarget,
) -> tuple[str, ...]:
    """The pins of a change with the hashes of the files that `after` has, where pip wants them.

    A lock gets its hashes from its own tool.
    """
    if not requirements.policy.require_hashes or requirements.locks:
        return change
    files = {name: after.judged[name][1].file for name in names if name in after.judged}
    hashed = {
        f"{name}=={file.version}": pinned_by_hash(name, file)
        for name, file in files.items()
        if isinstance(file, Wheel | Sdist)
    }
    parted = (line.partition("  #") for line in change)
    return tuple("".join([hashed.get(pin, pin), mark, remark]) for pin, mark, remark in parted)
