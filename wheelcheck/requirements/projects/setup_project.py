"""What `setup.py` and `setup.cfg` state plainly of a project's requirements; nothing is run.

Source: setuptools.pypa.io, "Dependencies Management"; lists that are computed are not known.
"""

from __future__ import annotations

import ast
import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field

from wheelcheck.errors import Unknown
from wheelcheck.requirements.projects.setup_values import SetupValues

__all__ = ["SetupRequirements", "setup_keyword", "setup_requirements"]

LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class SetupRequirements:
    """``install_requires``, and ``extras_require`` by the names of extras.

    `files` are requirement files whose lines are ``install_requires``; `python` is
    ``python_requires``, "" where it is not stated.
    """

    requires: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    python: str = ""


def setup_requirements(script: str, configuration: str) -> SetupRequirements | Unknown:
    """Read both files; what one does not state the other may. Code ``local-project`` if neither."""
    stated = _configured(configuration)
    if not script.strip():
        return stated or SetupRequirements()
    call = _call(script)
    if call is None:
        return stated or Unknown("local-project", "what its setup script requires is not plain")
    values, keywords = call
    if "install_requires" not in keywords and stated is not None:
        return stated
    found = _setup_arguments(values, keywords)
    why = "its setup script computes its requirements"
    return found or stated or Unknown("local-project", why)


def _setup_arguments(
    values: SetupValues, keywords: Mapping[str, ast.expr]
) -> SetupRequirements | None:
    """What a script hands to setup; None where it computes that."""
    node = keywords.get("install_requires")
    requires = () if node is None else values.strings(node)
    files = values.files(node) if node is not None and requires is None else ()
    if requires is None and not files:
        return None
    python = values.strings(keywords["python_requires"]) if "python_requires" in keywords else ()
    return SetupRequirements(
        _lines(requires or ()),
        {name: _lines(texts) for name, texts in values.table(keywords.get("extras_require"))},
        files,
        ",".join(python or ()),
    )


def setup_keyword(script: str, keyword: str) -> str:
    """The one string that a script hands to setup under a keyword; "" where it is not plain."""
    found = _call(script)
    node = found[1].get(keyword) if found is not None else None
    stated = found[0].strings(node) if found is not None and node is not None else None
    return stated[0] if stated is not None and len(stated) == 1 else ""


def _configured(text: str) -> SetupRequirements | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if not parser.has_option("options", "install_requires"):
        return None
    section = "options.extras_require"
    extras = dict(parser.items(section)) if parser.has_section(section) else {}
    listed = parser.get("options", "install_requires")
    return SetupRequirements(
        _lines((listed,)),
        {name: _lines((each,)) for name, each in extras.items()},
        _files(listed),
        parser.get("options", "python_requires", fallback="").strip(),
    )


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    """One requirement a line: setuptools splits each string at its line breaks."""
    lines = (line.partition(" #")[0].strip() for text in texts for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith(("file:", "#")))


def _files(text: str) -> tuple[str, ...]:
    """The requirement files of ``file: a.txt, b.txt``."""
    lines = (line.strip() for line in text.splitlines())
    listed = (line.removeprefix("file:") for line in lines if line.startswith("file:"))
    return tuple(name.strip() for names in listed for name in names.split(",") if name.strip())


def _call(script: str) -> tuple[SetupValues, Mapping[str, ast.expr]] | None:
    """What the names of a script mean, and the keywords of its call of setup."""
    if len(script) > LARGEST:
        return None
    try:
        tree = ast.parse(script)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
                if name == "setup":
                    values = SetupValues(tree)
                    return values, values.keywords(node)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None
