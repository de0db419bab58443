"""The readme that a `pyproject.toml` names, and which build backends end with an error without it.

Which do was seen by running them (`findings/missing-readme-fails-all-but-setuptools.sh`, and in the
same way meson-python 0.18.0, scikit-build-core 0.11.6 and uv_build 0.9.7); setuptools warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wheelcheck.requirements.documents import no_complaint, table
from wheelcheck.requirements.projects.project_modules import backend_module

__all__ = ["readmes", "reads_readme"]

_READERS = frozenset(
    ("flit_core", "hatchling", "mesonpy", "pdm", "poetry", "scikit_build_core", "uv_build")
)
"""Backends, by the top module of their hooks."""


def reads_readme(backend: str) -> bool:
    """Whether a backend (``hatchling.build``) ends with an error where the readme lacks."""
    return backend_module(backend) in _READERS


def readmes(tree: Mapping[str, Any]) -> Iterator[str]:
    """The files of ``readme``, which is a name, a table with one, or Poetry's list of names."""
    stated = table(tree, "project", complain=no_complaint).get("readme")
    if stated is None:
        stated = table(tree, "tool", "poetry", complain=no_complaint).get("readme")
    if isinstance(stated, Mapping):
        stated = stated.get("file")
    for name in stated if isinstance(stated, list) else [stated]:
        if isinstance(name, str) and name:
            yield name
