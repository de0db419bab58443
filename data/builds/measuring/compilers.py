"""Stands shims before the compilers, and reads what they logged."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_SHIM_SOURCE = Path(__file__).with_name("shim.c")
_TOOLS = (
    *("cc", "gcc", "c89", "c99", "c++", "g++", "clang", "clang++"),
    *("gfortran", "f77", "f95", "rustc", "cython", "pythran", "swig"),
)
_LANGUAGES = {
    "c": ("c", "i"),
    "c++": ("cc", "cpp", "cxx", "c++", "C"),
    "fortran": ("f", "f90", "F", "F90", "f77", "f95", "for"),
    "assembler": ("S", "s"),
    "rust": ("rs",),
    "cython": ("pyx", "pxd"),  # the translator's own calls; what it writes is "c" or "c++"
}
_LANGUAGE_OF = {suffix: name for name, suffixes in _LANGUAGES.items() for suffix in suffixes}
# Sources that a configure step writes to ask the compiler a question.
_PROBE = re.compile(
    r"(?:^|/)(?:conftest|_configtest|testfile)|meson-private/"
    r"|CMakeFiles/(?:CMake|[\d.]+/|_CMake|FindMPI)|CheckIPO|/cmake_try"
)
_LINES_OF_A_PROBE = 40  # shorter sources outside the project's directory are questions too
_ELSEWHERE = "…"
_OPTION = re.compile(r"-(?:O\S*|g\d?|flto\S*|std=\S+)$")


@dataclass(frozen=True, slots=True)
class Call:
    """One compiler call. Times in seconds, memory and sizes in bytes."""

    tool: str
    language: str  # of _LANGUAGES; "link", "probe" (a configure question) or "query" (no source)
    source: str  # relative to the sdist's root; outside it "…/" and the last two parts
    shipped: bool  # the source is a member of the sdist, not written during the build
    size: int
    lines: int
    marks: str  # what makes it dear: "cython", "pybind11", "nanobind", "eigen"
    options: str  # the -O, -g, -flto and -std options, in order
    cpu: float
    peak: int
    exit_status: int


def install_shims(folder: Path, path: str) -> None:
    """Put a shim into `folder` for every compiler that `path` (as in $PATH) offers.

    None where there is no gcc to compile the shim with: Cython alone may be there.
    """
    shim = folder / ".shim"
    folder.mkdir(exist_ok=True)
    found = [tool for tool in _TOOLS if shutil.which(tool, path=path)]
    if not (shim.exists() or shutil.which("gcc")):
        return
    if found and not shim.exists():
        subprocess.run(["gcc", "-O2", "-o", shim, _SHIM_SOURCE], check=True)
    for tool in found:
        if not (folder / tool).exists():
            (folder / tool).hardlink_to(shim)


def read_log(log: Path, root: Path, members: dict[str, int]) -> list[Call]:
    """The calls of a build in `root`, whose sdist had these members (relative path → bytes)."""
    if not log.exists():
        return []
    lines = log.read_text(errors="replace").splitlines()
    return list(_read_calls(lines, root.resolve(), members))


def _read_calls(lines: list[str], root: Path, members: dict[str, int]) -> Iterator[Call]:
    for line in lines:
        fields = line.split("\t")
        if len(fields) != 12:
            continue  # a line cut short by a kill
        tool, status, user, system, _wall, peak, *described = fields
        folder, source, size, count, marks, arguments = described
        path = _relative(folder, source, root) if source else ""
        options = [part for part in arguments.split("\x1f") if part]
        yield Call(
            tool=tool,
            language=_language(tool, path, int(count), options),
            source=path,
            shipped=_is_member(path, int(size), members),
            size=int(size),
            lines=int(count),
            marks=marks.strip(),
            options=" ".join(option for option in options if _OPTION.match(option)),
            cpu=float(user) + float(system),
            peak=int(peak) * 1024,
            exit_status=int(status),
        )


def _relative(folder: str, source: str, root: Path) -> str:
    """The source below `root`; of one elsewhere (backends build in temporary copies) its end."""
    path = Path(folder, source).resolve()
    if path.is_relative_to(root):
        return str(path.relative_to(root))
    return "/".join((_ELSEWHERE, *path.parts[-2:]))


def _is_member(path: str, size: int, members: dict[str, int]) -> bool:
    """Whether these bytes came with the sdist: there, or copied elsewhere."""
    if not path.startswith(_ELSEWHERE):
        return members.get(path) == size
    end = path.removeprefix(_ELSEWHERE)
    return any(f"/{member}".endswith(end) and members[member] == size for member in members)


def _language(tool: str, source: str, lines: int, options: list[str]) -> str:
    if source:
        suffix = PurePosixPath(source).suffix[1:]
        probe = source.startswith(_ELSEWHERE) and lines < _LINES_OF_A_PROBE
        if probe or _PROBE.search(source) or "-E" in options:
            return "probe"
        if tool in ("c++", "g++", "clang++") and suffix == "c":
            return "c++"
        return _LANGUAGE_OF.get(suffix, "other")
    return "link" if "-o" in options and tool != "rustc" else "query"
