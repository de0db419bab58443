"""Is this file a Dockerfile?"""

from __future__ import annotations

import re
from pathlib import PurePath

__all__ = ["is_compose_file", "is_dockerfile"]

_NAME = re.compile(r"(?:dockerfile|containerfile)(?:\..+)?|.+\.(?:dockerfile|containerfile)")
_BEGINNING = re.compile(
    r"(?i:FROM)\s+(?:--\S+\s+)*[\w$./:@{}\[\]-]+(?:\s+(?i:AS)\s+\S+)?$|ARG\s+\w+"
)
_COMPOSE = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml")


def is_compose_file(name: str) -> bool:
    """Whether a file has one of the names that Compose looks for (its reference, "The file")."""
    return _COMPOSE.fullmatch(name) is not None


def is_dockerfile(name: str, text: str) -> bool:
    """By its first instruction, FROM or ARG; by its name where that is something else.

    A requirement file cannot begin so: ``FROM image`` is no requirement.
    """
    for line in text.splitlines():
        content = line.strip()
        if content and not content.startswith("#"):
            return _BEGINNING.match(content) is not None or _named(name)
    return _named(name)


def _named(name: str) -> bool:
    return _NAME.fullmatch(PurePath(name).name.lower()) is not None
