"""`environment.yml`: of conda's environments the section ``pip``, which conda hands to pip.

Source: docs.conda.io, "Creating an environment file manually".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader

__all__ = ["read_conda_environment"]

_PYTHON = re.compile(r"(?:[\w-]+::)?python(?![\w-])\s*(.*)")
_FUZZY = re.compile(r"=?\s*(\d+(?:\.\d+)*)(?:\.\*|\*)?(?:=.*)?")


def read_conda_environment(given: InputDocument) -> None:
    """Add the lines of ``pip``: conda writes them to a requirement file and has pip install it.

    What conda installs is counted as there; its Python bounds the targets.
    """
    listed = given.tree.get("dependencies")
    items = listed if isinstance(listed, list) else []
    conda = [str(item) for item in items if isinstance(item, str)]
    lines = [str(line) for item in items if isinstance(item, Mapping) for line in _pip(item)]
    for text in conda:
        python = _PYTHON.fullmatch(text.strip())
        if python:
            given.bound_python(_specifier(python[1]))
    text = "\n".join(_placed(given.text, lines))
    reader = RequirementFileReader(given.collection, given.opener, given.environ)
    reader.read(given.place, text.encode())
    if conda:
        given.warn(
            f"{len(conda)} packages come from conda: counted as there, not judged"
            + ("" if lines else "; it has no section pip, and so nothing for pip to install")
        )


def _pip(item: Mapping[str, Any]) -> list[Any]:
    lines = item.get("pip")
    return lines if isinstance(lines, list) else []


def _specifier(bounds: str) -> str | None:
    """Conda's bounds of Python as PEP 440 has them: ``=3.11`` is any 3.11."""
    text = bounds.strip()
    if not text:
        return None
    exact = _FUZZY.fullmatch(text)
    return f"=={exact[1]}.*" if exact else text.replace(" ", "")


def _placed(text: str, lines: list[str]) -> Iterator[str]:
    """The lines of a requirement file, each at the line where it is written in the document."""
    waiting = list(lines)
    for written in text.split("\n"):
        if waiting and waiting[0] in written:
            yield waiting.pop(0)
        else:
            yield ""
    yield from waiting
