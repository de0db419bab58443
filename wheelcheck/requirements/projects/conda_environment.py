"""`environment.yml`: of conda's environments the section ``pip``, which conda hands to pip.

Source: docs.conda.io, "Creating an environment file manually".
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader

__all__ = ["CondaEnvironment", "conda_environment", "read_conda_environment"]

_PYTHON = re.compile(r"(?:[\w-]+::)?python(?![\w-])\s*(.*)")
_FUZZY = re.compile(r"=?\s*(\d+(?:\.\d+)*)(?:\.\*|\*)?(?:=.*)?")


class CondaEnvironment(NamedTuple):
    """What an environment lists: `packages` that conda installs, `lines` that it hands to pip."""

    packages: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def pythons(self) -> list[str]:
        """The bounds of its Python, as PEP 440 has them."""
        found = filter(None, (_PYTHON.fullmatch(text.strip()) for text in self.packages))
        return [bounds for match in found if (bounds := _specifier(match[1]))]


def conda_environment(tree: Mapping[str, Any]) -> CondaEnvironment:
    """What the document of an environment lists."""
    listed = tree.get("dependencies")
    items = listed if isinstance(listed, list) else []
    return CondaEnvironment(
        tuple(item for item in items if isinstance(item, str)),
        tuple(line for item in items if isinstance(item, Mapping) for line in _pip(item)),
    )


def read_conda_environment(given: InputDocument) -> None:
    """Add the lines of ``pip``: conda writes them to a requirement file and has pip install it.

    What conda installs is counted as there; its Python bounds the targets.
    """
    packages, lines = environment = conda_environment(given.tree)
    for bounds in environment.pythons:
        given.bound_python(bounds)
    text = "\n".join(_placed(given.text, lines))
    reader = RequirementFileReader(given.collection, given.opener, given.environ)
    reader.read(given.place, text.encode())
    if packages:
        given.warn(
            f"{len(packages)} packages come from conda: counted as there, not judged"
            + ("" if lines else "; it has no section pip, and so nothing for pip to install")
        )


def _pip(item: Mapping[str, Any]) -> list[str]:
    """The lines for pip; what is no text is cut short, as YAML may name it again and again."""
    lines = item.get("pip")
    listed = lines if isinstance(lines, list) else []
    return [line if isinstance(line, str) else reprlib.repr(line) for line in listed]


def _specifier(bounds: str) -> str | None:
    """Conda's bounds of Python as PEP 440 has them: ``=3.11`` is any 3.11."""
    text = bounds.strip()
    if not text:
        return None
    exact = _FUZZY.fullmatch(text)
    return f"=={exact[1]}.*" if exact else text.replace(" ", "")


def _placed(text: str, lines: Iterable[str]) -> Iterator[str]:
    """The lines of a requirement file, each at the line where it is written in the document."""
    waiting = list(lines)
    for written in text.split("\n"):
        if waiting and waiting[0] in written:
            yield waiting.pop(0)
        else:
            yield ""
    yield from waiting
