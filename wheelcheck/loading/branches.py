"""Which branches of Python code run on Linux, and where it raises; nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["RaiseSearch", "last_name", "opens", "raises", "runs_on_linux", "swallows"]

_SWALLOWED = frozenset({
    "ImportError", "ModuleNotFoundError", "OSError", "Exception", "BaseException",
    "EnvironmentError", "IOError", "AttributeError", "LookupError", "RuntimeError",
})  # fmt: skip
_SYSTEMS = frozenset({
    "Windows", "Darwin", "Linux", "Java", "windows", "win32", "darwin", "linux", "linux2", "cygwin",
    "nt", "posix", "Microsoft", "FreeBSD", "freebsd",
})  # fmt: skip
_OPENERS = re.compile(
    r"_*(?:try_|ffi_|safe_)?(?:find_?lib(?:rary)?|load_?(?:shared_|op_|native_)?lib(?:rary)?|c?dll|pydll|dlopen|open_lib(?:rary)?)",
    re.IGNORECASE,
)


def opens(name: str) -> bool:
    """Whether a function of that name opens or finds a library."""
    return _OPENERS.fullmatch(name) is not None


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; "" for other expressions."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@dataclass(slots=True)
class RaiseSearch:
    """Looks for a ``raise`` that follows from what certain functions give.

    That is one under a condition on their result, in a handler around a call of them, or under no
    condition at all; one under a condition on other things is not. `functions` are their names;
    None is all that open or find libraries.
    """

    functions: frozenset[str] | None = None
    results: set[str] = field(default_factory=set)
    """Variables that depend on what they gave."""

    def finds(self, body: Iterable[ast.stmt]) -> bool:
        """Whether there is such a statement; those in functions below do not count."""
        statements = list(body)
        for _ in range(2):  # a loop may use what is assigned further down
            for statement in statements:
                self._note(statement)
        return self._any(statements, follows=True)

    def _any(self, body: Iterable[ast.stmt], *, follows: bool) -> bool:
        return any(self._in(statement, follows=follows) for statement in body)

    def _in(self, node: ast.stmt, *, follows: bool) -> bool:
        if isinstance(node, ast.Raise):
            return follows
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
        if isinstance(node, ast.If):
            return self._in_branches(node, follows=follows)
        if isinstance(node, ast.Try | ast.TryStar):
            calls = any(map(self._concerns, node.body))
            handlers = [child for handler in node.handlers for child in handler.body]
            rest = [*node.body, *node.orelse, *node.finalbody]
            return self._any(handlers, follows=calls) or self._any(rest, follows=follows)
        children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        return self._any(children, follows=follows)

    def _in_branches(self, node: ast.If, *, follows: bool) -> bool:
        runs = runs_on_linux(node.test)
        if runs is not None:
            return self._any(node.body if runs else node.orelse, follows=follows)
        follows = self._concerns(node.test)
        return self._any([*node.body, *node.orelse], follows=follows)

    def _concerns(self, node: ast.AST) -> bool:
        """Whether something calls one of the functions, or looks at what one gave."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute) and last_name(part) in self.results:
                return True
            if isinstance(part, ast.Call) and self._is_wanted(last_name(part.func)):
                return True
            if isinstance(part, ast.Subscript) and self._is_wanted(last_name(part.value)):
                return True
        return False

    def _is_wanted(self, name: str) -> bool:
        return opens(name) if self.functions is None else name in self.functions

    def _note(self, node: ast.stmt) -> None:
        """Add the variables that a statement makes depend on a result."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        blocks = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        if isinstance(node, ast.Try | ast.TryStar):
            blocks += [child for handler in node.handlers for child in handler.body]
        for child in blocks:
            self._note(child)
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.For):
            targets = [node.target]
        value = node.iter if isinstance(node, ast.For) else getattr(node, "value", None)
        if value is not None and targets and self._concerns(value):
            self._add(targets)
        elif isinstance(node, ast.Try | ast.TryStar | ast.For | ast.While) and any(
            map(self._concerns, blocks)
        ):  # what is set once a call has succeeded
            self._add([t for b in blocks if isinstance(b, ast.Assign) for t in b.targets])

    def _add(self, targets: Iterable[ast.expr]) -> None:
        for target in targets:
            parts = (part for part in ast.walk(target) if isinstance(part, ast.expr))
            self.results |= {name for name in map(last_name, parts) if name and name != "self"}


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches what a failing import or library raises, and goes on."""
    caught = (
        {last_name(node) for node in ast.walk(handler.type) if isinstance(node, ast.expr)}
        if handler.type
        else {"Exception"}
    )
    return bool(caught & _SWALLOWED or not handler.type) and not raises(handler.body)


def raises(body: Iterable[ast.stmt]) -> bool:
    """Whether statements raise, or end the program; what functions in them do does not count."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        runs = runs_on_linux(node.test) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and runs is not None:
            waiting += node.body if runs else node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return False


def runs_on_linux(test: ast.expr) -> bool | None:  # noqa: PLR0911 (one for each kind)
    """Whether a condition holds on Linux; None where it is about something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = runs_on_linux(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.BoolOp):
        return _together(test)
    if isinstance(test, ast.Call) and last_name(test.func) == "startswith":
        system = test.func.value if isinstance(test.func, ast.Attribute) else test
        return _matches(system, test.args[:1], str.startswith)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if isinstance(test.left, ast.Name) and test.left.id == "__name__":
            return False  # of a script; an import runs the rest
        operator = test.ops[0]
        if isinstance(operator, ast.Eq | ast.In):
            return _matches(test.left, test.comparators, _equals)
        if isinstance(operator, ast.NotEq | ast.NotIn):
            equal = _matches(test.left, test.comparators, _equals)
            return None if equal is None else not equal
    return None


def _together(test: ast.BoolOp) -> bool | None:
    values = [runs_on_linux(value) for value in test.values]
    decisive = isinstance(test.op, ast.Or)
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def _equals(value: str, word: str) -> bool:
    return value == word


def _matches(system: ast.expr, words: list[ast.expr], compare: object) -> bool | None:
    value = _system_value(system)
    texts = [
        node.value
        for word in words
        for node in ast.walk(word)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    if not value and isinstance(system, ast.Name) and texts and _SYSTEMS.issuperset(texts):
        return any(text.lower() in {"linux", "linux2", "posix"} for text in texts)
    if not value or not texts or not callable(compare):
        return None
    return any(compare(value, text) for text in texts)


def _system_value(node: ast.expr) -> str:
    """What names of the system give on Linux: `sys.platform`, `os.name`, `platform.system()`."""
    text = ast.unparse(node)
    if text.endswith("sys.platform"):
        return "linux"
    if text == "os.name":
        return "posix"
    if text.startswith("platform.system()") or text == "system()":
        return "linux" if text.endswith(".lower()") else "Linux"
    return ""
