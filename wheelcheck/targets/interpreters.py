"""What people write for a Python, taken apart: ``3.12``, ``cp313t``, ``graalpy312``."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from wheelcheck.errors import TargetError, near_names
from wheelcheck.targets.platforms import Platform
from wheelcheck.targets.pythons import (
    PythonRelease,
    find_release,
    newest_release,
    planned_python,
    supported_pythons,
)
from wheelcheck.targets.tags import interpreter_tag
from wheelcheck.targets.target import Image, Implementation, Target

__all__ = ["TargetInterpreter", "looks_like_python", "read_interpreter", "target_of"]

OLDEST_PYTHON = (3, 6)
FIRST_FREE_THREADED = (3, 13)

_PYTHON = re.compile(
    r"(?P<kind>cp|cpython|pp|pypy|graalpy|gp|python|py|)-?(?P<major>\d)\.?(?P<minor>\d{1,3})"
    r"(?:\.(?P<patch>\d{1,3}))?(?P<t>t?)(?:_(?P<abi>pp73|pp80|\d{3,4}))?",
    re.ASCII,
)
_KINDS = {
    "pp": Implementation.PYPY,
    "pypy": Implementation.PYPY,
    "graalpy": Implementation.GRAALPY,
    "gp": Implementation.GRAALPY,
}


class TargetInterpreter(NamedTuple):
    """What a spelling says of the interpreter; `tag` is how it is spelled canonically."""

    release: PythonRelease
    free_threaded: bool
    tag: str

    @property
    def implementation(self) -> Implementation:
        """The implementation."""
        return self.release.implementation

    @property
    def python(self) -> tuple[int, int]:
        """The minor version."""
        return self.release.python


def target_of(
    name: str, interpreter: TargetInterpreter, platform: Platform, image: Image | None = None
) -> Target:
    """The target of an interpreter on a platform, without notes."""
    release = interpreter.release
    own = release.implementation is not Implementation.CPYTHON
    return Target(
        name,
        release.implementation,
        release.python,
        release.python_version,
        interpreter.free_threaded,
        image=image,
        implementation_version=release.implementation_version if own else None,
        platform=platform,
    )


def looks_like_python(text: str) -> bool:
    """Whether a text is spelled as a Python is, be that known or not."""
    return _PYTHON.fullmatch(text.strip()) is not None


def read_interpreter(spelling: str, python: str, as_of: date) -> TargetInterpreter:
    """Understand the Python in a target's spelling, with the releases of `as_of`.

    Raises `TargetError` for what is no interpreter, does not exist, or is not even planned.
    """
    match = _PYTHON.fullmatch(python.strip().lower())
    if not match:
        raise TargetError(spelling, f"{python!r} is no Python; write 3.12, 3.13t, 3.12.1 or pp311")
    implementation = _KINDS.get(match["kind"], Implementation.CPYTHON)
    minor = (int(match["major"]), int(match["minor"]))
    free_threaded, patch, abi = bool(match["t"]), match["patch"], match["abi"]
    why = _impossible(implementation, minor, abi, free_threaded=free_threaded)
    if why:
        raise TargetError(spelling, why)
    if minor > planned_python(as_of):
        raise _not_planned(spelling, match, as_of)
    release = _release(implementation, minor, patch, abi, as_of)
    tag = interpreter_tag(implementation, minor)
    prefix = tag.rstrip("0123456789")
    if patch:
        tag = f"{prefix}{release.python_version}"
    if abi:
        tag = f"{'pypy' if prefix == 'pp' else prefix}{tag.removeprefix(prefix)}_{abi}"
    return TargetInterpreter(release, free_threaded, f"{tag}{match['t']}")


def _not_planned(spelling: str, match: re.Match[str], as_of: date) -> TargetError:
    """The same spelling with the Pythons that the mistaken number is near to, or the newest."""
    written = f"{match['major']}.{match['minor']}"
    newest_first = ["{}.{}".format(*python) for python in reversed(supported_pythons(as_of))]
    numbers = near_names(written, newest_first, cutoff=0.7) or newest_first
    text = match.string
    dotted = text[match.start("major") :].startswith(written)
    near = (
        text[: match.start("major")] + (number if dotted else number.replace(".", "")) + match["t"]
        for number in numbers[:2]
    )
    planned = "{}.{}".format(*planned_python(as_of))
    why = f"there is no Python {written}, and none is planned beyond {planned}"
    return TargetError(spelling, why, tuple(spelling.lower().replace(text, each) for each in near))


def _impossible(
    implementation: Implementation, minor: tuple[int, int], abi: str, *, free_threaded: bool
) -> str:
    """Why there is no such interpreter, whatever its release; "" where there may be."""
    if minor[0] > OLDEST_PYTHON[0]:
        return f"there is no Python {minor[0]}"
    if minor < OLDEST_PYTHON:
        return "only Python 3.6 and later are known"
    cpython = implementation is Implementation.CPYTHON
    if free_threaded and (not cpython or minor < FIRST_FREE_THREADED):
        return "free-threaded builds exist for CPython 3.13 and later only"
    if abi and implementation is not _owner(abi):
        owner = "GraalPy" if _owner(abi) is Implementation.GRAALPY else "PyPy"
        return f"{abi} is an ABI of {owner}"
    return ""


def _owner(abi: str) -> Implementation:
    """Whose ABI a spelling names: GraalPy's are plain numbers, PyPy's begin with ``pp``."""
    return Implementation.GRAALPY if abi.isdecimal() else Implementation.PYPY


def _release(
    implementation: Implementation,
    minor: tuple[int, int],
    patch: str | None,
    abi: str | None,
    as_of: date,
) -> PythonRelease:
    """The release meant. A release that the table does not have is taken as written."""
    written = "{}.{}.{}".format(*minor, patch or 0)
    if patch:
        known = find_release(implementation, written, abi)
    else:
        known = newest_release(implementation, minor, as_of, abi)
    if known:
        return known
    return PythonRelease(implementation, written, _assumed(implementation, written, abi), as_of)


def _assumed(implementation: Implementation, written: str, abi: str | None) -> str:
    """The implementation's version where no release is known."""
    match implementation:
        case Implementation.PYPY:
            return "8.0.0" if abi == "pp80" else "7.3.0"
        case Implementation.GRAALPY:
            return f"{abi[:2]}.{abi[2:]}.0" if abi else "25.0.0"
        case _:
            return written
