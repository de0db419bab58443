"""Says in one word why a build failed, from the end of its log."""

import re
from typing import NamedTuple

# In order of precedence: the first pattern found in the log's last lines names the reason. What a
# configure step merely remarks comes late: it is often not what the build died of.
_REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "out of memory",
        (
            r"virtual memory exhausted",
            r"Killed signal terminated program",
            r"out of memory",
            r"MemoryError",
        ),
    ),
    (
        "network",
        (
            r"(?i:could not|couldn't) resolve host",
            r"Temporary failure in name resolution",
            r"Failed to establish a new connection",
            r"Connection refused",
            r"spurious network error",
            r"failed to download from",
            r"failed to get `[^`]+` as a dependency",
            r"(?:urlopen|URLError|urllib).*error",
            r"Max retries exceeded",
            r"Failed to clone",
            r"unable to access 'http",
            r"CONNECT tunnel failed",
            r"HTTP Error \d{3}",
            r"status_code: [1-9]",
        ),
    ),
    (
        "missing header or library",
        (
            r"fatal error: \S+: No such file or directory",
            r"cannot find -l\S+",
            r"Dependency \"?\S+\"? not found",
            r"Dependency lookup for .* failed",
            r"pg_config executable not found",
            r"Unable to find \S+ (?:library|headers)",
        ),
    ),
    (
        "library too old",
        (
            r"[Mm]inimum supported \S+ version is",
            r"\S+ >= ?[\d.]+ (?:is required|required)",
            r"Invalid version, need '\S+' \['>=",
        ),
    ),
    ("Cython error", (r"Cython\.Compiler\.Errors", r"Error compiling Cython file")),
    ("compiler error", (r"^\S+:\d+:\d+: (?:fatal )?error: ", r"error: could not compile")),
    (
        "build requirements",
        (
            r"No matching distribution found",
            r"Could not find a version that satisfies",
            r"ResolutionImpossible",
            r"ModuleNotFoundError: ",
        ),
    ),
    (
        "missing header or library",
        (
            r"Package '?\S+'?,? (?:required by|was not found)",
            r"No package '\S+' found",
            r"Could NOT find",
            r"Could not find a package configuration file",
            r"\S+[-_]config\S*: (?:command )?not found",
            r"[Ll]ibrary (?:not found|is required)",
            r"[Hh]eaders? (?:not found|are required)",
            r"[Pp]lease install .*(?:dev|devel|library)",
        ),
    ),
    (
        "missing tool",
        (
            r"command not found",
            r"No such file or directory: '(?:\w+)'",
            r"Unknown compiler\(s\)",
            r"can't find Rust compiler",
            r"is not installed or not on PATH",
            r"Program '?\S+'? not found",
        ),
    ),
    (
        "compiler error",
        (r"[Cc]ommand '\S*(?:gcc|cc|g\+\+|gfortran)' failed", r"ninja: build stopped"),
    ),
    (
        "backend error",
        (r"CMake Error", r"Traceback \(most recent call last\)", r"ERROR: ", r"[Ee]rror: "),
    ),
)
_MEANINGFUL = re.compile(r"error|fail|not found|cannot|could not|missing|No such", re.IGNORECASE)
_LINES_READ = 400


class Failure(NamedTuple):
    """A reason from a closed list, and the line of the log that says it."""

    reason: str
    detail: str


def classify(log: str, *, timed_out: bool = False) -> Failure:
    """The reason of a failed build: one of the names above, `timeout`, or `unknown`."""
    lines = [line.strip() for line in log.splitlines()[-_LINES_READ:] if line.strip()]
    if timed_out:
        return Failure("timeout", _shorten(lines[-1] if lines else ""))
    tail = "\n".join(lines)
    for reason, patterns in _REASONS:
        if found := re.search("|".join(patterns), tail, re.MULTILINE):
            return Failure(reason, _shorten(_line_of_cause(tail, found)))
    meaningful = [line for line in lines if _MEANINGFUL.search(line)]
    return Failure("unknown", _shorten((meaningful or lines or [""])[-1]))


def _line_of_cause(tail: str, found: re.Match[str]) -> str:
    """The line of the match; for a traceback, the exception that ends it."""
    start = tail.rfind("\n", 0, found.start()) + 1
    line = tail[start : (tail.find("\n", found.end()) + 1 or len(tail) + 1) - 1]
    if not line.startswith("Traceback"):
        return line
    ends = re.findall(r"(?m)^[\w.]+(?:Error|Exception|Exit)\b.*", tail[start:])
    return ends[-1] if ends else tail.rpartition("\n")[2]


def _shorten(line: str, limit: int = 240) -> str:
    return re.sub(r"\S*/(?:sdist|environment|pip-\w+)(?=/)", "…", line)[:limit]
