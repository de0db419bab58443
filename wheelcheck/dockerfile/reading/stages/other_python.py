"""Which Python uv and virtual environments install for, where it is not the image's own.

uv takes ``--python``, UV_PYTHON, a `.python-version`, then the project's ``requires-python``, and
fetches a Python that fits where the image's does not (docs.astral.sh/uv/concepts/python-versions).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelcheck.dockerfile.reading.stages.stage_state import StageState
from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.documents import parse_toml
from wheelcheck.targets.target import Target

__all__ = ["project_folders", "python_of", "python_of_uv"]

_PYTHON = re.compile(r"(?:.*/)?(?:(?:python|cpython)[-@]?|==)?(3)\.?(\d{1,2})(?:\.\d+)?(?:[-+].*)?")
_NEVER = {"never", "manual"}


def python_of(text: str) -> tuple[int, int] | None:
    """``3.12``, ``python3.12``, ``/usr/bin/python3.12``, ``3.12.8`` → (3, 12); None for others."""
    match = _PYTHON.fullmatch(text.strip())
    return (int(match[1]), int(match[2])) if match else None


def python_of_uv(
    stage: StageState, arguments: Sequence[str], variables: Mapping[str, str | None], workdir: str
) -> tuple[int, int] | None:
    """The Python of an environment that uv makes for a project; None for the image's own."""
    target = stage.target
    if not isinstance(target, Target):
        return None
    for text in (*_given(arguments), variables.get("UV_PYTHON") or ""):
        if text:
            return python_of(text)
    if (variables.get("UV_PROJECT_ENVIRONMENT") or "") in {"/usr/local", "/usr"}:
        return None
    for folder in project_folders(workdir):
        pinned = stage.text_of(posixpath.join(folder, ".python-version"))
        if pinned is not None:
            return python_of(pinned.partition("\n")[0])
    if (variables.get("UV_PYTHON_DOWNLOADS") or "") in _NEVER:
        return None
    return _required(stage, target, workdir)


def project_folders(workdir: str) -> Iterator[str]:
    """A folder and those above it, in which uv, Poetry and PDM look for the project."""
    here = workdir
    while True:
        yield here
        if here in {"", "/"}:
            return
        here = posixpath.dirname(here)


def _given(arguments: Sequence[str]) -> Iterator[str]:
    for position, word in enumerate(arguments):
        option, equals, value = word.partition("=")
        if option in {"-p", "--python"}:
            yield value if equals else "".join(arguments[position + 1 : position + 2])


def _required(stage: StageState, target: Target, workdir: str) -> tuple[int, int] | None:
    """The newest Python that a project allows, where the image's is none of them."""
    for folder in project_folders(workdir):
        text = stage.text_of(posixpath.join(folder, "pyproject.toml"))
        if text is None:
            continue
        try:
            bounds = SpecifierSet(
                str(parse_toml("pyproject.toml", text)["project"]["requires-python"])
            )
        except (RequirementsError, KeyError, TypeError, InvalidSpecifier):
            return None
        if bounds.contains(target.python_full_version, prereleases=True):
            return None
        for minor in range(30, 6, -1):
            fits = bounds.contains(f"3.{minor}.99") or bounds.contains(f"3.{minor}.0")
            if fits and stage.with_other_python((3, minor)) is not None:
                return 3, minor
        return None
    return None
