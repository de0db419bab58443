"""Which libraries Python code opens by name, found in its syntax tree; nothing is run.

`ctypes.util.find_library("pq")`, `CDLL("libpulse.so.0")`, `ffi.dlopen("libvips.so.42")` and the
helpers that projects write around them (named alike) are looked for, also where the names stand in
a variable, a tuple or a loop. Branches for other systems (``sys.platform == "win32"``) are left
out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

__all__ = ["ModuleFacts", "OpenedLibrary", "may_open", "read_module"]

_MENTIONS = re.compile(r"find_?lib|CDLL|PyDLL|dlopen|LoadLibrary|load_?lib", re.IGNORECASE)
_OPENERS = re.compile(
    r"_*(?:try_|ffi_|safe_)?(?:find_?lib(?:rary)?|load_?(?:shared_)?lib(?:rary)?|c?dll|pydll|dlopen|open_lib(?:rary)?)",
    re.IGNORECASE,
)
_FINDERS = re.compile(r"_*find_?lib(?:rary)?", re.IGNORECASE)
_FOREIGN = re.compile(
    r"(?i).*(?:\.dll|\.dylib|\.framework|\.tbd|\.pyd|\.drv|\.js)\b|/|.*\\|kernel32|user32|msvcr|win|cyg|api-ms"
)
_EXACT = re.compile(r"[\w.+-]+\.so(?:\.[\w.]+)?")
_STEM = re.compile(r"[A-Za-z_][\w.+-]{1,60}\*?")
_ALWAYS = frozenset({"c", "m", "dl", "pthread", "rt", "util", "libc", "None", "resolv"})
"""Parts of the C library, there on every system."""
_SWALLOWED = frozenset({
    "ImportError", "ModuleNotFoundError", "OSError", "Exception", "BaseException",
    "EnvironmentError", "IOError", "AttributeError", "LookupError", "RuntimeError",
})  # fmt: skip
_SYSTEMS = frozenset({
    "Windows", "Darwin", "Linux", "Java", "windows", "win32", "darwin", "linux", "linux2", "cygwin",
    "nt", "posix", "Microsoft", "FreeBSD", "freebsd",
})  # fmt: skip
_MAX_NAMES = 64
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class OpenedLibrary:
    """A library that a module opens; one of `names` is enough.

    A name is a file (``libpulse.so.0``) or, without ``.so``, what `find_library` is given; a name
    that ends in ``*`` goes on in a way that the code does not tell. `scope` is the function it
    is in, "" at the top of the module. `finds` says that it is only looked for, `guarded` that
    a failure is caught.
    """

    names: tuple[str, ...]
    scope: str
    finds: bool = False
    guarded: bool = False
    none_opens: bool = False
    """What is opened is the result of `find_library`: ``CDLL(None)`` opens the program itself."""

    @property
    def files(self) -> tuple[str, ...]:
        """The file names among them."""
        return tuple(name for name in self.names if _EXACT.fullmatch(name))

    @property
    def stems(self) -> tuple[str, ...]:
        """The names for `find_library` among them."""
        return tuple(name for name in self.names if not _EXACT.fullmatch(name))


@dataclass
class ModuleFacts:
    """What a module does when it is imported, as far as loading is concerned.

    By scope (a function, ``Class.method``, or "" for the top): the modules it imports, those whose
    failure it catches, the names that it calls, and its statements.
    """

    opened: list[OpenedLibrary] = field(default_factory=list)
    imports: dict[str, list[str]] = field(default_factory=dict)
    attempts: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=dict)
    bodies: dict[str, list[ast.stmt]] = field(default_factory=dict)
    pending: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Functions that were not looked into: most are never called by an import."""

    def settle(self, scope: str) -> None:
        """Look into a function, if nobody has."""
        look = self.pending.pop(scope, None)
        if look is not None:
            look()

    def raises(self, scope: str) -> bool:
        """Whether a scope raises."""
        if scope not in self._raising:
            self._raising[scope] = _raises(self.bodies.get(scope, ()))
        return self._raising[scope]

    @cached_property
    def _raising(self) -> dict[str, bool]:
        return {}

    @cached_property
    def functions(self) -> dict[str, list[str]]:
        """The scopes that a call by a name may run: functions, methods, and a class's start."""
        found: dict[str, list[str]] = {}
        for scope in self.calls:
            owner, _, name = scope.rpartition(".")
            found.setdefault(name, []).append(scope)
            if name == "__init__":
                found.setdefault(owner.rpartition(".")[2], []).append(scope)
        return found


def may_open(text: str) -> bool:
    """Whether a Python file mentions what opens libraries: the others need no syntax tree."""
    return _MENTIONS.search(text) is not None


def read_module(text: str, package: str, *, is_package: bool) -> ModuleFacts:
    """What a module opens, imports and calls; nothing where it is no Python that we can read.

    Parameters:
        text: Its source.
        package: The dotted name of the module.
        is_package: Whether it is the `__init__` of a package.
    """
    facts = ModuleFacts()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return facts
    base = package if is_package else package.rpartition(".")[0]
    reader = _LibraryReader(facts, base, opens=may_open(text))
    reader.statements(tree.body, "", guarded=False, depth=0)
    reader.add_file_names()
    return facts


class _LibraryReader:
    def __init__(self, facts: ModuleFacts, base: str, *, opens: bool) -> None:
        self.opens = opens
        self.facts = facts
        self.base = base
        self.strings: dict[str, tuple[str, ...]] = {}
        self.files: dict[str, None] = {}
        self.searched: set[str] = set()
        """The variables that hold what `find_library` gave."""
        self.demanded: set[str] = set()
        """Those of them without which the code raises."""
        self.tested: list[set[str]] = []
        """The variables that the conditions around a statement look at."""

    def statements(self, body: list[ast.stmt], scope: str, *, guarded: bool, depth: int) -> None:
        self.facts.calls.setdefault(scope, set())
        self.facts.bodies[scope] = body
        for statement in body:
            self._statement(statement, scope, guarded=guarded, depth=depth)

    def _statement(self, node: ast.stmt, scope: str, *, guarded: bool, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._function(node, scope, depth)
        elif isinstance(node, ast.ClassDef):
            self._class(node, scope, guarded=guarded, depth=depth)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found_modules = self.facts.attempts if guarded else self.facts.imports
            found_modules.setdefault(scope, []).extend(self._imported(node))
        elif isinstance(node, ast.If):
            self._branches(node, scope, guarded=guarded, depth=depth)
        elif isinstance(node, ast.Try | ast.TryStar):
            self._try(node, scope, guarded=guarded, depth=depth)
        else:
            self._note_strings(node)
            self._expressions(node, scope, guarded=guarded)
            for name in ("body", "orelse"):
                for child in getattr(node, name, ()) or ():
                    self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def add_file_names(self) -> None:
        """Names of files that stand elsewhere in the module belong to the library of their stem."""
        for place, opened in enumerate(self.facts.opened):
            stems = {_stem(name) for name in opened.names}
            more = [name for name in self.files if _stem(name) in stems]
            names = tuple(dict.fromkeys([*opened.names, *more]))
            self.facts.opened[place] = replace(opened, names=names)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: str, depth: int
    ) -> None:
        inner = f"{scope}.{node.name}" if scope else node.name
        look = partial(self.statements, node.body, inner, guarded=False, depth=depth + 1)
        if self.opens:
            look()
        else:
            self.facts.calls.setdefault(inner, set())
            self.facts.pending[inner] = look

    def _class(self, node: ast.ClassDef, scope: str, *, guarded: bool, depth: int) -> None:
        """The body of a class runs where it stands; its methods when they are called."""
        prefix = f"{scope}.{node.name}" if scope else node.name
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                self._function(child, prefix, depth)
            else:
                self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def _branches(self, node: ast.If, scope: str, *, guarded: bool, depth: int) -> None:
        runs = _runs_on_linux(node.test)
        tested = {part.id for part in ast.walk(node.test) if isinstance(part, ast.Name)}
        self.tested.append(tested)
        if _raises(node.body) or _raises(node.orelse):
            self.demanded |= tested & self.searched
        self._calls(node.test, scope, guarded=guarded)
        for wanted, body in ((True, node.body), (False, node.orelse)):
            if runs in (None, wanted):
                for child in body:
                    self._statement(child, scope, guarded=guarded, depth=depth + 1)
        self.tested.pop()

    def _try(self, node: ast.Try | ast.TryStar, scope: str, *, guarded: bool, depth: int) -> None:
        swallows = any(_swallows(handler) for handler in node.handlers)
        for child in node.body:
            self._statement(child, scope, guarded=guarded or swallows, depth=depth + 1)
        for handler in node.handlers:  # a second attempt counts as the first: one is enough
            for child in handler.body:
                self._statement(child, scope, guarded=True, depth=depth + 1)
        for child in (*node.orelse, *node.finalbody):
            self._statement(child, scope, guarded=guarded, depth=depth + 1)

    def _expressions(self, node: ast.stmt, scope: str, *, guarded: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._calls(child, scope, guarded=guarded)
            elif isinstance(child, ast.withitem):
                self._calls(child.context_expr, scope, guarded=guarded)

    def _calls(self, node: ast.expr, scope: str, *, guarded: bool) -> None:
        for call in ast.walk(node):
            if isinstance(call, ast.Constant) and _is_file_name(call.value):
                self.files[str(call.value)] = None
            if isinstance(call, ast.Subscript) and _last(call.value) in {"cdll", "pydll"}:
                self._opened("CDLL", [call.slice], scope, guarded=guarded)
            if not isinstance(call, ast.Call):
                continue
            name = _last(call.func)
            if name in {"import_module", "__import__"} and call.args:
                modules = [_relative(m, self.base) for m in self._texts(call.args[0])]
                found_modules = self.facts.attempts if guarded else self.facts.imports
                found_modules.setdefault(scope, []).extend(modules)
            elif name and _OPENERS.fullmatch(name):
                self._opened(name, call.args, scope, guarded=guarded)
            if name:
                self.facts.calls[scope].add(name)

    def _opened(self, opener: str, arguments: list[ast.expr], scope: str, *, guarded: bool) -> None:
        finds = _FINDERS.fullmatch(opener) is not None or self._is_tested(arguments)
        texts = [text for argument in arguments for text in self._texts(argument)]
        names = [n for n in dict.fromkeys(texts) if _is_library(n)][:_MAX_NAMES]
        if not names:
            return
        first = arguments[0] if arguments else None
        none_opens = isinstance(first, ast.Name) and first.id in self.searched - self.demanded
        known = next((o for o in self.facts.opened if _same(o, names, scope)), None)
        if known is not None:
            self.facts.opened.remove(known)
            names = list(dict.fromkeys([*known.names, *names]))
            finds, guarded = finds and known.finds, guarded or known.guarded
            none_opens = none_opens or known.none_opens
        self.facts.opened.append(OpenedLibrary(tuple(names), scope, finds, guarded, none_opens))

    def _is_tested(self, arguments: list[ast.expr]) -> bool:
        """Whether the first argument is a variable that was tested before: not opened if None."""
        first = arguments[0] if arguments else None
        return isinstance(first, ast.Name) and any(first.id in names for names in self.tested)

    def _note_strings(self, node: ast.stmt) -> None:
        if not self.opens:
            return
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            if isinstance(target, ast.Name) and _is_search(value):
                self.searched.add(target.id)
            texts = tuple(self._texts(value))
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and texts:
                    merged = dict.fromkeys([*self.strings.get(name.id, ()), *texts])
                    self.strings[name.id] = tuple(merged)[:_MAX_NAMES]

    def _texts(self, node: ast.expr) -> list[str]:  # noqa: PLR0911 (one for each kind)
        """The strings that an expression may give."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        if isinstance(node, ast.Name):
            return list(self.strings.get(node.id, ()))
        if isinstance(node, ast.Attribute):
            return list(self.strings.get(node.attr, ()))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._texts(node.left), self._texts(node.right)
            return [a + b for a in left for b in right][:_MAX_NAMES] or [a + "*" for a in left]
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node)
        if isinstance(node, ast.FormattedValue):
            return self._texts(node.value)
        parts: Iterator[ast.AST] = ast.iter_child_nodes(node)
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, ast.Subscript):
            return self._texts(node.value)
        if isinstance(node, ast.Dict):
            parts = iter(node.values)
        found = [text for part in parts if isinstance(part, ast.expr) for text in self._texts(part)]
        return found[:_MAX_NAMES]

    def _of_call(self, node: ast.Call) -> list[str]:
        """The strings that a call may give: its arguments, or parts of the string it works on."""
        name = _last(node.func)
        if name in {"join", "dirname", "get", "getenv", "exists", "isfile"}:
            return []
        owner = self._texts(node.func.value) if isinstance(node.func, ast.Attribute) else []
        if name in {"split", "splitlines"}:
            return [word for text in owner for word in text.split()][:_MAX_NAMES]
        if name == "format":
            return [text.partition("{")[0] + "*" if "{" in text else text for text in owner]
        found = [text for argument in node.args for text in self._texts(argument)]
        return found[:_MAX_NAMES]

    def _formatted(self, node: ast.JoinedStr) -> list[str]:
        found = [""]
        for part in node.values:
            texts = self._texts(part)
            if not texts:
                return [text + "*" for text in found if text]
            found = [a + b for a in found for b in texts][:_MAX_NAMES]
        return found

    def _imported(self, node: ast.Import | ast.ImportFrom) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        parts = self.base.split(".") if self.base else []
        if node.level > 1:
            parts = parts[: len(parts) - (node.level - 1)]
        module = ".".join([*(parts if node.level else []), *([node.module] if node.module else [])])
        return [module, *(f"{module}.{alias.name}" for alias in node.names)]


def _relative(module: str, base: str) -> str:
    return base + module if module.startswith(".") else module


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_file_name(value: object) -> bool:
    return isinstance(value, str) and value.startswith("lib") and bool(_EXACT.fullmatch(value))


def _is_search(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and bool(_FINDERS.fullmatch(_last(value.func)))


def _is_library(name: str) -> bool:
    if name in _ALWAYS or _FOREIGN.match(name):
        return False
    if name.startswith(
        ("libc.so", "libc.musl", "libm.so", "libpthread.so", "libdl.so", "librt.so")
    ):
        return False
    return bool(_EXACT.fullmatch(name) or (_STEM.fullmatch(name) and not name.endswith(".a")))


def _same(known: OpenedLibrary, names: list[str], scope: str) -> bool:
    """Whether names mean the library of another call in the same function, or at the top."""
    if known.scope != scope:
        return False
    return bool({_stem(name) for name in known.names} & {_stem(name) for name in names})


def _stem(name: str) -> str:
    bare = re.sub(r"\.so[\d.]*$", "", name).removeprefix("lib")
    return re.sub(r"[-_.]?\d[\d.-]*$", "", bare).lower()


def _swallows(handler: ast.ExceptHandler) -> bool:
    caught = (
        {_last(node) for node in ast.walk(handler.type) if isinstance(node, ast.expr)}
        if handler.type
        else {"Exception"}
    )
    return bool(caught & _SWALLOWED or not handler.type) and not _raises(handler.body)


def _raises(body: Iterable[ast.stmt]) -> bool:
    """Whether statements raise, or end the program; what functions in them do does not count."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        runs = _runs_on_linux(node.test) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and runs is not None:
            waiting += node.body if runs else node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return False


def _runs_on_linux(test: ast.expr) -> bool | None:  # noqa: PLR0911 (one for each kind)
    """Whether a condition holds on Linux; None where it is about something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _runs_on_linux(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.BoolOp):
        return _together(test)
    if isinstance(test, ast.Call) and _last(test.func) == "startswith":
        system = test.func.value if isinstance(test.func, ast.Attribute) else test
        return _matches(system, test.args[:1], str.startswith)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        operator = test.ops[0]
        if isinstance(operator, ast.Eq | ast.In):
            return _matches(test.left, test.comparators, _equals)
        if isinstance(operator, ast.NotEq | ast.NotIn):
            equal = _matches(test.left, test.comparators, _equals)
            return None if equal is None else not equal
    return None


def _together(test: ast.BoolOp) -> bool | None:
    values = [_runs_on_linux(value) for value in test.values]
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
