"""Headers that a source includes in any case, and that nothing brings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from wheelcheck.builds.needs.header_packages import (
    holder_of_header,
    is_lost_header,
    is_nested_header,
)
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.builds.needs.sure_headers import compiler_headers
from wheelcheck.builds.obstacles.compiling.brought_headers import (
    comes_along,
    is_from_outside,
    is_in_packages,
    project_of_header,
)
from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles
from wheelcheck.builds.obstacles.compiling.without_headers import without_headers
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.cffi_sources import cffi_headers
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.source_files import HEADER_ENDINGS
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.index.archives.sources.mark_kinds import CIMPORT, marked

__all__ = [
    "GENERATES",
    "PLAIN_PROJECTS",
    "compilable",
    "missing_headers",
    "missing_in_cffi",
    "of_other_system",
]

GENERATES = re.compile(
    r"subprocess|os\.system|configure|run_command|(?<![a-z])c?make(?![a-z])|generate|shutil|urllib"
    r"|import requests|requests\.|config\.h|\.write\(|\.remove\("
    r"|\.write_(?:text|bytes)\(|\bopen\([^)]*[,=]\s*[\"'][wax]|\bcopy_(?:file|tree)\b|extractall"
    r"|\bos\.(?:rename|replace|symlink|link|popen|spawn|exec)"
)
"""Words of setup scripts that may write headers, or fetch them."""
_COMMANDS = re.compile(r"cmdclass|build_ext")
_CLASS = re.compile(r"^[ \t]*class[ \t]", re.MULTILINE)
_WRITES = re.compile(
    r"(?i)spawn|(?<![a-z])copy(?!right)|exec(?!utable)|system\(|popen|mkpath|mkdir"
    r"|(?<![a-z])move|rename|download(?!_url)|unpack|extract|urlopen"
    r"|render|emit|check_|call\(|write|import_module|sys\.path|def run\b"
    r"|open\([^)]*[,=]\s*[\"'][wax]"
)
"""What a command of the script may write headers by."""
_IDLE = re.compile(
    r"^[ \t]*#.*|[ \t]{2}#[^'\"\n]*$|^[ \t]*import shutil\s*$"
    r"|^[ \t]*from shutil import (?:rmtree|which)\s*$"
    r"|\bshutil\.(?:rmtree|which|get_terminal_size)\b",
    re.MULTILINE,
)
"""Comments, and what of a setup script's words makes no file."""
_NAMES_FOLDERS = re.compile(
    r"include(?!_package_data)|pkg|-I|[Ff]lags|FLAGS|environ|getenv|subprocess|popen|Popen|-config"
    r"|/usr|find_library"
)
"""Words of scripts that may name folders of headers besides the compiler's own."""
_INCLUDE_DIRS = re.compile(r"(?m)^\s*[\"']?include[-_]dirs|\binclude-dirs\s*=")
"""The same in settings: ``[build_ext]`` of ``setup.cfg``, ``ext-modules`` of ``pyproject.toml``."""
_OF_OTHER_SYSTEMS = frozenset({
    "windows.h", "winsock2.h", "winsock.h", "ws2tcpip.h", "conio.h", "direct.h", "tchar.h", "io.h",
    "windef.h", "winbase.h", "mach/mach.h", "mach/mach_time.h", "targetconditionals.h",
    "corefoundation/corefoundation.h", "carbon/carbon.h", "iokit/iokitlib.h",
    "cocoa/cocoa.h", "foundation/foundation.h",
    "sys/sysctl.h", "sys/capsicum.h", "sys/event.h", "sys/consio.h", "sys/filio.h", "sys/sockio.h",
    "sys/disk.h", "sys/jail.h", "sys/kern_control.h", "sys/sys_domain.h", "net/if_dl.h",
    "net/bpf.h", "mach-o/dyld.h", "libkern/osatomic.h",
})  # fmt: skip
"""``sys/sysctl.h`` is gone since glibc 2.32 (its NEWS)."""
_OF_DEVICES = frozenset({"cuda_runtime.h", "cuda_runtime_api.h", "cublas_v2.h", "jni.h"})
"""Those that a toolkit beside the distribution brings to Linux too."""
_NOT_OF_DEBIAN = _OF_OTHER_SYSTEMS | _OF_DEVICES
PLAIN_PROJECTS = frozenset({
    "setuptools", "wheel", "cython", "numpy", "packaging", "setuptools-scm", "cffi", "pycparser",
    "vcversioner", "setuptools-rust", "semantic-version", "typing-extensions", "cmake", "ninja",
    "scikit-build", "distro", "pbr", "six", "tomli", "toml", "jinja2", "markupsafe", "pip",
    "pybind11",
})  # fmt: skip
"""Projects that bring no headers but numpy's own, and pybind11's in a folder of that name."""


def missing_headers(
    paths: Collection[str],
    contents: SdistContents,
    installed: Mapping[str, object],
    *,
    script: str,
    complete: bool,
    translated: Collection[str] = (),
    python: str = "",
    perhaps: Collection[str] = (),
) -> tuple[BuildObstacle, ...]:
    """The first header that is not to be had, of files that are compiled for certain.

    Code ``header-missing``. `installed` are the projects of the build environment; `complete`:
    there are no others. `translated` are Cython sources that the build certainly translates: what
    they declare to be in headers has these included; `python` is ``3.13``;
    `perhaps` are files that the build may compile. Nothing is said where
    the setup script may write headers. Fatal for headers of other systems in a script that never
    asks where it is, for those of a project, and for the sdist's own that did not come along.
    """
    script = _IDLE.sub("", script)
    writes = _may_write(script)
    makes = _CLASS.search(script) is not None or GENERATES.search(script) is not None
    shipped = contents.file_names
    for path in (*paths, *_with_declarations(translated, contents)):
        for include in contents.certain_includes(path):
            why = "" if makes else _without_its_source(include, path, paths, shipped)
            why = why or _of_other_python(include, python)
            why = why or _missing(include[1:], shipped, installed, complete=complete)
            why = why or _unmet(include, contents, installed, complete=complete)
            if not (why or makes) and _is_left_behind(include, contents, shipped, installed):
                why = _LEFT_BEHIND
            if not why or (why == _LOST and _holds_folder(include[1:], contents)):
                continue
            if why == _BELOW and _names_folders(script, contents):
                continue
            if not (writes and why == _NOWHERE):
                message = f"{path} includes {include[1:]}, {why}"
                fatal = _is_fatal(include[1:], why, script, writes=writes)
                return (BuildObstacle("header-missing", message, path, fatal=fatal),)
    for path in perhaps:
        for include in contents.certain_includes(path):
            if why := _of_other_python(include, python):
                message = f"{path} includes {include[1:]}, {why}; the build may leave it out"
                return (BuildObstacle("header-missing", message, path, may_be_left_out=True),)
    plain = complete and installed.keys() <= PLAIN_PROJECTS
    return without_headers(perhaps if plain else (), contents, script)


def missing_in_cffi(
    contents: SdistContents, installed: Mapping[str, object], *, complete: bool
) -> tuple[BuildObstacle, ...]:
    """The first header that the C of a script for cffi includes, and that nothing brings.

    Code ``header-missing``. The arguments are those of `missing_headers`.
    """
    shipped = contents.file_names
    for header, path in cffi_headers(contents.texts).items():
        why = _missing(header, shipped, installed, complete=complete)
        if why and why != _BELOW:  # the script itself names folders
            message = f"{path} includes {header}, {why}"
            return (BuildObstacle("header-missing", message, path),)
    return ()


def of_other_system(name: str) -> bool:
    """Whether a header is one of Windows, macOS or a BSD."""
    return name.lower() in _OF_OTHER_SYSTEMS


def _names_folders(script: str, contents: SdistContents) -> bool:
    """Whether a script, or settings beside it, may name folders of headers."""
    settings = (contents.texts.get(path, "") for path in ("setup.cfg", "pyproject.toml"))
    return bool(_NAMES_FOLDERS.search(script)) or any(map(_INCLUDE_DIRS.search, settings))


def _may_write(script: str) -> bool:
    """Whether a script may write headers: by its words, or in a command of its own that does."""
    if GENERATES.search(script):
        return True
    return _COMMANDS.search(script) is not None and _WRITES.search(script) is not None


def compilable(
    files: CompiledFiles,
    contents: SdistContents,
    installed: Mapping[str, object],
    *,
    complete: bool,
) -> CompiledFiles:
    """The files without those that are perhaps compiled, and include what nothing brings.

    A build leaves these out: psycopg2 took ``adapter_mxdatetime.c`` where it found
    ``<mxDateTime.h>``. Headers in quotes count as brought: a script may write them. `installed`
    and `complete` are as in `missing_headers`.
    """
    shipped = contents.file_names

    def stays(path: str) -> bool:
        names = (name[1:] for name in contents.certain_includes(path) if name.startswith("<"))
        return all(
            _missing(name, shipped, installed, complete=complete) != _NOWHERE for name in names
        )

    return replace(files, perhaps=tuple(filter(stays, files.perhaps)))


def _is_fatal(header: str, why: str, script: str, *, writes: bool) -> bool:
    """Whether a build surely ends without a header: `writes` says that its script may make it."""
    asks = any(word in script for word in ("platform", "os.name", "win", "darwin"))
    if header.lower() in _NOT_OF_DEBIAN and not asks:
        return True
    return not writes if why == _LOST else why not in {_NOWHERE, _BELOW}


def _of_other_python(include: str, python: str) -> str:
    """Why a header in the folder of another Python is not there; "" for all others."""
    older = _OF_PYTHON.match(include[1:])
    differs = older is not None and python and older[1] != python
    return f"which is of Python {older[1]}" if older is not None and differs else ""


def _with_declarations(paths: Collection[str], contents: SdistContents) -> Iterator[str]:
    """Cython sources, and the declaration files that they take with them."""
    for path in paths:
        yield path
        folder, stem = posixpath.split(posixpath.splitext(path)[0])
        words = contents.marks[path].old_cython if path in contents.marks else ()
        for name in (stem, *marked(words, CIMPORT)):
            yield posixpath.join(folder, f"{name}.pxd")


_LOST = "which no package of Debian 13 holds, though it has others of that folder"
_LEFT_BEHIND = "which the sdist does not hold, though it has a folder of that name"
_NO_PARTNER = "which the sdist does not hold, though it has"
_BELOW = "which packages of Debian 13 hold in folders of their own, and setup.py names none"
_NOWHERE = "which no package of Debian holds, nor the sdist"


def _without_its_source(
    include: str, path: str, paths: Collection[str], shipped: Collection[str]
) -> str:
    """Why a header did not come with the source of its name, which is compiled beside a file.

    "" for a header that a package or Cython (``public`` of ``x.pyx``) may bring.
    """
    name = include[1:]
    stem, extension = posixpath.splitext(name)
    plain = include[0] == '"' and "/" not in name and extension in {".h", ".hh", ".hpp"}
    if not plain or name in shipped or f"{stem}.pyx" in shipped or name in compiler_headers():
        return ""
    beside = posixpath.join(posixpath.dirname(path), stem)
    partner = next((p for p in paths if posixpath.splitext(p)[0] == beside), "")
    return f"{_NO_PARTNER} {partner}" if partner and holder_of_header(name) is None else ""


def _is_left_behind(
    include: str, contents: SdistContents, shipped: Collection[str], installed: Mapping[str, object]
) -> bool:
    """Whether a header in quotes is of a folder of the sdist that came without it."""
    name = include[1:]
    folder = name.partition("/")[0]
    if not include.startswith('"') or "/" not in name or posixpath.basename(name) in shipped:
        return False
    of_project = project_of_header(name) is not None or folder in installed
    elsewhere = of_project or is_in_packages(name)
    return not elsewhere and _holds_folder(name, contents) and ".." not in name


def _holds_folder(name: str, contents: SdistContents) -> bool:
    """Whether the sdist has a folder as that of a header."""
    return name.partition("/")[0] in contents.directory_names


def _missing(
    name: str, shipped: Collection[str], installed: Mapping[str, object], *, complete: bool
) -> str:
    """Why a header is not there; "" where it may be."""
    if name in compiler_headers() or comes_along(posixpath.basename(name), shipped):
        return ""
    if name.endswith((".c", ".cc", ".cpp")):  # of a submodule, say, unless something writes it
        stem = posixpath.basename(name).partition(".")[0]
        made = any(
            each.partition(".")[0] == stem and not each.endswith(HEADER_ENDINGS) for each in shipped
        )
        return "" if made else _NOWHERE
    project = project_of_header(name)
    if project is not None:
        absent = complete and project not in installed
        absent = absent and not is_packaged((FileKind.HEADER, name))
        return f"and {project} is no build requirement" if absent else ""
    plain = complete and installed.keys() <= PLAIN_PROJECTS
    return _missing_from_system(name, plain=plain)


_OF_PYTHON = re.compile(r"python([23]\.\d+)m?u?/")
"""The folder of a Python's headers, as Debian names it."""


def _missing_from_system(name: str, *, plain: bool) -> str:
    """`plain`: nothing is installed that brings headers."""
    if not name.endswith(HEADER_ENDINGS) or name.endswith("intrin.h"):
        return ""
    if name.lower() in _NOT_OF_DEBIAN:
        return _NOWHERE
    if not plain or not name.endswith(".h"):
        return ""
    if "/" in name:
        return _LOST if is_lost_header(name) else ""
    if not is_packaged((FileKind.HEADER, name)):
        return _NOWHERE
    return _BELOW if is_nested_header(name) else ""


def _unmet(
    include: str, contents: SdistContents, installed: Mapping[str, object], *, complete: bool
) -> str:
    """Why a header in quotes is not there, of C++ or with a folder; "" where it may be."""
    name = include[1:]
    plain = complete and installed.keys() <= PLAIN_PROJECTS
    if include[0] != '"' or not plain or not name.endswith(HEADER_ENDINGS):
        return ""
    there = comes_along(posixpath.basename(name), contents.file_names)
    return "" if there or _holds_folder(name, contents) or is_from_outside(name) else _NOWHERE
