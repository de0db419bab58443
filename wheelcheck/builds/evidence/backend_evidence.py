"""What an sdist's own files say about compiling: one reader for each kind of backend."""

from __future__ import annotations

from msgspec import Struct

from wheelcheck.builds.evidence.classification import Classification, Confidence, EvidencePiece
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.setup_script.declaration import ExtensionModule, SetupScript
from wheelcheck.coverage.verdict import Verdict

__all__ = ["classify_sdist"]


class _Opinion(Struct, frozen=True):
    """What one reader concludes from the facts."""

    verdict: Verdict
    confidence: Confidence
    reason: str
    optional: bool = False


def classify_sdist(facts: SdistFacts) -> Classification:
    """Judge an sdist by what it holds."""
    opinion = _opinion(facts)
    return Classification(
        opinion.verdict, opinion.confidence, opinion.optional, facts.evidence, opinion.reason
    )


def _opinion(facts: SdistFacts) -> _Opinion:
    if facts.has("no-build-file"):
        return _unknown("there is neither pyproject.toml nor setup.py to build it by")
    if facts.kind == "native":
        return _by_native_backend(facts)
    if facts.kind == "meson":
        return _by_meson(facts)
    if facts.kind == "pure":
        return _by_pure_backend(facts)
    runs_script = facts.script is not None and not _has_other_backend(facts)
    if runs_script or facts.kind == "setuptools":
        return _by_setuptools(facts)
    return _by_sources(facts, f"the build backend {facts.system.backend} is not one we know")


def _has_other_backend(facts: SdistFacts) -> bool:
    """Whether a backend that we do not know builds, and a setup script beside it hands nothing on.

    Backends that wrap setuptools are known, or part of the sdist.
    """
    script = facts.script
    stated = not facts.system.legacy and not facts.system.backend_path
    return facts.kind == "unknown" and stated and not (script and script.extensions)


def _by_native_backend(facts: SdistFacts) -> _Opinion:
    if facts.has("build-hook-off"):
        return _pure("its build backend is configured not to compile")
    if facts.has("pure-wheel-declared") and facts.has("cmake-no-language"):
        return _pure("it configures a CMake project without compiled languages for a pure wheel")
    if facts.has("build-hook-optional"):
        return _optional("its settings have a build that fails made again without CMake")
    return _native(f"{facts.system.backend} builds it, which compiles")


def _by_meson(facts: SdistFacts) -> _Opinion:
    if facts.has("meson-extension-module"):
        return _native("its meson.build names compiled languages")
    if facts.has("meson-no-language"):
        return _pure("its meson.build names no compiled language")
    return _by_sources(facts, "meson.build is not there to be read")


def _by_pure_backend(facts: SdistFacts) -> _Opinion:
    declared = _by_declarations(facts, facts.build_scripts)
    if declared is not None:
        return declared
    if facts.has("build-hook"):
        return _native("a build hook compiles")
    read = {script.path for script in facts.build_scripts if script.problem is None}
    if not read.issuperset(facts.system.scripts):
        return _by_sources(facts, "its build script cannot be read")
    return _by_commands(facts) or _pure(
        f"{facts.system.backend} builds it, which compiles nothing by itself"
    )


def _by_setuptools(facts: SdistFacts) -> _Opinion:
    script = facts.script
    known = _by_declarations(facts, facts.scripts) or _by_commands(facts)
    if known is not None:
        return known
    if facts.native_files and any(own.mentions for own in facts.build_scripts):
        reason = "a command that its pyproject.toml gives to setuptools speaks of extension modules"
        return _native(reason, Confidence.WEAK)
    if script is None:
        return _pure("setuptools builds it without a setup script or declared extension modules")
    if script.problem is not None or script.unclear or not script.calls_setup:
        return _by_sources(facts, f"{script.path} {_doubt(script)}")
    if facts.has("extension-modules-off"):
        return _pure("its setup script builds no extension modules by default")
    return _pure("its setup script declares no extension modules")


def _doubt(script: SetupScript) -> str:
    if script.problem is not None:
        return f"cannot be read ({script.problem.reason})"
    if script.calls_setup or script.unclear:
        return f"cannot be read to the end ({', '.join(script.unclear)})"
    return "never calls setup()"


def _by_declarations(facts: SdistFacts, scripts: tuple[SetupScript, ...]) -> _Opinion | None:
    """Extension modules that were declared, in a table or by a script; None for none."""
    modules = [module for script in scripts for module in script.extensions]
    in_tables = [piece for piece in facts.evidence if _is_table(piece)]
    required = [module for module in modules if not module.optional]
    if any(piece.code == "extension-modules" for piece in in_tables):
        return _native(f"{in_tables[0].where} declares extension modules")
    if required:
        return _by_required(facts, scripts, required)
    if modules or in_tables:
        return _optional("its extension modules are marked optional")
    return None


def _by_required(
    facts: SdistFacts, scripts: tuple[SetupScript, ...], modules: list[ExtensionModule]
) -> _Opinion:
    """Extension modules that no script marks as optional."""
    forgiving = next((script.forgiving for script in scripts if script.forgiving), "")
    if forgiving:
        return _optional(forgiving)
    certain = next((module for module in modules if not module.supposing), None)
    if certain is not None:
        return _native(f"{certain.where} declares extension modules")
    declares = f"{modules[0].where} declares extension modules under a condition"
    if facts.native_files or any(map(_has_sources, modules)):
        return _native(declares, Confidence.WEAK)
    return _pure(f"{declares}, and there is nothing to compile", Confidence.WEAK)


def _has_sources(module: ExtensionModule) -> bool:
    """Whether a module may have something to compile beyond sources in compiled languages.

    Cython and mypyc compile Python, and cffi writes its own C.
    """
    return module.made_by != "Extension" or bool(module.sources)


def _is_table(piece: EvidencePiece) -> bool:
    codes = {"extension-modules", "extension-modules-optional"}
    return piece.code in codes and piece.where in {"pyproject.toml", "setup.cfg"}


def _by_commands(facts: SdistFacts) -> _Opinion | None:
    """Compiling outside the backend's own ways; only where there are sources to compile."""
    if not facts.native_files:
        return None
    if facts.has("command-runs-tool"):
        return _native("a custom build command runs a compiler or build tool", Confidence.WEAK)
    if facts.has("command-runs-tool-forgiven"):
        return _optional("a custom build command compiles, and goes on where that fails")
    if facts.has("platform-wheel-declared"):
        reason = "it calls its wheel platform-specific and holds sources in compiled languages"
        return _native(reason, Confidence.WEAK)
    if facts.own_backend and any(script.mentions for script in facts.build_scripts):
        return _native(
            "the build backend in the sdist speaks of extension modules", Confidence.WEAK
        )
    return None


def _by_sources(facts: SdistFacts, why: str) -> _Opinion:
    """Traces alone: sources in compiled languages, and build requirements that compile."""
    if facts.native_files:
        return _native(f"{why}; it holds sources in compiled languages", Confidence.WEAK)
    if facts.has("requires-compiling-tool"):
        return _unknown(f"{why}; a build requirement compiles, but there is nothing to compile")
    return _pure(f"{why}; it holds no source in a compiled language", Confidence.WEAK)


def _native(reason: str, confidence: Confidence = Confidence.STRONG) -> _Opinion:
    return _Opinion(Verdict.SOURCE_NATIVE, confidence, reason)


def _pure(reason: str, confidence: Confidence = Confidence.STRONG) -> _Opinion:
    return _Opinion(Verdict.SOURCE_PURE, confidence, reason)


def _optional(reason: str) -> _Opinion:
    message = f"{reason}; with a compiler it also builds its extension"
    return _Opinion(Verdict.SOURCE_PURE, Confidence.STRONG, message, optional=True)


def _unknown(reason: str) -> _Opinion:
    return _Opinion(Verdict.SOURCE_UNKNOWN, Confidence.NONE, reason)
