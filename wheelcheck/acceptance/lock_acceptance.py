"""What is wrong with a lock as a whole, by the rules of those who install from it.

pylock.toml: PEP 751 and `packaging.pylock`, which pip reads it with; uv reads it by itself, and
takes files that pip refuses. What each does is judged in `data/acceptance/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.acceptance.scopes import reader_of
from wheelcheck.requirements.requirement_set import (
    LockedPackage,
    LockFacts,
    LockFormat,
    Requirements,
)
from wheelcheck.targets import Target

__all__ = ["lock_refusals"]

_REFUSE_MISSING = (LockFormat.UV, LockFormat.POETRY)
"""Whose tools refuse an extra or a group that is not there; pip, PDM and Pipenv pass over it."""


def lock_refusals(requirements: Requirements, target: Target, tool: str) -> Iterator[InputRefusal]:
    """Yield what its installer refuses each lock for on a target.

    Args:
        requirements: what was read.
        target: where it would be installed.
        tool: who installs from a lock that several read: ``pip`` or ``uv``.
    """
    for lock in requirements.locks:
        if lock.invalid and (tool == "pip" or lock.lacks_key):
            yield InputRefusal(
                "invalid-lock",
                tool,
                f"the lock breaks the format: {lock.invalid}",
                "lock again with the tool that wrote it",
                where=lock.origin,
            )
        elif lock.no_environment and tool == "uv":
            message = "it lists no environment that it is for (`environments = []`)"
            mend = "leave out the key, or name the environments"
            yield InputRefusal("another-environment", tool, message, mend, where=lock.origin)
        else:
            yield from _package_refusals(lock, target, tool)
    yield from _missing(requirements)


def _package_refusals(lock: LockFacts, target: Target, tool: str) -> Iterator[InputRefusal]:
    reader = reader_of(lock.format, tool)
    environment = target.marker_environment()
    chosen: dict[str, LockedPackage] = {}
    for package in lock.packages:
        if package.marker is not None and not package.marker.evaluate(environment):
            continue
        if not _admits(package.requires_python, target):
            yield InputRefusal(
                "another-python",
                reader,
                f"{package.name} is locked for Python {package.requires_python}, and Python here "
                f"is {target.python_full_version}",
                "take a Python that it admits, or lock again for this Python",
                where=package.origin,
                package=package.name,
            )
        first = chosen.setdefault(package.name, package)
        if first is not package:
            yield InputRefusal(
                "locked-twice",
                reader,
                f"{package.name} is listed twice for this target ({first.version} and "
                f"{package.version})",
                "give them markers that exclude each other",
                where=package.origin,
                package=package.name,
            )


def _admits(requires_python: str | None, target: Target) -> bool:
    """Pre-releases of Python count as their release would not: as `packaging.pylock` has it."""
    if requires_python is None:
        return True
    try:
        return SpecifierSet(requires_python).contains(target.python_full_version)
    except InvalidSpecifier:
        return True


def _missing(requirements: Requirements) -> Iterator[InputRefusal]:
    lock = next((lock for lock in requirements.locks if lock.format in _REFUSE_MISSING), None)
    if lock is None:
        return
    reader = reader_of(lock.format, "")
    missing = (("extra", requirements.missing_extras), ("group", requirements.missing_groups))
    for kind, names in missing:
        for name in names:
            yield InputRefusal(
                f"{kind}-not-there",
                reader,
                f"the {kind} {name} was requested, and it is not there",
                f"leave out --{kind} {name}, or add it to the project and lock again",
                where=lock.origin,
            )
