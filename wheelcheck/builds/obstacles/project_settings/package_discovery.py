"""Projects of several packages, among which setuptools does not choose.

``app/`` beside ``migrations/``, and a pyproject.toml that names neither: `discovery.py` of
setuptools 61 and later ends with an error (seen with 84.2.1). Any folder counts, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from packaging.version import Version

from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.requirements.documents import no_complaint, table

__all__ = ["undecided_packages"]

_DISCOVERS = Version("61")
_CHOICES = frozenset({"ext-modules", "package-dir", "packages", "py-modules"})
_NO_PACKAGES = frozenset(
    ("ci", "bin", "debian", "doc", "docs", "documentation", "manpages", "news", "newsfragments",
     "changelog", "test", "tests", "unit_test", "unit_tests", "example", "examples", "scripts",
     "tools", "util", "utils", "python", "build", "benchmark", "benchmarks", "exercise",
     "exercises", "htmlcov")
)  # fmt: skip
_NO_MODULES = frozenset(
    ("setup", "conftest", "test", "tests", "example", "examples", "build", "toxfile", "noxfile",
     "pavement", "dodo", "tasks", "fabfile")
)  # fmt: skip
_MODULE = re.compile(r"([A-Za-z]\w*)\.py", re.ASCII)
_SHOWN = 3


def undecided_packages(
    tree: Mapping[str, Any], contents: SdistContents, setuptools: Version | None
) -> str:
    """Say what setuptools finds in vain, or too much of; "" where it packs a project.

    Args:
        tree: the document of pyproject.toml; a project with another description is not judged.
        contents: the project's files, all of them.
        setuptools: the release that builds it; None where that is not known.
    """
    discovers = setuptools is not None and setuptools >= _DISCOVERS
    described = bool(contents.paths & {"setup.py", "setup.cfg"})
    if not discovers or described or "project" not in tree:
        return ""
    settings = table(tree, "tool", "setuptools", complain=no_complaint)
    where = table(settings, "packages", "find", complain=no_complaint).get("where")
    if where == ["src"] and "src" not in contents.directories:
        return "setuptools looks for packages in src, which is not there"
    chosen = set(settings) & _CHOICES or "src" in contents.directories
    return "" if chosen else _among_several(contents)


def _among_several(contents: SdistContents) -> str:
    packages = {each for each in contents.directories if each.isidentifier()} - _NO_PACKAGES
    if len(packages) > 1:
        return f"setuptools finds several packages ({_listed(packages)}), and none is named"
    found = map(_MODULE.fullmatch, contents.paths)
    modules = {each[1] for each in found if each} - _NO_MODULES
    if not packages and len(modules) > 1:
        return f"setuptools finds several modules ({_listed(modules)}), and none is named"
    return ""


def _listed(names: set[str]) -> str:
    shown = sorted(names)[:_SHOWN]
    return ", ".join(shown) + (" …" if len(names) > _SHOWN else "")
