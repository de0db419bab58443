"""The files of a project's folder, as the archive would hold them that is made from it.

What version control, tools and earlier builds leave in such a folder is no part of the project.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from wheelcheck.index.archives.limits import MAX_UNPACKED_BYTES, ArchiveRefused
from wheelcheck.index.archives.tars import TarMember, count_lines
from wheelcheck.index.network.deadlines import check
from wheelcheck.regular_files import read_regular

__all__ = ["folder_members"]

_LEFTOVERS = frozenset(
    ("CVS", "RCS", "__pycache__", "__pypackages__", "htmlcov", "node_modules", "site-packages",
     "target", "venv", "virtualenv")
)  # fmt: skip
"""Folders of tools, wherever they stand; those that begin with a dot are left out as well."""
_BUILT = frozenset({"build", "dist", "wheelhouse"})
"""Folders of earlier builds, where they stand beside the project's own files."""
_ENVIRONMENT = "pyvenv.cfg"
"""The file that makes a folder a virtual environment (PEP 405)."""
_MADE = re.compile(r".*\.(?:py[co]|o|obj|egg-link|(?:cpython-\d+|pypy\d+|abi3)[\w-]*\.so)")


def folder_members(folder: Path, label: str, without: Collection[str] = ()) -> Iterator[TarMember]:
    """Yield the regular files of a project's folder, under a top folder with the name `label`.

    Names right in the folder that are in `without` are left out, with all below them.

    Raises:
        ArchiveRefused: where they are more than is read of any archive.
    """
    total = 0
    for place, folders, names in os.walk(folder):
        check()
        inside = Path(place).relative_to(folder)
        at_top = inside == Path()
        hidden = without if at_top else ()
        folders[:] = sorted(
            name
            for name in folders
            if name not in hidden and not _is_leftover(name, Path(place), at_top=at_top)
        )
        for name in sorted(name for name in names if name not in hidden):
            path = Path(place) / name
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or _MADE.fullmatch(name):
                continue
            total += status.st_size
            if total > MAX_UNPACKED_BYTES:
                raise ArchiveRefused("its folder holds more than any archive that is read")
            yield TarMember(
                f"{label}/{(inside / name).as_posix()}",
                status.st_size,
                partial(read_regular, path, status.st_size),
                partial(_lines, path, status.st_size),
            )


def _lines(path: Path, size: int) -> int:
    return count_lines([read_regular(path, size)])


def _is_leftover(name: str, place: Path, *, at_top: bool) -> bool:
    return (
        name.startswith(".")
        or name in _LEFTOVERS
        or name.endswith(".egg-info")
        or (at_top and name in _BUILT)
        or (place / name / _ENVIRONMENT).exists()
    )
