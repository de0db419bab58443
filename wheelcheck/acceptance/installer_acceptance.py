"""What an installer cannot do at all: run on a Python, or read a kind of lock."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.installers import Certainty, Rule, first_release, newest, runs_on
from wheelcheck.requirements.requirement_set import LockFormat, Requirements
from wheelcheck.targets import Target

__all__ = ["installer_refusals", "pylock_refusals"]


def installer_refusals(requirements: Requirements, target: Target) -> Iterator[InputRefusal]:
    """Yield why an installer that the user names cannot be used on a target.

    Args:
        requirements: what was read.
        target: the target, with the installer.
    """
    installer = target.installer
    if installer.certainty is not Certainty.NAMED:
        return
    if not runs_on(installer, target.python_full_version):
        fitting = newest(installer.tool, target.python_full_version)
        yield InputRefusal(
            "installer-does-not-run",
            installer.label,
            f"it does not run on Python {target.python_full_version}",
            f"the newest that does is {fitting.label}",
        )
    yield from pylock_refusals(requirements, target)


def pylock_refusals(requirements: Requirements, target: Target) -> Iterator[InputRefusal]:
    """Yield the locks of PEP 751 that the pip of a target does not read.

    Only where it is known that this pip is to read it; uv, PDM and newer pips do.

    Args:
        requirements: what was read.
        target: the target, with the installer.
    """
    installer = target.installer
    if installer.certainty is Certainty.UNKNOWN or installer.has(Rule.PYLOCK):
        return
    since = first_release(Rule.PYLOCK, installer.tool)
    for lock in requirements.locks:
        if lock.format is LockFormat.PYLOCK:
            yield InputRefusal(
                "lock-not-read",
                installer.label,
                "it does not read a pylock.toml",
                f"upgrade it to {installer.tool} {since} or later",
                where=lock.origin,
            )
