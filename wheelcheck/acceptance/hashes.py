"""Hash-checking mode: on for everything as soon as one requirement has a hash.

https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode. pip then wants a hash for
every requirement and every dependency; of what has none it says that it is not pinned, or that its
hash is missing. A hash without a pin is enough: it narrows the versions to one. uv checks the
hashes that there are, and wants one for everything only with --require-hashes (judged in
`data/acceptance/`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.requirements.requirement_set import (
    LockFormat,
    RequirementLine,
    Requirements,
    SkippedLine,
)
from wheelcheck.resolution import Pin, Resolution, Standing
from wheelcheck.targets import Target

__all__ = ["hash_refusals"]

_UNHASHABLE = {
    "vcs-requirement": "it is built from a checkout, which has no hash",
    "local-project": "it is built from a directory, which has no hash",
    "editable-requirement": "it is installed from a directory, which has no hash",
    "unnamed-archive": "it has no hash",
}


def hash_refusals(
    requirements: Requirements, resolution: Resolution, tool: str
) -> Iterator[InputRefusal]:
    """Yield what hash-checking mode refuses on the target of a resolution.

    Args:
        requirements: what was read; its policy says whether the mode is on.
        resolution: what would be installed, dependencies included.
        tool: who installs: ``pip`` or ``uv``.
    """
    if not _mode_is_on(requirements, tool):
        return
    target = resolution.target
    for line in requirements.skipped:
        if line.why.code in _UNHASHABLE and _applies(line, target):
            yield InputRefusal(
                "not-hashable",
                tool,
                f"hash-checking mode is on, and {line.text}: {_UNHASHABLE[line.why.code]}",
                "install it in a command of its own, without hashes",
                where=line.origin,
                package=line.name,
            )
    for name, pin in resolution.pins.items():
        lines = _lines_of(name, requirements, target)
        if pin.standing is Standing.UNKNOWN or any(line.locked for line in lines):
            continue
        if not any(line.hashes for line in lines):
            yield _without_hash(pin, lines, tool)
        elif tool == "uv" and not any(map(_is_pinned, lines)):
            message = f"--require-hashes is on, and {lines[0].text} is not pinned with =="
            yield InputRefusal(
                "hash-without-pin",
                tool,
                message,
                "pin it:",
                f"{pin.name}=={pin.version}",
                lines[0].origin,
                package=pin.name,
            )


def _mode_is_on(requirements: Requirements, tool: str) -> bool:
    """For pip by any hash, be it of a line whose marker does not hold or of a pylock.toml."""
    policy = requirements.policy
    if tool == "uv":
        return policy.hashes_demanded
    locks = {lock.origin.file for lock in requirements.locks if lock.format is LockFormat.PYLOCK}
    return policy.require_hashes or any(
        line.hashes and line.origin.file in locks for line in requirements.lines
    )


def _lines_of(
    name: NormalizedName, requirements: Requirements, target: Target
) -> list[RequirementLine]:
    """The lines and constraints about a package that count on a target."""
    return [
        line
        for line in (*requirements.lines, *requirements.constraints)
        if canonicalize_name(line.requirement.name) == name and _admits(line, target)
    ]


def _is_pinned(line: RequirementLine) -> bool:
    clauses = line.requirement.specifier
    return line.requirement.url is not None or any(
        each.operator in {"==", "==="} and "*" not in each.version for each in clauses
    )


def _admits(line: RequirementLine, target: Target) -> bool:
    marker = line.requirement.marker
    return marker is None or marker.evaluate(target.marker_environment())


def _applies(line: SkippedLine, target: Target) -> bool:
    return line.marker is None or line.marker.evaluate(target.marker_environment())


def _without_hash(pin: Pin, lines: Sequence[RequirementLine], tool: str) -> InputRefusal:
    digest = _digest(pin.file)
    option = f"--hash={digest}" if digest else ""
    if lines:
        line = lines[0]
        message = f"hash-checking mode is on, and {line.text} has no hash"
        mend = "add to it:" if option else "add its hash: `pip hash` tells it"
        return InputRefusal(
            "hash-missing", tool, message, mend, option, line.origin, package=pin.name
        )
    asking = ", ".join(dict.fromkeys(demand.source for demand in pin.demands))
    pinned = any("==" in demand.requirement for demand in pin.demands)
    lacks = "has no hash" if pinned else "is neither pinned nor hashed"
    message = f"hash-checking mode is on, and {pin.name}, which {asking} requires, {lacks}"
    paste = f"{pin.name}=={pin.version} {option}".rstrip()
    mend = "add the line:" if option else "add it, with its hash (`pip hash` tells it):"
    return InputRefusal("hash-missing", tool, message, mend, paste, package=pin.name)


def _digest(file: Wheel | Sdist | None) -> str:
    """The hash of a file as pip takes it: SHA-256, or what is stronger; "" where there is none."""
    for algorithm in ("sha256", "sha384", "sha512"):
        if file is not None and algorithm in file.hashes:
            return f"{algorithm}:{file.hashes[algorithm]}"
    return ""
