"""What `setup.py` and `setup.cfg` state plainly of a project's requirements; nothing is run.

Source: setuptools.pypa.io, "Dependencies Management"; lists that are computed are not known.
"""

from __future__ import annotations

import ast
import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field

from wheelcheck.errors import Unknown

__all__ = ["SetupRequirements", "setup_requirements"]

LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class SetupRequirements:
    """``install_requires``, and ``extras_require`` by the names of extras."""

    requires: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def setup_requirements(script: str, configuration: str) -> SetupRequirements | Unknown:
    """Read both files; what one does not state the other may. Code ``local-project`` if neither."""
    stated = _configured(configuration)
    if not script.strip():
        return stated or SetupRequirements()
    call = _call(script)
    if call is None:
        return stated or Unknown("local-project", "what its setup script asks for is not plain")
    keywords = {item.arg: item.value for item in call[0].keywords if item.arg}
    values = {
        name: _literal(keywords[name], call[1]) if name in keywords else ()
        for name in ("install_requires", "extras_require")
    }
    requires = _strings(values["install_requires"])
    if requires is None:
        return stated or Unknown("local-project", "its setup script computes what it asks for")
    extras = values["extras_require"]
    named = {
        str(name): _strings(each) or ()
        for name, each in (extras.items() if isinstance(extras, dict) else ())
    }
    found = SetupRequirements(requires, named)
    return stated if stated is not None and not requires and not named else found


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
    return SetupRequirements(
        _lines(parser.get("options", "install_requires")),
        {name: _lines(each) for name, each in extras.items()},
    )


def _lines(text: str) -> tuple[str, ...]:
    """One requirement a line, or several with ``;`` between: setuptools takes lines alone here."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("file:"))


def _call(script: str) -> tuple[ast.Call, Mapping[str, ast.expr]] | None:
    """The call of setup, and what names are assigned at the top of the script."""
    if len(script) > LARGEST:
        return None
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name == "setup":
                return node, names
    return None


def _literal(node: ast.expr, names: Mapping[str, ast.expr]) -> object:
    if isinstance(node, ast.Name):
        node = names.get(node.id, node)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        return _lines(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None
