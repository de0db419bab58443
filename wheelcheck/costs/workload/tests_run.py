"""Setup scripts whose build runs programs of the sdist: test suites, benchmarks, training."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from wheelcheck.builds.needs.scripts.system_question import called, constant
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.errors import Unknown

__all__ = ["runs_tests"]

_MAY = re.compile(r"[\"' ]check\b|\b(?:ctest|pytest|unittest|tox|nox)\b|test|bench|pgo|train")
"""What is in every text that runs such programs, and in few others."""
_STARTS = frozenset(
    {"call", "check_call", "check_output", "Popen", "run", "run_path", "spawn", "system"}
)
_CLASSES = frozenset({"build_ext", "build_py", "build", "_build_ext", "_build_py", "_build"})
"""Commands by which a command calls its base's ``run``."""
_COMMAND = re.compile(r"build(?:_ext|_py|_clib)?|bdist_wheel|(?:Cython)?[Bb]uild_?(?:[Ee]xt)\w*")
"""The commands that a build runs; test commands are others, and run when somebody wants them."""
_PROGRAM = re.compile(
    r"(?:.*[/_-])?(?:tests?|bench(?:es|marks?)?|pgo|train(?:ing)?)(?:[_-]\w+)?\.(?:py|sh)"
)
"""A program by its file, such as ``scripts/cpp_tests.py``."""
_RUNNERS = frozenset({"ctest", "pytest", "py.test", "unittest"})
_MAKES = re.compile(r"(?:.*&& *)?(?:(?:g?make|ninja) (?:.* )?(?:test|check|bench\w*)|ctest .*)")


def runs_tests(script: str) -> bool:
    """Whether a command of a build in `script` starts tests, benchmarks or profile training.

    They run as long as their author pleases, and no source says how long. Only what is reached
    from the commands of a build counts (a script of 2026 builds for 20 s, and tests for minutes).
    """
    if not _MAY.search(script):
        return False
    tree = parse(script)
    if isinstance(tree, Unknown):
        return False
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(map(_is_command, node.bases)):
            reached = [node, *_called(node, functions)]
            if any(map(_starts, reached)) and any(map(_names_program, reached)):
                return True
    return False


def _is_command(base: ast.expr) -> bool:
    return _COMMAND.fullmatch(_last(base)) is not None


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _called(start: ast.AST, functions: dict[str, ast.FunctionDef]) -> Iterator[ast.FunctionDef]:
    """The functions of the script that `start` calls, and those that these call."""
    left, seen = [start], set[str]()
    while left:
        for name in map(called, walk(left.pop())):
            if name in functions and name not in seen:
                seen.add(name)
                left.append(functions[name])
                yield functions[name]


def _starts(node: ast.AST) -> bool:
    """Whether it calls a function that starts a program; a command's own ``run`` is none."""
    return any(
        isinstance(each, ast.Call) and called(each) in _STARTS and not _is_of_command(each.func)
        for each in walk(node)
    )


def _is_of_command(function: ast.expr) -> bool:
    """Whether it is a method of what a call gives (``super().run``) or of a command's class."""
    if not isinstance(function, ast.Attribute):
        return False
    return isinstance(function.value, ast.Call) or _last(function.value) in _CLASSES


def _names_program(node: ast.AST) -> bool:
    """Whether a string in it is such a program, or a list of strings a command that runs some."""
    for each in walk(node):
        if isinstance(each, ast.List | ast.Tuple):
            words = [word for word in map(constant, each.elts) if word]
            if not _RUNNERS.isdisjoint(words) or _MAKES.fullmatch(" ".join(words)):
                return True
        word = constant(each)
        if _PROGRAM.fullmatch(word) or _MAKES.fullmatch(word):
            return True
    return False
