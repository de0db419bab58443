"""What evaluating an expression of a setup script does in any case: names, attributes, calls."""

from __future__ import annotations

import ast
import builtins
import posixpath
from collections.abc import Callable
from typing import Any, TypeGuard

from wheelcheck.builds.obstacles.setup_run.commands import command_methods
from wheelcheck.builds.obstacles.setup_run.file_reads import (
    missing_file,
    removed_folder,
    unread_description,
)
from wheelcheck.builds.obstacles.setup_run.frame import Frame, ScriptClass
from wheelcheck.builds.obstacles.setup_run.known.script_functions import Function
from wheelcheck.builds.obstacles.setup_run.later_python import (
    joins_unset,
    lost_local,
    lost_method,
    lost_setting,
    opens_in_u_mode,
    refused_pattern,
    refused_sum,
    unset_variable,
)
from wheelcheck.builds.obstacles.setup_run.programs import (
    CHECKED,
    asks_repository,
    python_script,
)
from wheelcheck.builds.obstacles.setup_run.refused_keywords import (
    numpy_dry_run,
    other_version,
    refused_dry_run,
    refused_keyword,
)
from wheelcheck.builds.obstacles.setup_run.run_state import RunState
from wheelcheck.builds.obstacles.setup_run.stop import (
    OTHER_VERSION,
    SETUP_EXIT,
    Done,
    Returned,
    SetUp,
    Stopped,
    exits_of_commands,
    message,
)
from wheelcheck.builds.obstacles.setup_run.syntax import (
    dotted,
    evaluated,
    is_unbound,
)
from wheelcheck.builds.setup_script.script_syntax import parse

__all__ = ["Expressions"]

_EXITS = {"sys.exit", "exit", "quit", "os._exit"}
_PYTHON2_BUILTINS = frozenset(
    {"apply", "basestring", "cmp", "execfile", "file", "intern", "long", "raw_input", "reduce",
     "reload", "unichr", "unicode", "xrange"}
)  # fmt: skip
_BUILTINS = frozenset(dir(builtins)) | {
    "__file__", "__name__", "__doc__", "__builtins__", "__package__", "__spec__", "__loader__",
    "__path__", "__cached__", "__annotations__", "WindowsError",
}  # fmt: skip
_U_MODE = "open() knows no mode U since Python 3.11"
_USE_2TO3 = "use_2to3 is refused since setuptools 58"
_READFP = "readfp of configparser is gone since Python 3.12"
_READFP_GONE = (3, 12)
_IMPORTERS = {"__import__", "importlib.import_module"}
_FETCHES_EGGS = "setuptools.dist.fetch_build_eggs"
_NO_CALL = ast.Call(func=ast.Name("self", ast.Load()), args=[], keywords=[])


class Expressions:
    """Evaluates expressions in the present frame.

    `enter` runs a function for a call, `run_file` a file of the sdist by a name that it has,
    `import_whole` imports.
    """

    def __init__(
        self,
        state: RunState,
        enter: Callable[[Function, ast.Call], None],
        run_file: Callable[[str, str], None],
        import_whole: Callable[[ast.Import], None],
    ) -> None:
        self._state = state
        self._enter = enter
        self._run_file = run_file
        self._import_whole = import_whole

    def evaluate(self, node: ast.expr) -> None:
        """Follow what is evaluated in any case.

        Raises:
            Stopped: It raises for certain.
            SetUp: It calls `setup()`.
        """
        self._note_skipped(node)
        for inner in evaluated(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
                self._name(inner)
            elif isinstance(inner, ast.Attribute):
                self._attribute(inner)
            elif isinstance(inner, ast.Call):
                self._call(inner)
            elif isinstance(inner, ast.Subscript):
                self._subscript(inner)
            elif isinstance(inner, ast.BinOp):
                text = self._state.modules.text(self._state.frame.file)
                if why := refused_sum(inner, self._state.frame, text):
                    self._state.frame.stop(inner, "TypeError", why)

    def _note_skipped(self, node: ast.expr) -> None:
        """Calls in parts of an expression that may not be evaluated."""
        if self._state.frame.files.certain:
            followed = set(map(id, evaluated(node)))
            self._state.frame.note_calls(n for n in ast.walk(node) if id(n) not in followed)

    def _name(self, node: ast.Name) -> None:
        frame = self._state.frame
        text = self._state.modules.text(frame.file)
        if node.id in frame.scope or node.id in frame.home or "import *" in text:
            return
        if node.id in _PYTHON2_BUILTINS:
            frame.stop(node, "NameError", f"{node.id} is a name of Python 2")
        known = node.id in _BUILTINS or self._may_be_builtin(node.id)
        if not frame.depth and not known and is_unbound(node.id, text):
            frame.stop(node, "NameError", f"{node.id} is not defined")

    def _may_be_builtin(self, name: str) -> bool:
        """Whether ``setup.py`` may set it in `builtins`, for a package that it imports then."""
        script = self._state.modules.text("setup.py")
        return "builtin" in script and name in script

    def _attribute(self, node: ast.Attribute) -> None:
        frame, finds = self._state.frame, self._state.modules.finds
        origin = frame.origin(node.value)
        if not origin:
            return
        if origin.endswith("()"):
            if node.attr == "readfp" and finds.python >= _READFP_GONE:
                frame.stop(node, "AttributeError", _READFP)
            return
        why = finds.missing_name(origin, node.attr)
        if why:
            frame.stop(node, "AttributeError", why)

    def _subscript(self, node: ast.Subscript) -> None:
        frame = self._state.frame
        text = self._state.modules.text(frame.file)
        why = lost_local(node, frame) or lost_setting(node, frame)
        why = why or unset_variable(node, frame, text)
        if why:
            frame.stop(node, "KeyError", why)

    def _call(self, node: ast.Call) -> None:
        frame = self._state.frame
        self._check(node)
        self._run_python(node)
        function, made = frame.function(node.func), _initializer(node, frame)
        if function is not None:
            self._enter(function, node)
        elif made is not None:
            itself = ast.Name("self", ast.Load())
            self._enter(made, ast.Call(node.func, [itself, *node.args], node.keywords))
        elif called := _imported(node, frame):
            name = ast.alias(name=called, asname="\0imported")
            self._import_whole(ast.copy_location(ast.Import([name]), node))
        elif _fetches_eggs(node, frame):
            self._fetch(node)
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            self._state.keywords.note_update(node.func.value, node, frame)
        elif dotted(node.func).rpartition(".")[2] == "setup":
            self._setup(node)
            raise SetUp
        else:
            text = self._state.modules.text(frame.file)
            self._state.late_texts += _late_texts(node, frame, text)
            frame.forget_changed(node)
            if not frame.stays(node):
                frame.files.note_call(frame.origin(node.func) or dotted(node.func))

    def _run_python(self, node: ast.Call) -> None:
        """A script of the sdist that runs as a process of its own."""
        frame = self._state.frame
        path = posixpath.normpath(python_script(node, frame))
        argv, frame.argv.words = frame.argv.words, None
        try:
            self._run_file(path, "__main__")
        except Stopped as stopped:
            if stopped.stop.exception != "SystemExit":
                why = f"it runs {path}, which stops at {stopped.stop.place}: {stopped.stop.why}"
                frame.stop(node, "CalledProcessError", why)
        except (Done, Returned):
            return
        finally:
            frame.argv.words = argv

    def _check(self, node: ast.Call) -> None:
        """Stop at a call that fails for certain, whatever the script's own functions do."""
        frame, modules = self._state.frame, self._state.modules
        text = modules.text(frame.file)
        called = frame.origin(node.func) or dotted(node.func)
        exits = f"it exits{message(node, frame.constant)}" if called in _EXITS else ""
        pip = "it runs pip, which a build environment lacks"
        setuptools = modules.finds.versions.get("setuptools")
        for exception, why in (
            ("re.error", refused_pattern(node, frame)),
            ("AttributeError", lost_method(node, frame)),
            ("TypeError", joins_unset(node, frame, text)),
            ("TypeError", refused_dry_run(called, _keywords_of(node, frame)[1], setuptools)),
            ("SystemExit", exits),
            ("ValueError", frame.missing_word(node)),
            ("ValueError", _U_MODE if opens_in_u_mode(node, frame) else ""),
            ("FileNotFoundError", missing_file(node, frame)),
            ("IsADirectoryError", removed_folder(node, frame)),
            ("CalledProcessError", pip if self._runs_pip(node) in CHECKED else ""),
            ("CalledProcessError", asks_repository(node, frame, modules.paths, text)),
        ):
            if why:
                frame.stop(node, exception, why)

    def fails_for_want_of_pip(self, node: ast.expr) -> bool:
        """Whether an expression is the status of a run of pip, in an environment without it."""
        return isinstance(node, ast.Call) and self._runs_pip(node) == "subprocess.call"

    def _runs_pip(self, node: ast.Call) -> str:
        """The function that runs ``python -m pip``, where the build is known to have no pip."""
        origin = self._state.frame.origin(node.func)
        words = node.args[0] if node.args else None
        if origin not in {*CHECKED, "subprocess.call"} or not isinstance(words, ast.List):
            return ""
        finds = self._state.modules.finds
        known = [getattr(word, "value", None) for word in words.elts[1:3]]
        own = dotted(words.elts[0]) == "sys.executable" if words.elts else False
        lacks = finds.complete and "pip" not in finds.versions
        return origin if lacks and own and known == ["-m", "pip"] else ""

    def _fetch(self, node: ast.Call) -> None:
        """`fetch_build_eggs` runs pip, and a build environment has none."""
        frame, finds = self._state.frame, self._state.modules.finds
        stated = frame.constant(node.args[0]) if len(node.args) == 1 else None
        lines = [stated] if isinstance(stated, str) else stated
        if finds.complete and isinstance(lines, list | tuple):
            missing = [line for line in lines if not finds.satisfies(str(line))]
            if missing:
                why = (
                    f"it has setuptools fetch {missing[0]} by pip, which a build environment lacks"
                )
                frame.stop(node, "DistutilsError", why)

    def _setup(self, node: ast.Call) -> None:
        """What `setup()` refuses, and what its commands do."""
        state, frame = self._state, self._state.frame
        if state.settings.refuses_2to3 and state.keywords.turn_on_2to3(node.keywords, frame):
            frame.stop(node, SETUP_EXIT, _USE_2TO3)
        known, names = _keywords_of(node, frame)
        finds = state.modules.finds
        setuptools = finds.versions.get("setuptools")
        raises, why = refused_keyword(known, names, frame.files, setuptools)
        if not why:
            raises, why = "AttributeError", unread_description(node, frame)
        if not why and not state.settings.first:
            called = frame.origin(node.func)
            raises, why = "TypeError", numpy_dry_run(called, state.modules, finds.versions)
        if why:
            frame.stop(node, raises, why)
        if state.settings.release is not None and not state.settings.first:
            why = other_version(known, names, state.settings.release, finds)
            if why:
                frame.stop(node, OTHER_VERSION, why)
        if not state.settings.first:
            self._run_cffi(known.get("cffi_modules"))
            compiles = state.settings.compiles and not state.settings.lives_without
            classes = state.keywords.command_classes(node)
            with exits_of_commands():
                for method in command_methods(classes, frame, compiles=compiles):
                    self._enter(method, _NO_CALL)
                for method in state.late_texts if compiles else ():
                    self._enter(method, _NO_CALL)

    def _run_cffi(self, modules: Any) -> None:
        """The scripts that `setup()` itself runs where cffi is installed (`setuptools_ext.py`)."""
        if "cffi" not in self._state.modules.finds.versions:
            return
        for module in modules if isinstance(modules, list | tuple) else ():
            path, colon, _ = str(module).partition(":")
            if colon:
                self._run_file(posixpath.normpath(path), "__cffi__")


def _keywords_of(node: ast.Call, frame: Frame) -> tuple[dict[str, Any], frozenset[str]]:
    """The keywords of a call that are known, and the names of all; ``**`` for those of a table."""
    named = {k.arg: frame.constant(k.value) for k in node.keywords if k.arg is not None}
    known = {name: value for name, value in named.items() if value is not None}
    more = {"**"} if len(named) < len(node.keywords) else frozenset[str]()
    return known, frozenset(named) | more


def _imported(node: ast.Call, frame: Frame) -> str:
    """The module that ``__import__('x')`` or ``importlib.import_module('x')`` names."""
    called = frame.origin(node.func) or dotted(node.func)
    given = node.args[:1] if called in _IMPORTERS and called not in frame.around else ()
    name = frame.constant(given[0]) if given else None
    return name if isinstance(name, str) and not name.startswith(".") else ""


def _fetches_eggs(node: ast.Call, frame: Frame) -> bool:
    """``setuptools.dist.fetch_build_eggs(…)`` or ``Distribution().fetch_build_eggs(…)``."""
    function = node.func
    if frame.origin(function) == _FETCHES_EGGS:
        return True
    if not isinstance(function, ast.Attribute) or function.attr != "fetch_build_eggs":
        return False
    made = function.value
    return isinstance(made, ast.Call) and frame.origin(made.func).endswith("Distribution")


def _late_texts(node: ast.Call, frame: Frame, text: str) -> list[Function]:
    """The `__str__` of the script's own classes in the `include_dirs` of an extension module.

    The compiler's command turns them into text, as `get_pybind_include` wants it.
    """
    if not dotted(node.func).endswith("Extension"):
        return []
    given = next((k.value for k in node.keywords if k.arg == "include_dirs"), None)
    if isinstance(given, ast.Name):
        given = _only_value(given.id, text)
    found = []
    for item in given.elts if isinstance(given, ast.List | ast.Tuple) else ():
        made = item.args[0] if _is_text_call(item) else item
        name = dotted(made.func) if isinstance(made, ast.Call) else ""
        known = frame.around.get(name)
        if isinstance(known, ScriptClass):
            own = {p.name: p for p in known.node.body if isinstance(p, ast.FunctionDef)}
            texts = [own[name] for name in ("__str__", "__fspath__") if name in own]
            found += [Function(method, known.home, known.file) for method in texts[:1]]
    return found


def _only_value(name: str, text: str) -> ast.expr | None:
    """What a file gives a name where it does so once."""
    tree = parse(text)
    found = [
        part.value
        for part in (tree.body if isinstance(tree, ast.Module) else ())
        if isinstance(part, ast.Assign) and dotted(part.targets[0]) == name
    ]
    return found[0] if len(found) == 1 else None


def _is_text_call(node: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and dotted(node.func) == "str" and len(node.args) == 1


def _initializer(node: ast.Call, frame: Frame) -> Function | None:
    """The `__init__` of a class of the script that a call makes an object of."""
    known = frame.around.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if not isinstance(known, ScriptClass):
        return None
    own = {part.name: part for part in known.node.body if isinstance(part, ast.FunctionDef)}
    if "__init__" not in own:
        return None
    return Function(own["__init__"], known.home, known.file)
