"""Which modules of Python mypyc turns into C, by the calls and settings that name them."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping

from wheelcheck.builds.sdist.build_system import hatch_hooks, read_toml, strings, table
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.costs.workload.compiled import CompiledFile
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.units import TranslationUnit

__all__ = ["compiled_by_mypyc", "python_file"]

_CALL = "mypycify"


def compiled_by_mypyc(
    facts: SdistFacts, sizes: Collection[str], texts: Mapping[str, str]
) -> set[str]:
    """Members that `mypycify` is given, or that the settings of hatch-mypyc choose.

    Where a call is given what cannot be read, all modules of the packages are.
    """
    calls = [module for module in facts.extensions if module.made_by == _CALL]
    modules = _modules(sizes)
    found = {path for call in calls for path in _given(call.sources or (), modules)}
    found |= set(_by_hatch(texts.get("pyproject.toml", ""), modules))
    return found or (modules if calls else set())


def python_file(path: str, size: int) -> CompiledFile:
    """A module that mypyc compiles; texts of modules are not counted in statements."""
    return CompiledFile(path, SourceKind.MYPYC, TranslationUnit(bytes=size))


def _modules(sizes: Collection[str]) -> set[str]:
    """Modules of packages; setup scripts, tests and examples are none."""
    return {path for path in sizes if path.endswith(".py") and "/" in path and not is_aside(path)}


def _given(arguments: Iterable[str], modules: Collection[str]) -> Iterator[str]:
    """The modules that arguments of mypy mean: files, folders, ``-p package``, ``-m module``."""
    for argument in arguments:
        if argument.startswith("-") and argument[:2] not in {"-p", "-m"}:
            continue
        named = argument[:2] in {"-p", "-m"}
        path = argument[2:].strip().replace(".", "/") if named else argument
        path = posixpath.normpath(path)
        for module in modules:
            if module in {path, f"{path}.py"} or module.startswith(f"{path}/"):
                yield module


def _by_hatch(text: str, modules: Collection[str]) -> Iterator[str]:
    """What hatch-mypyc takes: files that its `include` matches and its `exclude` does not.

    A hook that is not enabled by default compiles nothing.
    """
    for hooks in hatch_hooks(table(read_toml(text), "tool")) if "mypyc" in text else ():
        settings = table(hooks, "mypyc")
        if "mypyc" in hooks and settings.get("enable-by-default", True):
            wanted, left_out = (strings(settings.get(key)) for key in ("include", "exclude"))
            for module in modules:
                if _matches(module, wanted or ("*",)) and not _matches(module, left_out):
                    yield module


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(
        fnmatch.fnmatch(path, pattern) or path.startswith(f"{pattern.strip('/')}/")
        for pattern in (each.removeprefix("/") for each in patterns)
    )
