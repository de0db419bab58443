"""What a script asks the system for: libraries to link with, pkg-config's packages, programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from wheelcheck.builds.needs.scripts.library_questions import (
    built_by,
    compared,
    flags,
    library_values,
    linked,
)
from wheelcheck.builds.needs.scripts.pkg_config_use import PkgConfigUse, listed_packages
from wheelcheck.builds.needs.scripts.program_questions import (
    known_program,
    language,
    program_variable,
    programs_run,
)
from wheelcheck.builds.needs.scripts.script_branches import Certainty, Part
from wheelcheck.builds.needs.scripts.system_question import SystemQuestion, constant, line_of
from wheelcheck.builds.setup_script.script_syntax import walk
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["questions"]

_PROSE = 12
"""More words than a command has."""
_LONGEST = 200
_REQUIREMENTS = re.compile(r"(?i)(\w+_)?(extras|require(s|d|ments?)?)")


def questions(parts: Iterable[Part]) -> Iterator[SystemQuestion]:
    """All that a script asks for: `parts` are its nodes that may run."""
    relevant = [part for part in parts if type(part[0]) in _RELEVANT]
    nodes = [node for node, _ in relevant]
    silent = _linked_texts(nodes) | _switches(nodes)
    built = {name for node in nodes if type(node) in _BUILDING for name in built_by(node)}
    pkg_config = PkgConfigUse.of(nodes)
    demanded = _requirement_lists(nodes)
    for node, certainty in relevant:
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):
            continue
        if isinstance(node, ast.Assign) and not demanded.isdisjoint(_targets(node)):
            continue
        yield from (each for each in _by_type(node, certainty) if not _is_built(each, built))
        if isinstance(node, ast.Dict) or (pkg_config.is_seen and type(node) in _ASKING):
            yield from pkg_config.packages(node, certainty)
        elif isinstance(node, ast.Constant) and id(node) not in silent:
            yield from _known_words(node, certainty, packages=pkg_config.is_seen)


def _linked_texts(nodes: Iterable[ast.AST]) -> set[int]:
    """The nodes, by identity, within values that name libraries to link with."""
    naming = (node for node in nodes if type(node) in _NAMING)
    values = (value for node in naming for value in library_values(node))
    return {id(part) for value in values for part in walk(value)}


def _switches(nodes: Iterable[ast.AST]) -> set[int]:
    """The keys, by identity, that a dictionary turns on or off: ``{"zlib": False}`` asks nobody."""
    return {
        id(key)
        for node in nodes
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(value, ast.Constant) and isinstance(value.value, bool)
    }


def _requirement_lists(nodes: Iterable[ast.AST]) -> set[str]:
    """The names within values that demand Python packages: ``extras_require={"dev": DEV_LIBS}``."""
    values: list[ast.expr] = []
    for node in nodes:
        match node:
            case ast.keyword(arg=str(name), value=value) if _REQUIREMENTS.fullmatch(name):
                values.append(value)
            case ast.Assign(value=value) if any(map(_REQUIREMENTS.fullmatch, _targets(node))):
                values.append(value)
    parts = (part for value in values for part in walk(value))
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _targets(node: ast.Assign) -> Iterator[str]:
    return (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_built(question: SystemQuestion, built: Collection[str]) -> bool:
    """Whether the script itself makes the library that it links with."""
    return question.kind is FileKind.LIB and question.name in built


def _by_type(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    for reader in _BY_TYPE.get(type(node), ()):
        yield from reader(node, certainty)


def _known_words(
    node: ast.AST, certainty: Certainty, *, packages: bool
) -> Iterator[SystemQuestion]:
    """Strings that are names in our tables: programs such as ``pg_config``, and packages.

    Packages only where the script speaks to pkg-config at all.
    """
    text = constant(node)
    if not 0 < len(text.split()) <= _PROSE or len(text) > _LONGEST:
        return
    yield from known_program(text, line_of(node), certainty)
    if packages:
        yield from listed_packages(text, line_of(node), certainty)


_Reader = Callable[[ast.AST, Certainty], Iterator[SystemQuestion]]
_BY_TYPE: Mapping[type[ast.AST], tuple[_Reader, ...]] = {
    ast.arguments: (linked,),
    ast.keyword: (linked, flags, language),
    ast.Assign: (linked, flags, language, program_variable),
    ast.AnnAssign: (linked,),
    ast.AugAssign: (linked, flags),
    ast.Compare: (compared,),
    ast.Dict: (linked, language),
    ast.Call: (linked, flags, programs_run),
    ast.List: (flags,),
    ast.Tuple: (flags,),
    ast.Constant: (language,),
}
_RELEVANT = frozenset({*_BY_TYPE, ast.For, ast.FunctionDef})
_BUILDING = frozenset({ast.Tuple, ast.Call})
"""What `built_by` reads."""
_NAMING = frozenset(
    {ast.arguments, ast.keyword, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Dict, ast.Call}
)
"""What `library_values` reads."""
_ASKING = frozenset({ast.List, ast.Tuple, ast.Call})
"""What `PkgConfigUse.packages` reads beside dictionaries, where a script speaks to pkg-config."""
