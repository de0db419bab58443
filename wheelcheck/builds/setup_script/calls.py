"""Calls in a setup script: where extension modules are made and `setup()` gets them."""

from __future__ import annotations

import ast
import posixpath
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from wheelcheck.builds.setup_script.computed.extension_arguments import (
    libraries_of,
    options_of,
    strings_of,
)
from wheelcheck.builds.setup_script.computed.formatting import formatted
from wheelcheck.builds.setup_script.computed.methods import NOT_KNOWN, call_method
from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    Dotted,
    Extension,
    FunctionValue,
    Namespace,
    Opaque,
    Raised,
    Value,
    extensions_in,
    join,
    opaque,
    supposed,
    truth,
    weight,
)
from wheelcheck.builds.setup_script.expressions import Expressions
from wheelcheck.builds.setup_script.known import call_known
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_syntax import writes_python

__all__ = ["ENDS", "Calls", "LoopEnded", "Returned", "SetupCall"]

_DEPTH = 25
_FREE = 20
"""Arguments are searched for extension modules; so many values of them count as one step."""
_MAKERS = {
    "cythonize": "cythonize",
    "mypycify": "mypycify",
    "distutils_extension": "cffi",
    "get_extension": "cffi",
    "RustBin": "RustExtension",
    "add_extension": "numpy.distutils",
    "add_library": "numpy.distutils",
    "pythranize": "pythranize",
    "intree_extensions": "pybind11",
}
_HANDLERS = {"cffi_modules": "cffi", "rust_extensions": "setuptools_rust"}
"""Keywords that setuptools passes over unless the module that handles them is installed."""
_READS_THE_WORLD = ("subprocess.", "os.system", "os.popen", "ctypes.util.", "pkgconfig.", "urllib.")
_EXITS = {"sys.exit", "builtins.exit", "builtins.quit", "os._exit"}
_MUTATORS = {"append", "extend", "insert", "update", "add"}


class Returned(Exception):  # noqa: N818 (control flow, named as what happened)
    """A function of the script returns here."""


class LoopEnded(Exception):  # noqa: N818 (control flow, named as what happened)
    """A turn of a loop ends here, and with `broke` the loop itself."""

    def __init__(self, *, broke: bool = False) -> None:
        super().__init__(broke)
        self.broke = broke


ENDS = (Raised, Returned, LoopEnded)
"""How a walk ends before the last statement."""


class SetupCall(Struct):
    """One call of `setup()`. `fallback`: reached only after an earlier attempt failed."""

    function: str
    line: int
    arguments: dict[str, Value]
    supposing: tuple[str, ...]
    fallback: bool


class Frame(Struct):
    """A function of the script being walked, and what it returned or `yields` so far."""

    function: ast.AST | None = None
    results: list[Value] = field(default_factory=list)
    yields: bool = False


class Calls(Expressions):
    """Evaluates calls. `setup_calls` and `made` collect what the script does by them.

    `gained` are texts that lists gain, and whether they do so in any case.

    `heedless` passes over `raise` and `exit`: for scripts that seem to stop before they declare.
    """

    def __init__(self, around: ScriptContext, file: str) -> None:
        super().__init__(around, file)
        self.setup_calls: list[SetupCall] = []
        self.made: list[Extension] = []
        self.gained: list[tuple[str, bool]] = []
        self.ignored: list[str] = []
        self.world_reads = 0
        self.fallback = 0
        self.heedless = False
        self.frames: list[Frame] = [Frame()]

    @abstractmethod
    def run(self, body: Sequence[ast.stmt]) -> None:
        """Walk statements."""

    @abstractmethod
    def store(self, target: ast.expr, value: Value) -> None:
        """Assign to any target."""

    def _Call(self, node: ast.Call) -> Value:  # noqa: N802
        args = self._elements(node.args)
        keys = self._keyword_values(node.keywords)
        self.steps += weight([args, keys]) // _FREE
        if not isinstance(node.func, ast.Attribute):
            return self.call(self.value(node.func), args, keys, node.lineno)
        base = self.value(node.func.value)
        known = self._method_result(node.func, base, args, keys)
        if known is not NOT_KNOWN:
            return known
        if isinstance(base, dict) and node.func.attr in base:
            return self.call(base[node.func.attr], args, keys, node.lineno)
        return self.call(self.part(base, node.func), args, keys, node.lineno)

    def _keyword_values(self, keywords: Iterable[ast.keyword]) -> dict[str, Value]:
        keys: dict[str, Value] = {}
        for keyword in keywords:
            value = self.value(keyword.value)
            if keyword.arg is None:
                keys.update(value if isinstance(value, dict) else {"**": value})
            else:
                keys[keyword.arg] = value
        return keys

    def _method_result(
        self, method: ast.Attribute, base: Value, args: list[Value], keys: dict[str, Value]
    ) -> Value:
        """What a method of a container, a string or a path returns; NOT_KNOWN of any other."""
        given = [*args, keys] if keys and method.attr == "update" else args
        known = self.mutated(method.value, base, method.attr, given)
        if known is NOT_KNOWN and isinstance(base, str) and method.attr == "format":
            known = formatted(base, args, keys)
        if known is NOT_KNOWN:
            known = call_method(self.around, base, method.attr, args)
        return known

    def mutated(self, node: ast.expr, base: Value, method: str, args: list[Value]) -> Value:
        """Containers that grow: what is added under a condition depends on it."""
        if method not in _MUTATORS or not args:
            return NOT_KNOWN
        added = [supposed(arg, self.supposing) for arg in args]
        if isinstance(base, dict) and method == "update":
            for more in added:
                base.update(more if isinstance(more, dict) else {"**": more})
            return None
        if isinstance(base, list):
            self.note_growth(base, added)
            texts = (text for value in added for text in strings_of(value) or ())
            self.gained += [(text, not self.way) for text in texts]
            result = call_method(self.around, base, method, added)
            if isinstance(node, ast.Attribute) and node.attr == "sources":
                self.store(node, base)  # the list of an extension module was a copy
            return result
        if isinstance(base, Opaque) and extensions_in(added):
            self.store(node, opaque(base, *added))
            return None
        return NOT_KNOWN

    def call(self, function: Value, args: list[Value], keys: dict[str, Value], line: int) -> Value:
        """Inline the script's own functions; know well-known functions by name."""
        if isinstance(function, FunctionValue):
            return self._inline(function, args, keys)
        if isinstance(function, ClassValue):
            if function.descends_from("Extension"):
                return self._extension(function.node.name, args, keys, line)
            return self._instance(function, args, keys)
        if isinstance(function, Dotted):
            return self._named(function.name, args, keys, line)
        return opaque(function, args, keys)

    def _named(self, name: str, args: list[Value], keys: dict[str, Value], line: int) -> Value:
        if name == "builtins.hasattr" and args and isinstance(args[0], ClassValue):
            return self.member(args[0], str(args[-1])) != Opaque()
        known = call_known(self.around, name, args, keys)
        if known is not NOT_KNOWN:
            return known
        return self._declaring(name, args, keys, line)

    def _declaring(self, name: str, args: list[Value], keys: dict[str, Value], line: int) -> Value:
        last = name.rpartition(".")[2]
        if last == "setup" or name == "skbuild.setup":
            self._setup(name, keys, line)
            return Opaque()
        if name == "builtins.dict" and not args:
            return dict(keys)
        if name in _EXITS and not self.heedless:
            raise Raised("SystemExit")
        if last.endswith("Extension") or last in _MAKERS:
            return self._extension(_MAKERS.get(last, last), args, keys, line)
        if name.startswith(_READS_THE_WORLD):
            self.world_reads += 1
        return opaque(args, keys)

    def _setup(self, name: str, keys: dict[str, Value], line: int) -> None:
        for key in [key for key in keys if _HANDLERS.get(key) in self.around.missing]:
            self.ignored.append(f"{key} without {_HANDLERS[key]}")
            del keys[key]
        keys = self._without_abi_modules(keys)
        configuration = keys.get("configuration")
        if isinstance(configuration, FunctionValue):
            keys = {**keys, "ext_modules": self._inline(configuration, [], {})}
        self.setup_calls.append(SetupCall(name, line, keys, self.supposing, self.fallback > 0))

    def _without_abi_modules(self, keys: dict[str, Value]) -> dict[str, Value]:
        """Keywords without those of cffi's build scripts that write plain Python."""
        given = keys.get("cffi_modules")
        named = [given] if isinstance(given, str) else given
        if not isinstance(named, list | tuple):
            return keys
        compiled = [
            item
            for item in named
            if not (isinstance(item, str) and writes_python(self._script_of(item)))
        ]
        return {**keys, "cffi_modules": compiled}

    def _script_of(self, named: str) -> str:
        """The text of a build script that stands as ``path:object`` in `cffi_modules`."""
        return self.around.texts.get(posixpath.normpath(named.partition(":")[0]), "")

    def _instance(self, made: ClassValue, args: list[Value], keys: dict[str, Value]) -> Value:
        """An instance, its `__init__` walked; what went into an unknown one is kept."""
        instance = replace(made, attributes={}, made=True)
        start = self.member(instance, "__init__")
        if isinstance(start, FunctionValue):
            self._inline(start, args, keys)
        inside = extensions_in([args, keys])
        return opaque(args, keys) if inside and not instance.attributes else instance

    def _extension(
        self, made_by: str, args: list[Value], keys: dict[str, Value], line: int
    ) -> Value:
        inner = extensions_in([args, keys])
        if inner and made_by in {"cythonize", "mypycify"}:
            return opaque(args, keys)
        name = args[0] if args else keys.get("name", keys.get("target"))
        sources = keys.get("sources", args[1] if len(args) > 1 else None)
        if made_by in {"cythonize", "mypycify"}:
            given = keys.get("paths" if made_by == "mypycify" else "module_list")
            name, sources = "", args[0] if args else given
        libraries, alternatives = libraries_of(args, keys)
        made = Extension(
            made_by,
            line,
            self.file,
            name=name if isinstance(name, str) else "",
            sources=strings_of(sources),
            libraries=libraries,
            alternatives=alternatives,
            optional=truth(keys.get("optional")) is True,
            options=options_of(keys),
        )
        self.made.append(made)
        return made if made_by not in {"cythonize", "mypycify"} else Opaque((made,))

    def _inline(self, function: FunctionValue, args: list[Value], keys: dict[str, Value]) -> Value:
        again = sum(frame.function is function.node for frame in self.frames)
        if len(self.frames) > _DEPTH or again > 1:
            return opaque(args, keys)
        outer, file = self.scope, self.file
        self.scope = Namespace(parent=function.scope)
        self.file = function.file
        self._bind_parameters(function, args, keys)
        frame = Frame(function.node)
        self.frames.append(frame)
        try:
            if isinstance(function.node, ast.Lambda):
                return self.value(function.node.body)
            self.run(function.node.body)
            frame.results.append(None)
        except (Returned, LoopEnded):
            pass
        except Raised:
            if not frame.results:  # else some way through it returns before it comes to this
                raise
        finally:
            self.frames.pop()
            self.scope, self.file = outer, file
        results = [result for result in frame.results if result is not None] or [None]
        if frame.yields and extensions_in(results):
            return opaque(*results)  # it gives all of them
        return results[0] if len(results) == 1 else join(results, self.supposing)

    def _bind_parameters(
        self, function: FunctionValue, args: list[Value], keys: dict[str, Value]
    ) -> None:
        spec = function.node.args
        parameters = [*spec.posonlyargs, *spec.args]
        names = self.scope.names
        if parameters and function.owner is not None:
            names[parameters[0].arg], *args = _with_owner(function.owner, args)
            parameters = parameters[1:]
        for parameter in (*parameters, *spec.kwonlyargs):
            names[parameter.arg] = Opaque()
        for parameter, default in _defaults(spec, parameters):
            names[parameter.arg] = self.value(default)
        for parameter, value in zip(parameters, args, strict=False):
            names[parameter.arg] = value
        names.update((key, value) for key, value in keys.items() if key in names)
        if spec.vararg is not None:
            names[spec.vararg.arg] = list(args[len(parameters) :])
        if spec.kwarg is not None:
            names[spec.kwarg.arg] = {key: item for key, item in keys.items() if key not in names}


def _with_owner(owner: ClassValue, args: list[Value]) -> list[Value]:
    """The arguments of a method, `self` or `cls` first: ``Base.__init__(self, …)`` has it."""
    if args and not owner.made and isinstance(args[0], ClassValue) and args[0].made:
        return args
    return [owner, *args]


def _defaults(
    spec: ast.arguments, parameters: Sequence[ast.arg]
) -> Iterator[tuple[ast.arg, ast.expr]]:
    """The parameters that have a default, by position and then by keyword alone."""
    late = parameters[len(parameters) - len(spec.defaults) :] if spec.defaults else []
    yield from zip(late, spec.defaults, strict=False)
    for parameter, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if default is not None:
            yield parameter, default
