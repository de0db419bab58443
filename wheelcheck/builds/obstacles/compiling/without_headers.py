"""Sdists of C sources that came without their headers: ``MANIFEST.in`` forgets these."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from wheelcheck.builds.obstacles.compiling.brought_headers import is_nowhere
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.source_files import HEADER_ENDINGS

__all__ = ["without_headers"]

_GETS = re.compile(
    r"(?i)urlretrieve|urlopen|download\(|requests\.|\bgit\b|tarfile|zipfile|unpack_|copytree|copyfile"
    r"|shutil\.(?:copy|move)|configure|\bc?make\b|subprocess|os\.system|generate|\.\./|pardir"
)
"""Words of scripts that may get sources, or make them, from elsewhere."""
_SEVERAL = 3


def without_headers(
    paths: Collection[str],
    contents: SdistContents,
    script: str,
) -> tuple[BuildObstacle, ...]:
    """Several sources that are perhaps compiled include headers, and the sdist holds none at all.

    Code ``header-missing``, a warning. A script may write headers that it names: it writes no
    others, where it gets or makes no files.
    """
    shipped = contents.file_names
    if _GETS.search(script) or any(name.endswith(HEADER_ENDINGS) for name in shipped):
        return ()
    found: dict[str, str] = {}
    for path in paths:
        for include in contents.certain_includes(path):
            name = include[1:]
            looked_for = include[0] == '"' and name.endswith(HEADER_ENDINGS)
            if looked_for and posixpath.basename(name) not in script and is_nowhere(name, shipped):
                found.setdefault(path, name)
    if len(found) < _SEVERAL:
        return ()
    path, name = next(iter(found.items()))
    message = f"the sdist holds no header, and {len(found)} of its sources include some that no "
    message += f"package of Debian holds: {path} includes {name}"
    return (BuildObstacle("header-missing", message, path),)
