"""Does an sdist need a compiler? The chain of evidence, cheapest link first.

1. Wheels of the release, by their names: a pure one and none for Linux settles it, unless a caller
   has read the sdist, and its backend looks for a compiler all the same.
2. The sdist's own files: backend, setup script, build descriptions, sources.
3. The directory of a sibling wheel, where the sdist says "pure" and platform wheels exist.
4. Wheels of neighbouring releases, where the sdist itself leaves doubt or cannot be read.

A wheel's tag is a fact of what the project's own build made, so it outranks every reading of the
sdist; but only the sdist tells whether extension modules are *optional*. Those are compiled where a
compiler is there, and left out where none is: the installation succeeds either way, so the verdict
is `source-pure` with `optional_extensions` set.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.evidence.classification import Classification, Confidence, EvidencePiece
from wheelcheck.builds.evidence.sibling_wheels import (
    WheelContents,
    linux_wheel,
    neighbour_wheels,
    sibling_wheels,
    wheel_contents,
)
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts, read_sdist, wanted
from wheelcheck.builds.setup_script.script_context import BuildSite
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Project, Sdist, Wheel

__all__ = ["judge_source_build", "wheel_to_open"]


def judge_source_build(
    project: Project | Unknown,
    sdist: Sdist,
    index: Index,
    site: BuildSite = BuildSite(),  # noqa: B008 (frozen)
    read: Callable[[], SdistFacts | Unknown] | None = None,
) -> Classification:
    """Judge building `sdist` on a site. Archives are opened only where names do not decide.

    `project` may be unknown where the sdist was named by its URL. `read` gives what the sdist says
    on that site to callers that know it for other reasons too; without it the index is read.
    Raises `IndexUnreachable` alone; whatever concerns this sdist is in the answer.
    """
    files = () if isinstance(project, Unknown) else project.files(sdist.version)
    siblings = sibling_wheels(files)
    codes = {piece.code for piece in siblings}
    if "sibling-pure-wheel" in codes and "sibling-platform-wheel" not in codes:
        compiling = _compiling_all_the_same(read() if read is not None else None)
        if compiling is not None:
            return replace(compiling, evidence=(*siblings, *compiling.evidence))
        return Classification(
            Verdict.SOURCE_PURE,
            Confidence.CERTAIN,
            optional_extensions=False,
            evidence=siblings,
            reason=f"the same release has the pure wheel {siblings[0].where}",
        )
    own = _opinion(read() if read is not None else _read(sdist, index, site), sdist)
    if isinstance(project, Unknown):
        return own
    if codes >= {"sibling-platform-wheel"}:
        return _beside_platform_wheels(own, siblings, project, sdist, index)
    if own.confidence in {Confidence.WEAK, Confidence.NONE}:
        return _beside_neighbours(own, siblings, neighbour_wheels(project, sdist.version))
    return replace(own, evidence=(*siblings, *own.evidence))


def wheel_to_open(
    project: Project | Unknown, sdist: Sdist, facts: SdistFacts | Unknown
) -> Wheel | None:
    """The wheel whose directory `judge_source_build` looks into, if it comes to that."""
    files = () if isinstance(project, Unknown) else project.files(sdist.version)
    codes = {piece.code for piece in sibling_wheels(files)}
    if "sibling-platform-wheel" not in codes:
        return None
    own = _opinion(facts, sdist)
    settled = _does_without_compiler(own, also_pure="sibling-pure-wheel" in codes)
    return None if settled or own.verdict is Verdict.SOURCE_NATIVE else linux_wheel(files)


def _compiling_all_the_same(facts: SdistFacts | Unknown | None) -> Classification | None:
    """That a build takes a compiler, beside a pure wheel, where its backend says so for certain.

    Meson and CMake look for a compiler of each language of a project, whether it compiles anything
    for the wheel or not; and so does the CMake that a setup script starts in every build.
    """
    if not isinstance(facts, SdistFacts):
        return None
    if facts.kind == "setuptools":
        return _always_running_cmake(facts)
    if facts.kind != "meson" and not (facts.kind == "native" and facts.has("cmake-project")):
        return None
    own = classify_sdist(facts)
    certain = own.verdict is Verdict.SOURCE_NATIVE and own.confidence is Confidence.STRONG
    return own if certain else None


def _always_running_cmake(facts: SdistFacts) -> Classification | None:
    """That a setup script starts CMake in every build, its wheel called pure or not."""
    tools = facts.script.tools_always_run if facts.script is not None else frozenset()
    if "cmake" not in tools or not facts.has("cmake-project"):
        return None
    reason = "a command of its setup script runs cmake in every build"
    return Classification(
        Verdict.SOURCE_NATIVE,
        Confidence.STRONG,
        optional_extensions=False,
        evidence=facts.evidence,
        reason=reason,
    )


def _opinion(facts: SdistFacts | Unknown, sdist: Sdist) -> Classification:
    """What the sdist says by itself."""
    if isinstance(facts, Unknown):
        unread = EvidencePiece("archive-unreadable", sdist.filename, facts.reason)
        return _undecided(f"the sdist cannot be read: {facts.reason}", (unread,))
    return classify_sdist(facts)


def _does_without_compiler(own: Classification, *, also_pure: bool) -> bool:
    """Whether the sdist settles, beside wheels for Linux, that nothing need be compiled."""
    codes = {piece.code for piece in own.evidence}
    described = codes & {"cmake-project", "command-runs-tool"}
    switched_off = not described and codes & {"extension-modules-off", "build-hook-off"}
    return own.verdict is Verdict.SOURCE_PURE and bool(
        own.optional_extensions or switched_off or also_pure
    )


def _read(sdist: Sdist, index: Index, site: BuildSite) -> SdistFacts | Unknown:
    listing = index.listing(sdist, wanted)
    return listing if isinstance(listing, Unknown) else read_sdist(SdistContents(listing), site)


def _beside_platform_wheels(
    own: Classification,
    siblings: tuple[EvidencePiece, ...],
    project: Project,
    sdist: Sdist,
    index: Index,
) -> Classification:
    """The release has wheels for Linux: native, unless the sdist does without a compiler."""
    gathered = (*siblings, *own.evidence)
    wheel = next(piece for piece in siblings if piece.code == "sibling-platform-wheel").where
    also_pure = any(piece.code == "sibling-pure-wheel" for piece in siblings)
    if own.verdict is Verdict.SOURCE_NATIVE:
        sure = own.confidence if also_pure else _confirmed(own.confidence)
        return replace(own, confidence=sure, evidence=gathered)
    if _does_without_compiler(own, also_pure=also_pure):
        return replace(own, evidence=gathered)
    opened = linux_wheel(project.files(sdist.version))
    listing = index.listing(opened) if opened is not None else None
    if opened is not None and listing is not None and not isinstance(listing, Unknown):
        contents = wheel_contents(listing)
        gathered += contents.evidence(opened.filename)
        pure = _pure_by_wheel(replace(own, evidence=gathered), contents, opened)
        if pure is not None:
            return pure
    return Classification(
        Verdict.SOURCE_NATIVE,
        Confidence.CERTAIN,
        optional_extensions=False,
        evidence=gathered,
        reason=f"the same release has the platform wheel {wheel}",
    )


def _confirmed(confidence: Confidence) -> Confidence:
    """Beside wheels for Linux: that it compiles is certain; that it must, the sdist says."""
    return Confidence.CERTAIN if confidence is Confidence.STRONG else Confidence.STRONG


def _pure_by_wheel(
    own: Classification, contents: WheelContents, wheel: Wheel
) -> Classification | None:
    """That nothing need be compiled, where the contents of a wheel for Linux admit it."""
    if not contents.compiled and own.verdict is Verdict.SOURCE_PURE:
        return own
    if contents.extension_modules or not _makes_nothing(own):
        return None
    library = contents.libraries[0]
    left_out = EvidencePiece("library-left-out", wheel.filename, library)
    reason = f"{own.reason}; it leaves out {library}, which the published wheels carry"
    return replace(own, evidence=(*own.evidence, left_out), reason=reason)


def _makes_nothing(own: Classification) -> bool:
    """Whether an sdist has nothing that could become a library of its wheels: another tool adds it.

    The wheel that an installer builds then comes without, and the system must have the library.
    """
    bare = any(piece.code == "no-native-sources" for piece in own.evidence)
    return bare and own.verdict is Verdict.SOURCE_PURE and own.confidence is Confidence.STRONG


def _beside_neighbours(
    own: Classification, siblings: tuple[EvidencePiece, ...], neighbours: tuple[EvidencePiece, ...]
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


def _undecided(reason: str, evidence: tuple[EvidencePiece, ...]) -> Classification:
    return Classification(
        Verdict.SOURCE_UNKNOWN,
        Confidence.NONE,
        optional_extensions=False,
        evidence=evidence,
        reason=reason,
    )
