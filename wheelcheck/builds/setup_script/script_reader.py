"""From the text of a setup script to what it declares."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from msgspec import structs

from wheelcheck.builds.setup_script.calls import ENDS, SetupCall
from wheelcheck.builds.setup_script.commands_run import tools_always_run
from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    Dotted,
    Extension,
    FunctionValue,
    Opaque,
    Raised,
    Value,
    extensions_in,
    with_others_instead,
)
from wheelcheck.builds.setup_script.declaration import ExtensionModule, SetupScript
from wheelcheck.builds.setup_script.expressions import BudgetSpent
from wheelcheck.builds.setup_script.flow import TRIAL
from wheelcheck.builds.setup_script.forgiveness import (
    forgives_failures,
    leaves_extensions_out,
    methods_of,
    returns_at_once,
)
from wheelcheck.builds.setup_script.interpreter import Interpreter
from wheelcheck.builds.setup_script.script_context import ScriptContext
from wheelcheck.builds.setup_script.script_syntax import mentions_extensions, parse
from wheelcheck.builds.setup_script.setup_requires import requires_unclear, setup_requires
from wheelcheck.builds.setup_script.side_effects import calls_itself_impure, tools_run
from wheelcheck.errors import Unknown

__all__ = ["read_build_script", "read_setup_script"]

_KEYWORDS = ("ext_modules", "cffi_modules", "rust_extensions", "libraries", "features", "**")


def read_setup_script(path: str, text: str, around: ScriptContext) -> SetupScript:
    """Walk ``setup.py`` and say what it hands to `setup()`. Never raises, runs nothing."""
    return _within_limits(_read_setup_script, path, text, around)


def read_build_script(path: str, text: str, around: ScriptContext) -> SetupScript:
    """Walk a build script or hook of a backend: all that any of its functions makes counts."""
    return _within_limits(_read_build_script, path, text, around)


def _within_limits(
    read: Callable[[str, ast.Module, ScriptContext], SetupScript],
    path: str,
    text: str,
    around: ScriptContext,
) -> SetupScript:
    tree = parse(text)
    mentions = mentions_extensions(text)
    if isinstance(tree, Unknown):
        return SetupScript(path, mentions=mentions, problem=tree)
    try:
        return structs.replace(read(path, tree, around), mentions=mentions)
    except (BudgetSpent, RecursionError, MemoryError):
        why = Unknown("script-refused", "takes too many steps to follow")
        return SetupScript(path, mentions=mentions, problem=why)


def _read_setup_script(path: str, tree: ast.Module, around: ScriptContext) -> SetupScript:
    script, stopped = _walk(path, tree, around)
    if script.setup_calls or not stopped:
        return _script_value(path, script, stopped, asleep=_walk_commands(script))
    # It stops before it declares anything: for want of a module, or because reading misjudged a
    # condition. Read on as if nothing was wrong, and say so.
    everything = replace(around, missing=frozenset())
    for heedless in (False, True):
        again, _ = _walk(path, tree, everything, heedless=heedless)
        if again.setup_calls:
            return _script_value(path, again, stopped)
    return _script_value(path, script, stopped)


def _read_build_script(path: str, tree: ast.Module, around: ScriptContext) -> SetupScript:
    script, _ = _walk(path, tree, around)
    for name, value in list(script.scope.names.items()):
        if isinstance(value, FunctionValue) and name in _ENTRY_POINTS:
            script.call_separately(value)
    for owner in script.classes:
        for method in _HOOKS:
            script.call_separately(script.member(owner, method))
    commands: dict[str, Value] = {owner.node.name: owner for owner in script.classes}
    return structs.replace(
        _script_value(path, script, ""),
        calls_setup=True,
        extensions=_frozen(script.made),
        forgiving=_forgiving_command(script, commands),
    )


_ENTRY_POINTS = {
    "build", "build_extensions", "build_wheel", "main", "pdm_build_initialize",
    "pdm_build_update_setup_kwargs",
}  # fmt: skip
_HOOKS = ("initialize", "pdm_build_initialize", "pdm_build_update_setup_kwargs")


def _walk(
    path: str, tree: ast.Module, around: ScriptContext, *, heedless: bool = False
) -> tuple[Interpreter, str]:
    """The walked script, and the exception it stops by ("" for none)."""
    script = Interpreter(around, path)
    script.heedless = heedless
    script.walked.append((path, tree))
    try:
        script.run(tree.body)
    except Raised as raised:
        return script, raised.name
    except ENDS:
        return script, ""
    return script, ""


def _walk_commands(script: Interpreter) -> bool:
    """Walk commands of a build that give the distribution its extension modules late.

    Whether, the other way round, its `build_ext` does nothing unless it is given options.
    """
    asleep = False
    for call in list(script.setup_calls):
        given = call.arguments.get("cmdclass")
        for name, command in given.items() if isinstance(given, dict) else ():
            if name in _BUILDING and isinstance(command, ClassValue):
                instance = structs.replace(command, attributes={}, made=True)
                for method in methods_of(command):
                    if _gives_extensions(method):
                        script.call_separately(script.member(instance, method.name))
                asleep |= name == "build_ext" and returns_at_once(script, instance)
    return asleep


_BUILDING = {"bdist_wheel", "build", "build_ext", "build_py", "egg_info", "install"}


def _gives_extensions(method: ast.FunctionDef) -> bool:
    """Whether a method run by the build assigns ``self.distribution.ext_modules`` or its like."""
    return method.name in {"initialize_options", "finalize_options", "run"} and any(
        isinstance(node, ast.Attribute)
        and node.attr == "ext_modules"
        and isinstance(node.ctx, ast.Store)
        for node in ast.walk(method)
    )


def _script_value(
    path: str, script: Interpreter, stopped: str, *, asleep: bool = False
) -> SetupScript:
    first = [call for call in script.setup_calls if not call.fallback]
    tools = tools_run(script.walked, _idle_commands(script, script.setup_calls))
    return SetupScript(
        path,
        calls_setup=bool(script.setup_calls),
        extensions=() if asleep else _declared(first),
        forgiving=_forgiving(script, script.setup_calls),
        ignored=tuple(script.ignored),
        decided=script.decided,
        unclear=(*(_unclear(first) if first else script.unread), *_stopped(stopped)),
        perhaps_sources=_perhaps_gained(script),
        leaves_out=leaves_extensions_out(tree for _, tree in script.walked),
        impure=_impure(path, script, first),
        tools=tuple((run.where, run.tool) for run in tools),
        tools_forgiven=all(run.forgiven for run in tools),
        tools_always_run=tools_always_run(_commands(first)),
        scripts_run=tuple(dict.fromkeys(run.script for run in tools if run.script)),
        setup_requires=setup_requires(first or script.setup_calls),
        requires_unclear=requires_unclear(first or script.setup_calls),
    )


def _commands(calls: list[SetupCall]) -> Mapping[str, Value]:
    """The commands that the first call of `setup()` is given, by their names."""
    given = calls[0].arguments.get("cmdclass") if calls else None
    return given if isinstance(given, dict) else {}


def _idle_commands(script: Interpreter, calls: list[SetupCall]) -> set[ast.ClassDef]:
    """Commands that the script defines and hands to no call of `setup()`: nothing runs them.

    None where a call may be handed what is not known.
    """
    given = [call.arguments.get("cmdclass", {}) for call in calls]
    if not all(isinstance(commands, dict) for commands in given) or any(
        call.arguments.keys() & {"**", "distclass"} for call in calls
    ):
        return set()
    values = [
        value for commands in given if isinstance(commands, dict) for value in commands.values()
    ]
    if not calls or not all(isinstance(value, ClassValue | Dotted) for value in values):
        return set()
    run = {
        owner.node for value in values if isinstance(value, ClassValue) for owner in value.lineage()
    }
    return {
        owner.node
        for owner in script.classes
        if owner.node not in run and any(map(owner.descends_from, _BUILDING))
    }


def _declared(calls: list[SetupCall]) -> tuple[ExtensionModule, ...]:
    """Extension modules of all calls, each depending on its call's conditions."""
    found: list[ExtensionModule] = []
    handed = [_handed(call) for call in calls]
    everywhere = all(handed)
    for call, own, marked in zip(calls, handed, with_others_instead(handed), strict=True):
        if not everywhere:
            conditions = call.supposing
            found += _frozen(
                [structs.replace(e, supposing=(*e.supposing, *conditions)) for e in own]
            )
        else:
            found += _frozen(marked if call.supposing else own)
    least: dict[ExtensionModule, ExtensionModule] = {}
    for module in found:  # met on several ways it depends on what the easiest depends on
        key = structs.replace(module, supposing=(), perhaps=False, shared=())
        if key not in least or _ease(module) < _ease(least[key]):
            least[key] = module
    return tuple(least.values())


def _ease(module: ExtensionModule) -> tuple[bool, int]:
    """The order of what is sure to be made before what is not."""
    return module.perhaps, len(module.supposing)


def _handed(call: SetupCall) -> list[Extension]:
    """What a call of `setup()` hands over to be compiled, by whichever keyword."""
    found = [item for key in _KEYWORDS for item in extensions_in(call.arguments.get(key))]
    for key in ("cffi_modules", "libraries", "ext_modules", "rust_extensions"):
        value = call.arguments.get(key)
        if not extensions_in(value) and isinstance(value, list | tuple | str) and value:
            found.append(Extension(key, call.line, "", sources=None))
    root = call.function.split(".")[0]
    if root == "skbuild" or "cmake_source_dir" in call.arguments:
        found.append(Extension("skbuild", call.line, ""))
    if call.function.startswith("numpy.distutils") or "configuration" in call.arguments:
        found = found or [Extension("numpy.distutils", call.line, "")]
    return found


def _frozen(found: list[Extension]) -> tuple[ExtensionModule, ...]:
    return tuple(
        ExtensionModule(
            item.made_by,
            f"{item.file or 'setup.py'}:{item.line}",
            item.name,
            item.sources,
            item.libraries,
            item.optional or TRIAL in item.supposing,
            item.supposing,
            item.options,
            item.alternatives,
            item.perhaps,
            item.shared,
        )
        for item in found
    )


def _impure(path: str, script: Interpreter, calls: list[SetupCall]) -> str:
    for call in calls:
        declared = call.arguments.get("has_ext_modules")
        if isinstance(declared, FunctionValue):
            return f"{path}:{call.line}"
    return calls_itself_impure(script.classes)


def _perhaps_gained(script: Interpreter) -> tuple[str, ...]:
    """The texts that lists gain on some ways through the script, and never in any case."""
    certain = {text for text, always in script.gained if always}
    return tuple(dict.fromkeys(text for text, _ in script.gained if text not in certain))


def _stopped(name: str) -> tuple[str, ...]:
    return (f"raises {name}",) if name else ()


def _unclear(calls: list[SetupCall]) -> tuple[str, ...]:
    """Keywords that could hand over extension modules, and whose value is unknown."""
    return tuple(
        key
        for call in calls
        for key in _KEYWORDS
        if key != "libraries"
        and isinstance(call.arguments.get(key), Opaque | ClassValue | FunctionValue | Dotted)
        and not extensions_in(call.arguments[key])
    )


def _forgiving(script: Interpreter, calls: list[SetupCall]) -> str:
    for call in calls:
        commands = call.arguments.get("cmdclass")
        message = _forgiving_command(script, commands) if isinstance(commands, dict) else ""
        if message:
            return message
    retried = [call for call in calls if call.fallback]
    if retried and not any(_handed(call) for call in retried):
        place = f"setup.py:{retried[0].line}"
        return f"{place} sets up again without its extension modules where they fail to compile"
    return ""


def _forgiving_command(script: Interpreter, commands: dict[str, Value]) -> str:
    for name, command in commands.items():
        if isinstance(command, ClassValue) and forgives_failures(script, command):
            return f"{command.node.name} ({name}) goes on when the compiler fails"
    return ""
