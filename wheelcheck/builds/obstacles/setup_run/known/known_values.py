"""What expressions of setup scripts are known to give: constants, paths, what files there are."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from wheelcheck.builds.obstacles.setup_run.known.script_functions import (
    Function,
    Known,
    Value,
    function_value,
)
from wheelcheck.builds.sdist.source_files import folders_of

__all__ = [
    "Files",
    "KnownPath",
    "call_value",
    "dotted_origin",
    "unwrapped",
]

_GENERATES = re.compile(
    r"^(?:shutil|subprocess)\.|chdir|rename|copyfile|copytree|symlink|check_|popen|spawn|makedirs?"
    r"|mkdir|extract|retrieve|unpack|download|write_|touch|ythonize|generate|emit|build|save|dump"
    r"|render|make_|\b(?:run|main)$|^os\.(?:link|system|replace)$",
    re.IGNORECASE,
)
"""Names of calls that move about or make files: which files there are is then not known."""


class KnownPath(str):
    """A `pathlib.Path` of the sdist, by its path from the root."""

    __slots__ = ()


class Files(Struct):
    """The files of an sdist, as a script in its root finds them; `written` are those it makes.

    They are `certain` until the script may have moved or made others. `texts` are those of its
    modules.
    """

    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    written: set[str] = field(default_factory=set)
    certain: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: frozenset[str], texts: Mapping[str, str], *, whole: bool = True) -> Files:
        """The files that a script meets; `whole`: they are all there are."""
        return cls(paths, folders_of(paths), certain=whole, texts=texts)

    def note_call(self, name: str) -> None:
        """A call of a function of this dotted name."""
        if _GENERATES.search(name):
            self.certain = False

    def has_file(self, path: str) -> bool | None:
        """Whether there is such a file; None if that is not known.

        Above the folder that installers unpack an sdist in, no file is found.
        """
        tidy = posixpath.normpath(path)
        above = tidy.startswith("../") and tidy.strip("./") and self.certain and "*" not in path
        return False if above and tidy not in self.written else self._has(path, self.paths)

    def has_folder(self, path: str) -> bool | None:
        """Whether there is such a folder; None if that is not known."""
        return self._has(path, self.folders | {"."})

    def exists(self, path: str) -> bool | None:
        """Whether there is anything at a path; None if that is not known."""
        found, folder = self.has_file(path), self.has_folder(path)
        return None if found is None or folder is None else found or folder

    def _has(self, path: str, known: frozenset[str] | set[str]) -> bool | None:
        tidy = posixpath.normpath(path)
        if not path or tidy.startswith(("/", "../", "~")) or tidy == ".." or "\0" in path:
            return None
        if tidy in known:
            return True
        unsure = not self.certain or tidy in self.written or ".egg-info" in tidy
        return None if unsure or "*" in path else False


def dotted_origin(node: ast.expr, scope: Mapping[str, Any]) -> str:
    """The dotted name, outside the sdist, of what an expression names; "" if not known."""
    if isinstance(node, ast.Name):
        found = scope.get(node.id)
        return found if isinstance(found, str) else ""
    if isinstance(node, ast.Attribute):
        base = dotted_origin(node.value, scope)
        return f"{base}.{node.attr}" if base and not base.endswith("()") else ""
    return ""


def unwrapped(found: Any) -> Any:
    """The constant that a name stands for; None where it is another thing."""
    return found.value if isinstance(found, Known) else None


def _join(*parts: str) -> str:
    return posixpath.join(*(part or "." for part in parts[:1]), *parts[1:])


_OF_TEXTS: dict[str, Callable[..., Any]] = {
    "os.path.join": _join,
    "os.path.dirname": lambda path: posixpath.dirname(path) or ".",
    "os.path.basename": posixpath.basename,
    "os.path.normpath": posixpath.normpath,
    "os.path.abspath": lambda path: path or ".",
    "os.path.realpath": lambda path: path or ".",
    "os.path.expanduser": lambda path: path,
    "os.getcwd": lambda: ".",
    "os.path.split": lambda path: (posixpath.dirname(path) or ".", posixpath.basename(path)),
    "os.path.splitext": posixpath.splitext,
    "str": str,
    "float": float,
    "int": int,
}
"""Functions that are called with texts alone; what they give of paths is as of the root."""
_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")
_OF_COLLECTIONS: dict[str, Callable[..., Any]] = {
    "bool": bool, "list": list, "set": set, "sorted": sorted, "tuple": tuple, "min": min,
    "max": max,
}  # fmt: skip
_BUILTINS = {name for name in (*_OF_TEXTS, *_OF_COLLECTIONS) if "." not in name}
_COLLECTIONS = (str, tuple, list, set)
_METHODS: Mapping[type, frozenset[str]] = {
    str: frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "replace", "split", "format",
                    "startswith", "endswith", "join", "partition", "rpartition", "title"}),
    set: frozenset({"intersection", "isdisjoint", "issubset", "union", "difference"}),
    list: frozenset({"count", "copy"}),
    tuple: frozenset({"count"}),
}  # fmt: skip
"""Methods that change nothing, and ask nothing of the system."""
_SYSTEM_CALLS = {"platform.system": "Linux"}
_QUESTIONS = {"os.path.exists", "os.path.isfile", "os.path.isdir"}
_PLACES = {"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"}
_KNOWN_CALLS = _OF_TEXTS.keys() | _QUESTIONS


def call_value(  # noqa: PLR0911 (a kind of call each)
    node: ast.Call, scope: Mapping[str, Any], files: Files | None, value: Value, depth: int = 3
) -> Any:
    """What a call gives; None if that is not known."""
    function = node.func
    found = scope.get(function.id) if isinstance(function, ast.Name) else None
    if isinstance(found, Function) and depth:
        return function_value(found, node, scope, value)
    if node.keywords:
        return _formatted(node, scope, value)
    if isinstance(function, ast.Name) and function.id == "len" and len(node.args) == 1:
        return _length(node.args[0], scope, value)
    arguments = _arguments(node.args, scope, value)
    if arguments is None:
        return None
    origin = _origin_of_call(function, scope)
    if origin in _SYSTEM_CALLS:
        return _SYSTEM_CALLS[origin]
    if origin in _OF_COLLECTIONS and all(isinstance(given, _COLLECTIONS) for given in arguments):
        return _called(_OF_COLLECTIONS[origin], arguments)
    if _is_known_call(origin, arguments):
        return _known_call(origin, arguments, files)
    if isinstance(function, ast.Attribute):
        return _method_value(value(function.value, scope), function.attr, arguments, files)
    return None


def _origin_of_call(function: ast.expr, scope: Mapping[str, Any]) -> str:
    """The dotted name of what is called, outside the sdist, as ``str`` unless the script has it."""
    origin = dotted_origin(function, scope)
    if not origin and isinstance(function, ast.Name) and scope.get(function.id) is None:
        return function.id if function.id in _BUILTINS else ""
    return origin


def _is_known_call(origin: str, arguments: list[Any]) -> bool:
    return origin in _PLACES or (origin in _KNOWN_CALLS and _all_text(arguments))


def _known_call(origin: str, arguments: list[Any], files: Files | None) -> Any:
    """What a function of the standard library gives, without a look at the system."""
    if origin in _PLACES:
        return KnownPath(_join(*arguments)) if _all_text(arguments) and arguments else None
    if origin in _OF_TEXTS:
        return _called(_OF_TEXTS[origin], arguments)
    if files is None or len(arguments) != 1:
        return None
    return _file_answer(files, origin.rpartition(".")[2], arguments[0])


def _formatted(node: ast.Call, scope: Mapping[str, Any], value: Value) -> str | None:
    """``"…{x}…".format(x=…)``, of names alone: nothing is aligned or looked into."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr != "format" or node.args:
        return None
    base = value(function.value, scope)
    given = {k.arg: value(k.value, scope) for k in node.keywords if k.arg is not None}
    if not isinstance(base, str) or len(given) < len(node.keywords):
        return None
    if not _all_text(list(given.values())):
        return None
    used = [match.group(1) for match in _PLACE.finditer(base)]
    braces = base.count("{") - 2 * base.count("{{")
    if braces != len(used) or not given.keys() >= set(used):
        return None
    return base.format(**given)


def _length(node: ast.expr, scope: Mapping[str, Any], value: Value) -> int | None:
    """How long a known value is; a backend's first run has ``egg_info`` alone as argument."""
    found = value(node, scope)
    if found is None and dotted_origin(node, scope) == "sys.argv":
        return 2
    return len(found) if isinstance(found, str | list | tuple | set | dict) else None


def _called(function: Callable[..., Any], arguments: list[Any]) -> Any:
    try:
        return function(*arguments)
    except (TypeError, ValueError, LookupError, AttributeError):
        return None


def _all_text(arguments: list[Any]) -> bool:
    return all(isinstance(argument, str) for argument in arguments)


def _file_answer(files: Files, question: str, path: str) -> bool | None:
    if question in {"isfile", "is_file"}:
        return files.has_file(path)
    return files.has_folder(path) if question in {"isdir", "is_dir"} else files.exists(path)


def _method_value(base: Any, method: str, arguments: list[Any], files: Files | None) -> Any:
    if isinstance(base, KnownPath):
        if method in {"resolve", "absolute", "expanduser"}:
            return base
        if method == "joinpath" and _all_text(arguments):
            return KnownPath(_join(base, *arguments))
        if method in {"exists", "is_file", "is_dir"} and files is not None:
            return _file_answer(files, method, base)
        return None
    if method in _METHODS.get(type(base), ()):
        return _called(getattr(base, method), arguments)
    return None


def _arguments(nodes: list[ast.expr], scope: Mapping[str, Any], value: Value) -> list[Any] | None:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            spread = value(node.value, scope)
            if not isinstance(spread, tuple | list):
                return None
            found += spread
        else:
            found.append(value(node, scope))
    return None if None in found else found
