"""Options of other compilers that a setup script gives to GCC, and libraries of another Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.setup_script.declaration import ExtensionModule, SetupScript
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table

__all__ = ["other_pythons", "refused_options"]

_SOURCE = "measured: wheelcheck/builds/obstacles/compiler_options.csv"
_PYTHON = re.compile(r"python(\d\.\d+)(d?m?u?)")
_NO_MALLOC_FLAG = 8
"""CPython 3.8 and later have no ``m`` in the name of their library (bugs.python.org/issue36707)."""
_OWN_COMMAND = ("build_ext", "compiler_type", "customize_compiler")
"""Names that scripts use which may choose the options by the compiler."""


def refused_options(script: SetupScript | None, text: str) -> tuple[BuildObstacle, ...]:
    """The first option of an extension module that GCC does not know. Code ``option-refused``.

    Nothing is said of a script, of this `text`, that may choose its options by the compiler.
    """
    if script is None or _may_know_compiler(text):
        return ()
    for module in script.extensions:
        for option in _refused(module):
            if script.surely_builds(module, option):
                name = module.name or "an extension module"
                message = f"{name} is compiled with the option {option}, which GCC refuses"
                return (BuildObstacle("option-refused", message, _SOURCE, fatal=True),)
    return ()


def _may_know_compiler(text: str) -> bool:
    """Whether a script uses a name of its compiler; an import alone is no use."""
    if not any(word in text for word in _OWN_COMMAND):
        return False
    tree = parse(text)
    return isinstance(tree, Unknown) or any(_name_in(n) in _OWN_COMMAND for n in ast.walk(tree))


def _name_in(node: ast.AST) -> object:
    """The name, or the value, that a node of a syntax tree has; None for others, as imports."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=name):
            return name
        case ast.ClassDef(name=name) | ast.Constant(value=name):
            return name
        case _:
            return None


def _refused(module: ExtensionModule) -> Iterator[str]:
    exact, beginnings = _options()
    return (o for o in module.options if o in exact or o.startswith(beginnings))


@cache
def _options() -> tuple[frozenset[str], tuple[str, ...]]:
    """Options that are refused, and beginnings of options with a value."""
    known = {row["option"] for row in read_table("builds/obstacles/compiler_options.csv")}
    beginnings = {option for option in known if option.endswith("*")}
    return frozenset(known - beginnings), tuple(option[:-1] for option in sorted(beginnings))


def other_pythons(script: SetupScript | None, minor: int) -> tuple[BuildObstacle, ...]:
    """The first library of another Python than 3.`minor` that an extension module links with.

    Code ``library-of-other-python``.
    """
    for module in script.extensions if script is not None else ():
        for name in module.libraries:
            match = _PYTHON.fullmatch(name)
            if match is None or script is None or not script.surely_builds(module, name):
                continue
            flagged = "m" in match[2] and minor >= _NO_MALLOC_FLAG
            if flagged or match[1] != f"3.{minor}":
                message = f"{module.name or 'an extension module'} links with -l{name}"
                message += f", and not with the library of Python 3.{minor}"
                return (BuildObstacle("library-of-other-python", message, "setup.py", fatal=True),)
    return ()
