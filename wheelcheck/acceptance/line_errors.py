"""Lines at which an installer ends with an error: those that it cannot read, and some that it can.

A line that parses may end it all the same. A marker that compares what cannot be compared, a
version with thousands of digits, a URL that is none, a file that is not there: pip ends with a
traceback or an error when it comes to them, uv refuses or drops some of them. What each does is
judged in `data/acceptance/` (`lines.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.acceptance.input_refusal import InputRefusal
from wheelcheck.installers import Rule
from wheelcheck.requirements.requirement_set import Requirements, SkippedLine
from wheelcheck.resolution import Resolution
from wheelcheck.targets import Target

__all__ = ["has_line_error", "line_error_refusals"]

_LARGEST_OF_UV = 2**64 - 2
_MEND = {
    "bare-path": "write the path alone, or as a URL with file:",
    "file-not-there": "write the path of a file that is there",
    "marker-undefined": "compare versions with versions, and names with == or !=",
    "number-too-long": "write a version that exists",
    "project-at-bare-path": "write the path alone, or as a URL with file:",
    "requirement-unreadable": "write the requirement as PEP 508 has it",
    "url-malformed": "write the URL with its host, and a port up to 65535",
}
_DIGITS_LIMITED_SINCE = {(3, 7): 14, (3, 8): 14, (3, 9): 14, (3, 10): 7}
"""The patch release since which Python reads no more than 4,300 digits; later minors all do.
https://docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation"""


def line_error_refusals(
    requirements: Requirements, resolution: Resolution
) -> Iterator[InputRefusal]:
    """Yield the lines at which the installer of a resolution's target ends with an error.

    Args:
        requirements: what was read.
        resolution: what would be installed; a constraint counts where its package is in it.
    """
    target = resolution.target
    for line in requirements.skipped:
        if line.why.code == "line-refused":
            yield _refused(line, target)
        elif line.why.code in _MEND and _ends(line, resolution):
            yield InputRefusal(
                "ends-with-an-error",
                target.installer.tool.value,
                f"{line.why.reason}, and {target.installer.tool} ends with an error",
                _MEND[line.why.code],
                where=line.origin,
                package=line.name,
            )
    if not target.installer.has(Rule.LARGE_NUMBERS):
        yield from _large_numbers(requirements, target)


def has_line_error(requirements: Requirements) -> bool:
    """Whether there are lines at which some installers end with an error."""
    return any(line.why.code in {*_MEND, "line-refused"} for line in requirements.skipped)


def _refused(line: SkippedLine, target: Target) -> InputRefusal:
    """A line that no installer reads: its marker, if it has one, is not looked at."""
    message = f"it cannot read {line.text}: {line.why.reason}" if line.text else line.why.reason
    tool = target.installer.tool.value
    return InputRefusal("line-refused", tool, message, "mend or drop the line", where=line.origin)


def _ends(line: SkippedLine, resolution: Resolution) -> bool:
    """Whether the installer comes to what it cannot read; uv reads every line first."""
    target, code = resolution.target, line.why.code
    if code == "marker-undefined":
        return not target.installer.has(Rule.MARKERS_WITHOUT_MEANING)
    if code in {"bare-path", "project-at-bare-path"} and not target.installer.is_pip:
        return False
    if code == "requirement-unreadable" or not target.installer.is_pip:
        return True
    if code == "number-too-long" and not _limits_digits(target):
        return False
    if line.marker is not None and not line.marker.evaluate(target.marker_environment()):
        return False
    return not line.constraint or line.name in resolution.pins


def _limits_digits(target: Target) -> bool:
    version = Version(target.python_full_version)
    since = _DIGITS_LIMITED_SINCE.get((version.major, version.minor))
    return version >= Version("3.11") if since is None else version.micro >= since


def _large_numbers(requirements: Requirements, target: Target) -> Iterator[InputRefusal]:
    for line in (*requirements.lines, *requirements.constraints):
        versions = [each.version.partition("+")[0] for each in line.requirement.specifier]
        numbers = re.findall(r"[0-9]{20,}", " ".join(versions))
        if any(int(number) > _LARGEST_OF_UV for number in numbers):
            yield InputRefusal(
                "number-too-long",
                target.installer.tool.value,
                f"it reads no number above {_LARGEST_OF_UV}",
                "write a version that exists",
                where=line.origin,
                package=canonicalize_name(line.requirement.name),
            )
