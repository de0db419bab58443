"""Hash-checking mode: on for everything as soon as one requirement has a hash.

https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode. pip then wants a hash for
every requirement and every dependency; of what has none it says that it is not pinned, or that its
hash is missing. Since 26.1 a hash without a pin is enough (it narrows the versions to one), and so
are the hashes of a constraint. Of several lines about a package pip looks at the first that holds.
uv checks the hashes that there are, and wants one for everything only with --require-hashes
(judged in `data/acceptance/` and `data/installers/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.installers import Installer, Rule
from wheelcheck.requirements.requirement_set import (
    LockFormat,
    RequirementLine,
    Requirements,
    SkippedLine,
)
from wheelcheck.resolution import Pin, Resolution, Standing
from wheelcheck.resolution.allowed_hashes import hashes_for, is_pinned
from wheelcheck.targets import Target

__all__ = ["hash_refusals"]

_UNHASHABLE = {
    "vcs-requirement": "it is built from a checkout, which has no hash",
    "local-project": "it is built from a directory, which has no hash",
    "editable-requirement": "it is installed from a directory, which has no hash",
    "unnamed-archive": "it has no hash",
}


def hash_refusals(requirements: Requirements, resolution: Resolution) -> Iterator[InputRefusal]:
    """Yield what hash-checking mode refuses on the target of a resolution.

    Args:
        requirements: what was read; its policy says whether the mode is on.
        resolution: what would be installed, dependencies included.
    """
    target = resolution.target
    tool = target.installer.tool.value
    if not _mode_is_on(requirements, target):
        return
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
    for project in requirements.lines:
        if project.in_folder and project.holds_on(target):
            yield InputRefusal(
                "not-hashable",
                tool,
                f"hash-checking mode is on, and {project.text}: {_UNHASHABLE['local-project']}",
                "install it in a command of its own, without hashes",
                where=project.origin,
                package=canonicalize_name(project.requirement.name),
            )
    for name, pin in resolution.pins.items():
        lines = _lines_of(name, requirements, target)
        if pin.standing is not Standing.UNKNOWN and not any(
            line.has_its_own for line in lines.every
        ):
            yield from _of_pin(pin, lines, target.installer)


def _of_pin(pin: Pin, lines: _Lines, installer: Installer) -> Iterator[InputRefusal]:
    """What is missing of a package; the installer looks at the first requirement alone."""
    tool, first = installer.tool.value, lines.first(installer)
    by_constraint = installer.has(Rule.CONSTRAINT_HASHES) and any(
        line.hashes for line in lines.constraints
    )
    if not by_constraint and (first is None or not first.hashes):
        yield _without_hash(pin, first, tool)
    elif not installer.has(Rule.DEMANDED_HASHES_OF_MD5) and lines.weakly_hashed():
        yield _insecure(pin, first, installer)
    elif first is not None and not is_pinned(first) and not installer.has(Rule.HASH_WITHOUT_PIN):
        yield InputRefusal(
            "hash-without-pin",
            installer.label if tool == "pip" else tool,
            f"hash-checking mode is on, and {first.text} is not pinned with ==",
            "pin it:",
            f"{pin.name}=={pin.version}",
            first.origin,
            package=pin.name,
        )


def _insecure(pin: Pin, line: RequirementLine | None, installer: Installer) -> InputRefusal:
    """What uv says where hashes are demanded, and MD5 is all there is."""
    digest = _digest(pin.file)
    return InputRefusal(
        "hash-algorithm",
        installer.label,
        f"hashes are demanded, and {pin.name} has one of MD5 alone, which is insecure",
        "add to it:" if digest else "add its SHA-256",
        f"--hash={digest}" if digest else "",
        line.origin if line else None,
        package=pin.name,
    )


def _mode_is_on(requirements: Requirements, target: Target) -> bool:
    """For pip by any hash, since 20.2 be it of a line whose marker does not hold, or of a lock."""
    policy, installer = requirements.policy, target.installer
    if not installer.is_pip:
        return policy.hashes_demanded
    if not installer.has(Rule.HASH_MODE_BY_ANY_LINE) and not policy.hashes_demanded:
        every = (*requirements.lines, *requirements.constraints)
        return any(line.hashes and line.holds_on(target) for line in every)
    locks = {lock.origin.file for lock in requirements.locks if lock.format is LockFormat.PYLOCK}
    return policy.require_hashes or any(
        line.hashes and line.origin.file in locks for line in requirements.lines
    )


class _Lines(NamedTuple):
    """What the user wrote about a package that counts on a target."""

    requirements: tuple[RequirementLine, ...]
    constraints: tuple[RequirementLine, ...]

    @property
    def every(self) -> tuple[RequirementLine, ...]:
        return (*self.requirements, *self.constraints)

    def weakly_hashed(self) -> bool:
        """Whether all hashes are of MD5."""
        return {text.partition(":")[0] for line in self.every for text in line.hashes} == {"md5"}

    def first(self, installer: Installer) -> RequirementLine | None:
        """The line whose hashes and pin an installer looks at; uv looks at all of them."""
        if not installer.is_pip or installer.has(Rule.LEGACY_RESOLVER):
            hashed = (line for line in self.every if line.hashes and is_pinned(line))
            return next(hashed, next(iter(self.every), None))
        return next(iter(self.requirements), None)


def _lines_of(name: NormalizedName, requirements: Requirements, target: Target) -> _Lines:
    def counting(lines: Iterable[RequirementLine]) -> tuple[RequirementLine, ...]:
        return tuple(
            replace(line, hashes=hashes_for(line, target.installer))
            for line in lines
            if canonicalize_name(line.requirement.name) == name
            and line.holds_on(target)
            and not line.of_project
        )

    return _Lines(counting(requirements.lines), counting(requirements.constraints))


def _applies(line: SkippedLine, target: Target) -> bool:
    return line.marker is None or line.marker.evaluate(target.marker_environment())


def _without_hash(pin: Pin, line: RequirementLine | None, tool: str) -> InputRefusal:
    digest = _digest(pin.file)
    option = f"--hash={digest}" if digest else ""
    if line is not None:
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
