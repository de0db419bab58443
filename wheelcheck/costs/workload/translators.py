"""Programs that write other files while a build runs: F2PY, Pythran, gettext, Java's compiler."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.costs.workload.made import texts_of_scripts
from wheelcheck.costs.workload.source_kinds import SourceKind, source_kind

__all__ = ["fortran_wrappers", "java_bytes", "message_bytes", "pythran_modules"]

_SIGNATURES = (".pyf", ".pyf.src")
_BUILD_FILES = ("meson.build", "CMakeLists.txt", "setup.py")
_RUNS_PYTHRAN = re.compile(r"\[ *pythran\b *,|\bpythran\w*\.process *\(")
"""How ``meson.build`` files run it: a command, or a generator."""
_RUNS_GETTEXT = re.compile(r"['\"]msgfmt\b|\bi18n\.gettext *\(")
_RUNS_JAVAC = re.compile(r"['\"/]javac['\" ]")
"""A script that names Java's compiler as a program."""


def fortran_wrappers(facts: SdistFacts, paths: Collection[str], texts: Mapping[str, str]) -> int:
    """The modules that F2PY is run for: by signature files, else by what the scripts say."""
    modules = sum(
        any(source_kind(path) is SourceKind.FORTRAN for path in module.sources or ())
        for module in facts.extensions
    )
    named = any("f2py" in text for path, text in texts.items() if path.endswith(_BUILD_FILES))
    if not modules and not named:
        return 0
    signatures = sum(path.endswith(_SIGNATURES) and not is_aside(path) for path in paths)
    fortran = any(source_kind(path) is SourceKind.FORTRAN and not is_aside(path) for path in paths)
    return max(signatures, modules, int(fortran))


def java_bytes(facts: SdistFacts, sizes: Mapping[str, int], texts: Mapping[str, str]) -> int:
    """Bytes of the Java sources that a script has ``javac`` compile; those of tests left out."""
    found = sum(
        size for path, size in sizes.items() if path.endswith(".java") and not is_aside(path)
    )
    if not found:
        return 0
    scripts = texts_of_scripts(facts, texts)
    scripts += [
        text
        for path, text in texts.items()
        if path.endswith(".py") and any(_module(path) in script for script in scripts)
    ]
    return found if any(map(_RUNS_JAVAC.search, scripts)) else 0


def _module(path: str) -> str:
    """How a script that imports a file names it: ``commands.java``, ``import setup_ext``."""
    name = path.removesuffix(".py").replace("/", ".")
    return name if "." in name else f"import {name}"


def message_bytes(facts: SdistFacts, sizes: Mapping[str, int], texts: Mapping[str, str]) -> int:
    """Bytes of the translated messages that a script has gettext's ``msgfmt`` compile."""
    found = sum(size for path, size in sizes.items() if path.endswith(".po"))
    if not found:
        return 0
    scripts = texts_of_scripts(facts, texts)
    scripts += [text for path, text in texts.items() if path.endswith("meson.build")]
    return found if any(map(_RUNS_GETTEXT.search, scripts)) else 0


def pythran_modules(facts: SdistFacts, texts: Mapping[str, str]) -> int:
    """The modules of Python that Pythran turns into C++."""
    declared = sum(module.made_by.lower().startswith("pythran") for module in facts.extensions)
    run = sum(
        len(_RUNS_PYTHRAN.findall(text))
        for path, text in texts.items()
        if path.endswith("meson.build") and not is_aside(path)
    )
    return declared + run
