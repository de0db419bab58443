"""Sources that CPython without the GIL does not compile: the limited API."""

from __future__ import annotations

import re
from collections.abc import Collection

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.mark_kinds import LIMITED

__all__ = ["limited_api"]

_REFUSE = range(13, 15)
"""The CPython 3.x whose Python.h ends in an error; 3.15 has a stable ABI without the GIL."""
_SOURCE = "Include/Python.h of CPython 3.13.0 and 3.14.10"
_MACRO = re.compile(r"[\"']Py_LIMITED_API[\"']|-DPy_LIMITED_API")


def limited_api(
    certain: Collection[str], contents: SdistContents, minor: int
) -> tuple[BuildObstacle, ...]:
    """The first request for the limited API, which CPython 3.`minor` without the GIL lacks.

    Code ``limited-api-refused``. Fatal where a source that is compiled for certain defines
    ``Py_LIMITED_API``; a script that does may first ask whether there is a GIL, and nothing is said
    where it names ``Py_GIL_DISABLED``.
    """
    if minor not in _REFUSE:
        return ()
    lacks = f"which CPython 3.{minor} without the GIL has not"
    for path in certain:
        marks = contents.marks.get(path)
        if marks is not None and LIMITED in marks.refused:
            message = f"{path} asks for the limited API, {lacks}"
            return (BuildObstacle("limited-api-refused", message, _SOURCE, fatal=True),)
    script = contents.texts.get("setup.py", "")
    if certain and _MACRO.search(script) and "GIL" not in script:
        message = f"setup.py asks for the limited API, {lacks}"
        return (BuildObstacle("limited-api-refused", message, _SOURCE),)
    return ()
