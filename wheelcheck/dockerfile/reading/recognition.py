"""Is this file a Dockerfile?"""

from __future__ import annotations

import re
from pathlib import PurePath

__all__ = ["is_dockerfile"]

_NAME = re.compile(r"(?:dockerfile|containerfile)(?:\..+)?|.+\.(?:dockerfile|containerfile)")
_BEGINNING = re.compile(
    r"(?i:FROM)\s+(?:--\S+\s+)*[\w$./:@{}\[\]-]+(?:\s+(?i:AS)\s+\S+)?$|ARG\s+\w+"
)


def is_dockerfile(name: str, text: str) -> bool:
    """Told by its first instruction, FROM or ARG; by its name where that is something else.

    A requirement file cannot begin so: ``FROM image`` is no requirement.
    """
    for line in text.splitlines():
        told = line.strip()
        if told and not told.startswith("#"):
            return _BEGINNING.match(told) is not None or _named(name)
    return _named(name)


def _named(name: str) -> bool:
    return _NAME.fullmatch(PurePath(name).name.lower()) is not None
