"""Conditions of scripts on what surrounds a build: variables nobody sets, the command's words."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from wheelcheck.builds.setup_script.script_syntax import children, statements
from wheelcheck.truth import joined_by, opposite

__all__ = ["by_environment", "running"]

_SET = frozenset({"HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR",
    "USER"})  # fmt: skip
"""Variables that are there in most builds."""
_COMMAND = "sys.argv[1]"
_COMMANDS = frozenset({"bdist_wheel", "build", "build_clib", "build_ext", "build_py", "develop",
    "dist_info", "editable_wheel", "egg_info", "install", "sdist"})  # fmt: skip
"""What pip, uv and setuptools' hooks run a setup script with, and what may stand for it."""
_READS = {"os.environ.get", "environ.get", "os.getenv", "getenv"}
_ENVIRONMENTS = {"os.environ", "environ"}


def by_environment(tree: ast.Module) -> Mapping[int, bool]:
    """The conditions, by their line, that follow from variables which are not set.

    Also those on the command that a setup script is run with, which builds.
    """
    tests = (
        (node.lineno, _truth(node.test)) for node in statements(tree) if isinstance(node, ast.If)
    )
    return {line: truth for line, truth in tests if truth is not None}


def running(tree: ast.AST, decided: Mapping[int, bool]) -> Iterator[ast.AST]:
    """The nodes of a script without the branches that are not taken.

    Parameters:
        tree: The script.
        decided: Conditions with a known answer, by their line.
    """
    left = [tree]
    while left:
        node = left.pop()
        yield node
        truth = decided.get(node.lineno) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and truth is not None:
            left += reversed([node.test, *(node.body if truth else node.orelse)])
        else:
            left += reversed(children(node))


def _truth(test: ast.expr) -> bool | None:
    """Whether a condition holds, where only what surrounds the build decides."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return opposite(_truth(operand))
        case ast.BoolOp(op=operator, values=values):
            return joined_by(operator, [_truth(value) for value in values])
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(left, operator, right)
        case ast.Call():
            known, value = _read(test)
            return bool(value) if known else None
        case _:
            return None


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
    if isinstance(operator, ast.In | ast.NotIn):
        unset = isinstance(left, ast.Constant) and left.value not in _SET
        if unset and ast.unparse(right) in _ENVIRONMENTS:
            return isinstance(operator, ast.NotIn)
        return None
    if ast.unparse(left) == _COMMAND:
        other = isinstance(right, ast.Constant) and right.value not in _COMMANDS
        return False if other and isinstance(operator, ast.Eq) else None
    known, value = _read(left)
    if not known or not isinstance(right, ast.Constant):
        return None
    if isinstance(operator, ast.Eq | ast.Is):
        return bool(value == right.value)
    return bool(value != right.value) if isinstance(operator, ast.NotEq | ast.IsNot) else None


def _read(node: ast.expr) -> tuple[bool, object]:
    """Whether a variable is read whose default is known, and that default."""
    if not (isinstance(node, ast.Call) and ast.unparse(node.func) in _READS):
        return False, None
    texts = [arg.value if isinstance(arg, ast.Constant) else ... for arg in node.args]
    if node.keywords or ... in texts or not texts or texts[0] in _SET:
        return False, None
    return True, texts[1] if len(texts) > 1 else None
