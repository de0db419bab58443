"""What well-known names mean in a setup script that pip runs in an isolated environment.

No variable is set that a build does not need: `os.environ.get("X", default)` is the default.
Paths are relative to the root of the sdist, which is "" itself, so that ``dirname(__file__)`` of
``setup.py`` is "" too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import partial

from wheelcheck.builds.setup_script.computed.comparison import CONVENTIONAL
from wheelcheck.builds.setup_script.computed.methods import (
    NOT_KNOWN,
    existence,
    file_existence,
    folder_existence,
    is_text,
    joined,
    listed,
    matches,
    members,
    sequence,
    walked,
)
from wheelcheck.builds.setup_script.computed.script_values import (
    Dotted,
    Opaque,
    Raised,
    Value,
    opaque,
    truth,
)
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.targets.target import Implementation

__all__ = ["DISPLAY_OPTIONS", "call_known", "constant"]

DISPLAY_OPTIONS = (
    "help_commands", "name", "version", "fullname", "author", "author_email", "maintainer",
    "maintainer_email", "contact", "contact_email", "url", "license", "licence", "description",
    "long_description", "platforms", "classifiers", "keywords", "provides", "requires",
    "obsoletes",
)  # fmt: skip
"""Options of distutils that print something and end (distutils/dist.py of Python 3.8)."""


def constant(name: str, around: ScriptContext) -> Value:
    """The value of a dotted name that never changes in this build, else the name itself."""
    if name in _ALWAYS:
        return _ALWAYS[name]
    answer = _HERE.get(name)
    return Dotted(name) if answer is None else answer(around)


_ALWAYS: Mapping[str, Value] = {
    "os.sep": "/",
    "os.path.sep": "/",
    "os.pathsep": ":",
    "os.curdir": ".",
    "sys.maxsize": 2**63 - 1,
    "sys.maxint": 2**63 - 1,
    "sys.byteorder": "little",
}
_HERE: Mapping[str, Callable[[ScriptContext], Value]] = {
    "distutils.dist.Distribution.display_option_names": lambda _: list(DISPLAY_OPTIONS),
    "sys.platform": lambda around: around.platform().sys_platform,
    "os.name": lambda around: around.platform().os_name,
    "sys.argv": lambda around: list(around.argv),
    "sys.version_info": lambda around: (*around.python(), 0, "final", 0),
    "sys.hexversion": lambda around: _hexadecimal(*around.python()),
    "sys.version": lambda around: "{}.{}.0 (main)".format(*around.python()),
    "sys.implementation.name": lambda around: around.implementation().value,
    "sys.builtin_module_names": lambda around: ("sys", "__pypy__") if _pypy(around) else ("sys",),
}


def _hexadecimal(major: int, minor: int) -> int:
    return (major << 24) + (minor << 16) + 0xF0


def _pypy(around: ScriptContext) -> bool:
    return around.implementation() is Implementation.PYPY


def call_known(
    around: ScriptContext, name: str, args: list[Value], keys: dict[str, Value]
) -> Value:
    """The result of a well-known function, `NOT_KNOWN` for any other."""
    if name in _VARIABLES:
        return _variable(args, keys)
    answer = _FUNCTIONS.get(name) or _FUNCTIONS.get(name.rpartition(".")[2])
    if answer is None:
        return NOT_KNOWN
    try:
        return answer(around, args)
    except (ValueError, TypeError):  # int("x"): a real build would stop or handle it
        return opaque(*args)


_VARIABLES = {"os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop"}


def _variable(args: list[Value], keys: dict[str, Value]) -> Value:
    if not args or not isinstance(args[0], str) or args[0] in CONVENTIONAL:
        return Opaque()
    return args[1] if len(args) > 1 else keys.get("default")


def _relative(args: list[Value]) -> Value:
    """A path from another one on; paths of the sdist count from its root, where scripts run."""
    paths = [*args, ""][:2]
    if not all(isinstance(path, str) for path in paths):
        return opaque(*args)
    path, start = (posixpath.join("/", str(each)) for each in paths)
    return posixpath.relpath(path, start)


def _same_path(path: str) -> str:
    plain = posixpath.normpath(path)
    return "" if plain == "." else plain


def _has_attribute(around: ScriptContext, args: list[Value]) -> Value:
    if args[:1] == [Dotted("sys")] and len(args) > 1:
        name = args[1]
        if isinstance(name, str) and name.startswith("pypy_"):
            return _pypy(around)
        if name in {"real_prefix", "getandroidapilevel", "frozen", "gettotalrefcount"}:
            return False
    return Opaque()


def _implementation(around: ScriptContext, _args: list[Value]) -> Value:
    return "PyPy" if _pypy(around) else "CPython"


def _configuration(_around: ScriptContext, args: list[Value]) -> Value:
    return None if args == ["Py_GIL_DISABLED"] else Opaque()


def _strtobool(_around: ScriptContext, args: list[Value]) -> Value:
    return str(args[0]).lower() in {"y", "yes", "t", "true", "on", "1"} if is_text(args) else None


def _get_attribute(around: ScriptContext, args: list[Value]) -> Value:
    if len(args) > 1 and isinstance(args[0], Dotted) and isinstance(args[1], str):
        return constant(f"{args[0].name}.{args[1]}", around)
    return opaque(*args)


def _range(args: list[Value]) -> Value:
    if args and all(isinstance(arg, int) and abs(arg) < _LONG_RANGE for arg in args):
        return list(range(*args))
    return Opaque()


_LONG_RANGE = 1000
_Answer = Callable[[ScriptContext, list[Value]], Value]


def _always(value: Value) -> _Answer:
    return lambda _around, _args: value


def _on_linux(value: Value) -> _Answer:
    """What holds on Linux, and is not known elsewhere."""
    return lambda around, _args: value if around.platform().sys_platform == "linux" else Opaque()


def _of_path(function: Callable[[str], Value]) -> _Answer:
    return lambda _around, args: function(args[0]) if is_text(args) else opaque(*args)


def _of_files(function: Callable[[ScriptContext, str], Value]) -> _Answer:
    return lambda around, args: function(around, args[0]) if is_text(args) else opaque(*args)


def _plainly(function: Callable[[list[Value]], Value]) -> _Answer:
    return lambda _around, args: function(args)


def _all(args: list[Value], *, wanted: bool) -> Value:
    """`all` for wanted=True, `any` for wanted=False: one element that differs decides."""
    elements = sequence(args)
    if elements is None:
        return Opaque()
    truths = [truth(element) for element in elements]
    if (not wanted) in truths:
        return not wanted
    return Opaque() if None in truths else wanted


def _imported(around: ScriptContext, args: list[Value]) -> Value:
    if is_text(args) and args[0].split(".")[0] in around.missing:
        raise Raised("ImportError")
    return Dotted(args[0]) if is_text(args) else Opaque()


def _module_spec(around: ScriptContext, args: list[Value]) -> Value:
    missing = is_text(args) and args[0].split(".")[0] in around.missing
    return None if missing else Opaque()


def _int(args: list[Value]) -> Value:
    if args and isinstance(args[0], str | int):
        return int(str(args[0])[:20])
    return Opaque() if args else 0


def _bool(args: list[Value]) -> Value:
    known = truth(args[0]) if args else False
    return opaque(*args) if known is None else known


def _len(args: list[Value]) -> Value:
    return len(args[0]) if args and isinstance(args[0], str | list | tuple | dict) else Opaque()


def _is_instance(args: list[Value]) -> Value:
    """`isinstance` for strings and objects alone: paths are strings here, sets are lists."""
    if len(args) != _TWO or isinstance(args[0], Opaque | list):
        return Opaque()
    kinds = args[1] if isinstance(args[1], tuple) else (args[1],)
    names = {kind.name if isinstance(kind, Dotted) else "" for kind in kinds}
    if isinstance(args[0], str) and names & _STRINGS:
        return True
    return False if names <= _STRINGS and not isinstance(args[0], str) else Opaque()


_STRINGS = {"builtins.str", "builtins.basestring", "builtins.unicode", "builtins.bytes"}
_TWO = 2


def _list(args: list[Value]) -> Value:
    elements = sequence(args)
    return opaque(*args) if elements is None else elements


def _str(args: list[Value]) -> Value:
    return str(args[0]) if args and isinstance(args[0], str | int | bool) else Opaque()


def _zip(args: list[Value]) -> Value:
    if all(isinstance(arg, list | tuple) for arg in args):
        return [tuple(row) for row in zip(*args, strict=False)]
    return opaque(*args)


def _enumerate(args: list[Value]) -> Value:
    elements = sequence(args[:1])
    return opaque(*args) if elements is None else list(enumerate(elements))


_UNAME = ("Linux", *(Opaque() for _ in range(4)))
"""The name of the system; those of the machine, its kernel and its CPU are not known."""
_FUNCTIONS: Mapping[str, _Answer] = {
    "builtins.__import__": _imported,
    "builtins.all": _plainly(partial(_all, wanted=True)),
    "builtins.any": _plainly(partial(_all, wanted=False)),
    "builtins.bool": _plainly(_bool),
    "builtins.enumerate": _plainly(_enumerate),
    "builtins.getattr": _get_attribute,
    "builtins.hasattr": _has_attribute,
    "builtins.int": _plainly(_int),
    "builtins.isinstance": _plainly(_is_instance),
    "builtins.len": _plainly(_len),
    "builtins.list": _plainly(_list),
    "builtins.print": _always(None),
    "builtins.range": _plainly(_range),
    "builtins.reversed": _plainly(_list),
    "builtins.set": _plainly(_list),
    "builtins.sorted": _plainly(_list),
    "builtins.str": _plainly(_str),
    "builtins.tuple": _plainly(_list),
    "builtins.zip": _plainly(_zip),
    "distutils.util.get_platform": _always("linux-x86_64"),
    "get_config_var": _configuration,
    "glob.glob": _of_files(matches),
    "glob.iglob": _of_files(matches),
    "setuptools.glob.glob": _of_files(matches),
    "setuptools.glob.iglob": _of_files(matches),
    "importlib.import_module": _imported,
    "importlib.util.find_spec": _module_spec,
    "os.fspath": _of_path(str),
    "os.getcwd": _always(""),
    "os.listdir": lambda around, args: _of_files(listed)(around, args or [""]),
    "os.path.abspath": _of_path(_same_path),
    "os.path.basename": _of_path(posixpath.basename),
    "os.path.dirname": _of_path(posixpath.dirname),
    "os.path.exists": _of_files(existence),
    "os.path.expanduser": _of_path(_same_path),
    "os.path.isdir": _of_files(folder_existence),
    "os.path.isfile": _of_files(file_existence),
    "os.path.join": _plainly(joined),
    "os.path.lexists": _of_files(existence),
    "os.path.normcase": _of_path(str),
    "os.path.normpath": _of_path(_same_path),
    "os.path.realpath": _of_path(_same_path),
    "os.path.relpath": _plainly(_relative),
    "os.path.splitext": _of_path(posixpath.splitext),
    "os.scandir": lambda around, args: _of_files(members)(around, args or [""]),
    "os.uname": _on_linux(_UNAME),
    "os.walk": _of_files(walked),
    "pathlib.Path": _plainly(joined),
    "pathlib.Path.cwd": _always(""),
    "pathlib.PurePath": _plainly(joined),
    "platform.python_implementation": _implementation,
    "platform.python_version": lambda around, _: "{}.{}.0".format(*around.python()),
    "platform.python_version_tuple": lambda around, _: (*map(str, around.python()), "0"),
    "platform.uname": _on_linux(_UNAME),
    "platform.system": lambda around, _: around.platform().system,
    "platform.win32_ver": _on_linux(("", "", "", "")),
    "posixpath.join": _plainly(joined),
    "strtobool": _strtobool,
    "sysconfig.get_platform": _on_linux("linux-x86_64"),
}
