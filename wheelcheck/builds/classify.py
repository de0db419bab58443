"""Does an sdist need a compiler? The chain of evidence, cheapest link first.

1. Wheels of the release, by their names: a pure one and none for Linux settles it, nothing opened.
2. The sdist's own files: backend, setup script, build descriptions, sources.
3. The directory of a sibling wheel, where the sdist says "pure" and platform wheels exist.
4. Wheels of neighbouring releases, where the sdist itself leaves doubt or cannot be read.

A wheel's tag is a fact of what the project's own build made, so it outranks every reading of the
sdist; but only the sdist tells whether extension modules are *optional*. Those are compiled where a
compiler is there, and left out where none is: the installation succeeds either way, so the verdict
is `source-pure` with `optional_extensions` set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wheelcheck.builds.evidence import Classification, Confidence, Evidence
from wheelcheck.builds.sdist import SdistFacts, read_sdist, wanted
from wheelcheck.builds.setup_script.reading import SetupScript
from wheelcheck.builds.setup_script.surroundings import BuildSite
from wheelcheck.builds.siblings import (
    linux_wheel,
    neighbour_wheels,
    sibling_wheels,
    wheel_contents,
)
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.model import Index, Project, Sdist

__all__ = ["classify_sdist", "judge_source_build"]


def judge_source_build(
    project: Project | Unknown,
    sdist: Sdist,
    index: Index,
    site: BuildSite = BuildSite(),  # noqa: B008 (frozen)
) -> Classification:
    """Judge building `sdist` on a site. Archives are opened only where names do not decide.

    `project` may be unknown where the sdist was named by its URL. Raises `IndexUnreachable` alone;
    whatever concerns this sdist is in the answer.
    """
    files = () if isinstance(project, Unknown) else project.files(sdist.version)
    siblings = sibling_wheels(files)
    codes = {piece.code for piece in siblings}
    if "sibling-pure-wheel" in codes and "sibling-platform-wheel" not in codes:
        return Classification(
            Verdict.SOURCE_PURE,
            Confidence.CERTAIN,
            optional_extensions=False,
            evidence=siblings,
            reason=f"the same release has the pure wheel {siblings[0].where}",
        )
    listing = index.listing(sdist, wanted)
    if isinstance(listing, Unknown):
        unread = Evidence("archive-unreadable", sdist.filename, listing.reason)
        own = _undecided(f"the sdist cannot be read: {listing.reason}", (unread,))
    else:
        own = classify_sdist(read_sdist(listing, site))
    if isinstance(project, Unknown):
        return own
    if codes >= {"sibling-platform-wheel"}:
        return _beside_platform_wheels(own, siblings, project, sdist, index)
    if own.confidence in {Confidence.WEAK, Confidence.NONE}:
        return _beside_neighbours(own, siblings, neighbour_wheels(project, sdist.version))
    return replace(own, evidence=(*siblings, *own.evidence))


def _beside_platform_wheels(
    own: Classification,
    siblings: tuple[Evidence, ...],
    project: Project,
    sdist: Sdist,
    index: Index,
) -> Classification:
    """The release has wheels for Linux: native, unless the sdist does without a compiler."""
    gathered = (*siblings, *own.evidence)
    wheel = next(piece for piece in siblings if piece.code == "sibling-platform-wheel").where
    also_pure = any(piece.code == "sibling-pure-wheel" for piece in siblings)
    if own.verdict is Verdict.SOURCE_NATIVE:
        confidence = own.confidence if also_pure else Confidence.CERTAIN
        return replace(own, confidence=confidence, evidence=gathered)
    codes = {piece.code for piece in own.evidence}
    described = codes & {"cmake-project", "command-runs-tool"}
    switched_off = not described and codes & {"extension-modules-off", "build-hook-off"}
    if own.verdict is Verdict.SOURCE_PURE and (
        own.optional_extensions or switched_off or also_pure
    ):
        return replace(own, evidence=gathered)
    opened = linux_wheel(project.files(sdist.version))
    listing = index.listing(opened) if opened is not None else None
    if opened is not None and listing is not None and not isinstance(listing, Unknown):
        contents = wheel_contents(listing)
        gathered += contents.evidence(opened.filename)
        if not contents.compiled and own.verdict is Verdict.SOURCE_PURE:
            return replace(own, evidence=gathered)
    return Classification(
        Verdict.SOURCE_NATIVE,
        Confidence.CERTAIN,
        optional_extensions=False,
        evidence=gathered,
        reason=f"the same release has the platform wheel {wheel}",
    )


def _beside_neighbours(
    own: Classification, siblings: tuple[Evidence, ...], neighbours: tuple[Evidence, ...]
) -> Classification:
    """What other releases are like decides where the sdist itself leaves doubt."""
    gathered = (*siblings, *own.evidence, *neighbours)
    kinds = {piece.code for piece in neighbours}
    named = {
        frozenset({"neighbour-pure-wheel"}): Verdict.SOURCE_PURE,
        frozenset({"neighbour-platform-wheel"}): Verdict.SOURCE_NATIVE,
    }
    verdict = named.get(frozenset(kinds))
    if siblings and verdict is None:
        verdict = Verdict.SOURCE_NATIVE  # wheels for Windows or macOS alone
    if verdict is None or verdict is own.verdict:
        return replace(own, evidence=gathered)
    return Classification(
        verdict,
        Confidence.WEAK,
        optional_extensions=False,
        evidence=gathered,
        reason=f"the sdist leaves doubt, and other wheels of the project are like "
        f"{(neighbours or siblings)[0].where}",
    )


@dataclass(frozen=True, slots=True)
class _Opinion:
    """What one reader concludes from the facts."""

    verdict: Verdict
    confidence: Confidence
    reason: str
    optional: bool = False


def classify_sdist(facts: SdistFacts) -> Classification:
    """Judge an sdist by what it holds, wheels aside."""
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
    if facts.script is not None or facts.kind == "setuptools":
        return _by_setuptools(facts)
    return _by_sources(facts, f"the build backend {facts.system.backend} is not one we know")


def _by_native_backend(facts: SdistFacts) -> _Opinion:
    if facts.has("build-hook-off"):
        return _pure("its build backend is told not to compile")
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
    unread = [path for path in facts.system.scripts if path not in _paths(facts.build_scripts)]
    if facts.system.scripts and (unread or any(s.problem for s in facts.build_scripts)):
        return _by_sources(facts, "its build script cannot be read")
    if facts.has("command-runs-tool"):
        return _native("its build script runs a compiler or build tool", Confidence.WEAK)
    return _pure(f"{facts.system.backend} builds it, which compiles nothing by itself")


def _paths(scripts: tuple[SetupScript, ...]) -> set[str]:
    return {script.path for script in scripts}


def _by_setuptools(facts: SdistFacts) -> _Opinion:
    script = facts.script
    declared = _by_declarations(facts, (script,) if script is not None else ())
    if declared is not None:
        return declared
    if facts.has("command-runs-tool") and facts.native_files:
        return _native("a custom build command runs a compiler or build tool", Confidence.WEAK)
    if script is None:
        return _pure("setuptools builds it without a setup script or declared extension modules")
    if script.problem is not None or script.unclear or not script.calls_setup:
        return _by_script_in_doubt(facts, script)
    return _pure("its setup script declares no extension modules")


def _by_declarations(facts: SdistFacts, scripts: tuple[SetupScript, ...]) -> _Opinion | None:
    """Extension modules that were declared, in a table or by a script; None for none."""
    modules = [module for script in scripts for module in script.extensions]
    forgiving = next((script.forgiving for script in scripts if script.forgiving), "")
    in_tables = [piece for piece in facts.evidence if _is_table(piece)]
    required = [module for module in modules if not module.optional]
    if any(piece.code == "extension-modules" for piece in in_tables):
        return _native(f"{in_tables[0].where} declares extension modules")
    if not required and (modules or in_tables):
        return _optional("its extension modules are marked optional")
    if not required:
        return None
    if forgiving:
        return _optional(forgiving)
    if all(module.supposing for module in required):
        reason = f"{required[0].where} declares extension modules under a condition"
        return _native(reason, Confidence.WEAK)
    where = next(module.where for module in required if not module.supposing)
    return _native(f"{where} declares extension modules")


def _is_table(piece: Evidence) -> bool:
    codes = {"extension-modules", "extension-modules-optional"}
    return piece.code in codes and piece.where in {"pyproject.toml", "setup.cfg"}


def _by_script_in_doubt(facts: SdistFacts, script: SetupScript) -> _Opinion:
    why = script.problem.reason if script.problem is not None else ", ".join(script.unclear)
    doubt = f"{script.path} cannot be read to the end ({why})"
    if not script.mentions and "ext_modules" not in script.unclear:
        if not facts.native_files:
            return _pure(f"{doubt}, but nothing in the sdist could be compiled", Confidence.WEAK)
        return _by_sources(facts, doubt)
    return _by_sources(facts, doubt)


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
    return _Opinion(Verdict.SOURCE_PURE, Confidence.STRONG, reason, optional=True)


def _unknown(reason: str) -> _Opinion:
    return _Opinion(Verdict.SOURCE_UNKNOWN, Confidence.NONE, reason)


def _undecided(reason: str, evidence: tuple[Evidence, ...]) -> Classification:
    return Classification(
        Verdict.SOURCE_UNKNOWN,
        Confidence.NONE,
        optional_extensions=False,
        evidence=evidence,
        reason=reason,
    )
