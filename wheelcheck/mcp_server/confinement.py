"""No file outside the server's folder is read, whatever a file in it names.

A requirement file may name files anywhere (`-r`, `-c`, `--find-links`, `file:` URLs), and so may
locks and Dockerfiles. So it is not each reader that is confined, but the process: CPython tells an
audit hook of every file before it is opened (PEP 578). The interpreter, its packages, the cache and
a folder for temporary files are left open.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

from wheelcheck.errors import UsageError

__all__ = ["confine", "inside"]

_SYSTEM = ("/dev/null/", "/dev/urandom/", "/etc/ssl/", "/etc/pki/", "/usr/share/zoneinfo/")
"""What Python's own modules open: nothing in it is secret. The C library is not asked."""
_NETRC_READER = "netrc"
"""The module of the standard library that may read the user's netrc: no requirement file may."""
_EVENTS = {"open", "os.listdir", "os.scandir"}


def inside(root: Path, name: str) -> Path:
    """A file or folder that a client names, relative to the root.

    Raises `UsageError` for what lies outside, for URLs, and for what is not there.
    """
    if name == "-" or "://" in name or not name.strip() or "\0" in name:
        raise UsageError(f"{name[:60]!r} is no file of the server's folder: name a file in it")
    real = os.path.realpath(root / name)
    if not _within(real, str(root)):
        raise UsageError(f"{name[:60]!r} lies outside the server's folder: name a file in it")
    try:
        there = Path(real).exists()
    except OSError:  # the name is too long
        there = False
    if not there:
        raise UsageError(f"there is no file {name[:60]!r} in the server's folder{_there(root)}")
    return Path(os.path.relpath(root / name, root))


def confine(root: Path, cache: Path | None) -> None:
    """Let this process read nothing outside `root` from now on, but what it needs itself.

    The folder of `tempfile` is left open: give this process one of its own first.
    """
    netrcs = {str(Path.home() / ".netrc"), str(Path.home() / "_netrc"), os.environ.get("NETRC", "")}
    own = Path(__file__).parent.parent
    # not sys.path: with `python -m` its first entry is the folder that the server is started in
    folders = [sys.prefix, sys.base_prefix, sys.exec_prefix, tempfile.gettempdir(), str(own)]
    folders += [*sysconfig.get_paths().values(), site.getusersitepackages()]
    folders += filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    folders += [str(cache)] if cache else []
    open_to_us = (*_prefixes(folders), *_SYSTEM)
    home = str(root)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in _EVENTS or not arguments or not isinstance(arguments[0], str | bytes):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 (no pathlib in a hook)
        if (path + os.sep).startswith(open_to_us):
            return
        if path in netrcs and _is_called_from(_NETRC_READER):
            return
        if not _within(os.path.realpath(path), home):
            raise PermissionError(13, "it lies outside the server's folder", path)

    sys.addaudithook(hook)


def _is_called_from(module: str) -> bool:
    """Whether a function of that module is being executed."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 (there is no other way to know)
    while frame is not None and frame.f_globals.get("__name__") != module:
        frame = frame.f_back
    return frame is not None


def _prefixes(folders: Iterable[str]) -> Iterable[str]:
    for folder in folders:
        for form in {os.path.abspath(folder), os.path.realpath(folder)}:  # noqa: PTH100
            yield form if form.endswith(os.sep) else form + os.sep


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _there(root: Path) -> str:
    names = sorted(
        path.name
        for path in root.iterdir()
        if path.is_file() and path.suffix in {".txt", ".toml", ".lock", ".in", ".cfg"}
    )
    return f"; there are {', '.join(names[:6])}" if names else ""
