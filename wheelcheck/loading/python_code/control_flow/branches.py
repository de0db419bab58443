"""Which branches of Python code run on Linux, and where it raises; nothing is run."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from wheelcheck.truth import joined_by, opposite

__all__ = [
    "SYSTEMS",
    "caught_names",
    "ends_program",
    "finds",
    "is_linux",
    "last_name",
    "opens",
    "raised_in",
    "raised_instead",
    "raises",
    "runs_on_linux",
    "swallows",
]

_SWALLOWED = frozenset({
    "ImportError", "ModuleNotFoundError", "OSError", "Exception", "BaseException",
    "EnvironmentError", "IOError", "AttributeError", "LookupError", "RuntimeError",
})  # fmt: skip
SYSTEMS = frozenset({
    "Windows", "Darwin", "Linux", "Java", "windows", "win32", "win", "darwin", "linux", "linux2",
    "cygwin", "nt", "posix", "Microsoft", "FreeBSD", "freebsd", "OpenBSD", "NetBSD", "SunOS",
    "sunos5", "macos", "Mac", "mac", "osx", "cli", "msys", "aix", "AIX", "android", "ios",
    "emscripten", "unix",
})  # fmt: skip
"""The names of systems that Python code knows, Linux among them."""
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_KNOWN_FLAGS = {"TYPE_CHECKING": False, "PY2": False, "IS_PY2": False, "PY3": True, "IS_PY3": True}
_ORDERS: Mapping[type[ast.cmpop], Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_FLAG = re.compile(
    r"""(?ix) _* (?:
      (?:is|on|running|platform|os) _* (?:is_|on_)? (?:
        (?P<other> win(?:dows|32|64)? | nt | mac(?:_?os)?(?:_?x)? | os_?x | darwin | cygwin | msys
          | \w*bsd | android | ios | emscripten | pyodide | wasm | wasi)
        | (?P<ours> linux | posix | unix))
      | (?P<other_2> windows | win32 | darwin | mac_?os | os_?x | cygwin)
      | (?P<ours_2> linux | posix) ) (?:_?(?:platform|os))? _*"""
)
"""Variables and functions that say whether this is a system: ``IS_WINDOWS``, ``is_linux()``."""
_OPENERS = re.compile(
    r"_*(?:try_|ffi_|safe_)?(?:find_?lib(?:rary)?|load_?(?:[a-z]+_)?(?:lib(?:rary)?|dll)"
    r"|c?dll|pydll|dlopen|open_lib(?:rary)?)",
    re.IGNORECASE,
)


_FINDERS = re.compile(r"_*find_?lib(?:rary)?", re.IGNORECASE)


def finds(name: str) -> bool:
    """Whether a function of that name looks for a library, and gives None where there is none."""
    return _FINDERS.fullmatch(name) is not None


def opens(name: str) -> bool:
    """Whether a function of that name opens or finds a library."""
    return _OPENERS.fullmatch(name) is not None


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; "" for other expressions."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def swallows(handler: ast.ExceptHandler, instead: Iterable[str] = ()) -> bool:
    """Whether a handler catches what a failing import or library raises, and goes on.

    Parameters:
        handler: The handler.
        instead: The exceptions that the code around it raises in place of such a failure.
    """
    if not handler.type:
        return not raises(handler.body)
    caught = caught_names(handler.type) & (_SWALLOWED | set(instead))
    return bool(caught) and not raises(handler.body)


def raised_instead(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names of the exceptions that handlers inside some statements raise."""
    for statement in body:
        for part in ast.walk(statement):
            if isinstance(part, ast.ExceptHandler):
                yield from raised_in(part.body)


def raised_in(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names of the exceptions that statements raise."""
    for statement in body:
        for part in ast.walk(statement):
            if isinstance(part, ast.Raise) and part.exc is not None:
                yield last_name(part.exc.func if isinstance(part.exc, ast.Call) else part.exc)


def caught_names(caught: ast.expr | None) -> frozenset[str]:
    """The names of the exceptions that a handler catches."""
    parts = ast.walk(caught) if caught else ()
    return frozenset(
        last_name(part) for part in parts if isinstance(part, ast.Name | ast.Attribute)
    )


def raises(body: Iterable[ast.stmt]) -> bool:
    """Whether statements raise, or end the program; what functions in them do does not count."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise) or ends_program(node):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        runs = runs_on_linux(node.test) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and runs is not None:
            waiting += node.body if runs else node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return False


def ends_program(node: ast.AST) -> bool:
    """Whether a statement ends the program: ``sys.exit(1)``."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in _EXITS


def runs_on_linux(test: ast.expr) -> bool | None:
    """Whether a condition holds on Linux and Python 3; None where it is about something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return opposite(runs_on_linux(test.operand))
    if isinstance(test, ast.BoolOp):
        return joined_by(test.op, [runs_on_linux(value) for value in test.values])
    if isinstance(test, ast.Name | ast.Attribute):
        name = last_name(test)
        return _KNOWN_FLAGS[name] if name in _KNOWN_FLAGS else _flag(name)
    if isinstance(test, ast.Call):
        return _called(test)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test)
    return None


def _called(test: ast.Call) -> bool | None:
    """Whether a call holds on Linux: ``is_linux()``, ``sys.platform.startswith("linux")``."""
    name = last_name(test.func)
    if not test.args and _flag(name) is not None:
        return _flag(name)
    if name == "startswith":
        system = test.func.value if isinstance(test.func, ast.Attribute) else test
        return _matches(system, test.args[:1], str.startswith)
    return None


def _compared(test: ast.Compare) -> bool | None:
    """Whether a comparison holds on Linux; None where it is about something else."""
    system, words, order = test.left, test.comparators, test.ops[0]
    if isinstance(system, ast.Name) and system.id == "__name__":
        return False  # of a script; an import runs the rest
    if "version_info" in ast.unparse(system):
        return _of_python_3(system, words[0], order)
    if isinstance(system, ast.Constant) and isinstance(order, ast.Eq | ast.NotEq):
        system, words = words[0], [system]  # "Windows" == platform.system()
    equal = _matches(system, words, _equals)
    if isinstance(order, ast.Eq | ast.In):
        return equal
    if isinstance(order, ast.NotEq | ast.NotIn):
        return None if equal is None else not equal
    return None


def _of_python_3(version: ast.expr, other: ast.expr, order: ast.cmpop) -> bool | None:
    """Whether a comparison of ``sys.version_info`` holds on every Python 3; None if on some."""
    is_major = ast.unparse(version).endswith(("[0]", ".major"))
    parts = other.elts if isinstance(other, ast.Tuple) else [other]
    values = [part.value for part in parts if isinstance(part, ast.Constant)]
    numbers = tuple(value for value in values if isinstance(value, int))
    compare = _ORDERS.get(type(order))
    if compare is None or not numbers or len(numbers) < len(parts) or numbers > (3, 0):
        return None  # of a minor version of Python 3, or of something else
    return compare((3,) if is_major else (3, 6), numbers)


def is_linux(system: str) -> bool:
    """Whether a name of a system means Linux."""
    return system.lower() in {"linux", "linux2", "posix", "unix"}


def _flag(name: str) -> bool | None:
    match = _FLAG.fullmatch(name)
    return None if match is None else bool(match["ours"] or match["ours_2"])


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
    if not value and texts and SYSTEMS.issuperset(texts):
        return any(map(is_linux, texts))
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
