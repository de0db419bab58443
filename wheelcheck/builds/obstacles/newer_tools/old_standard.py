"""Extension modules that ask for an older C++ than the headers of a library need."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.tables import read_table

__all__ = ["old_standard"]

_TABLE = "builds/obstacles/cxx_standards.csv"
_STATED = re.compile(r"-std=(?:c|gnu)\+\+(\w+)")
_ASKS = ("platform", "os.name", "darwin", "win32", "compiler_type")
_YEARS = {"98": 98, "03": 103, "0x": 111, "11": 111, "1y": 114, "14": 114, "1z": 117, "17": 117}
"""The years of standards from 1900 on."""


def old_standard(
    compiled: Collection[str], contents: SdistContents, distribution: str
) -> tuple[BuildObstacle, ...]:
    """The first header that needs a later C++ than `setup.py` asks for; code ``cxx-too-old``.

    `compiled` are the files that are compiled for certain. The table is of Debian 13: for another
    `distribution` nothing is said, nor where the script chooses between standards. A warning where
    the script asks on which system it is: it may ask for the standard elsewhere.
    """
    script = contents.texts.get("setup.py", "")
    stated = set(_STATED.findall(script))
    if distribution != "Debian 13" or len(stated) != 1:
        return ()
    word = stated.pop()
    for path in compiled if word in _YEARS else ():
        marks = contents.marks.get(path)
        if marks is None or language_of(path) is not Language.CPP:
            continue
        for include in marks.certain_includes:
            least = _least().get(include[1:])
            if least is None or _YEARS[least] <= _YEARS[word]:
                continue
            if not _is_own(include[1:], contents):
                message = f"{path} includes {include[1:]}, which needs C++{least} on Debian 13, "
                message += f"and setup.py asks for C++{word}"
                source = f"measured: wheelcheck/{_TABLE}"
                fatal = not any(word in script for word in _ASKS)
                return (BuildObstacle("cxx-too-old", message, source, fatal=fatal),)
    return ()


def _is_own(header: str, contents: SdistContents) -> bool:
    return any(f"/{shipped}".endswith(f"/{header}") for shipped in contents.sizes)


@cache
def _least() -> Mapping[str, str]:
    return {row["header"]: row["standard"] for row in read_table(_TABLE)}
