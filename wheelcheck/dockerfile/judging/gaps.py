"""The gaps between what source builds need and what a Dockerfile's packages answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role
from wheelcheck.builds.needs.python_headers import PYTHON_HEADERS
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.builds.outlook import Outlook
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.present_packages import (
    PresentSystem,
    answered_by,
    build_packages,
    present_system,
)
from wheelcheck.dockerfile.reading.dockerfile_model import InstallStep, PresentPackage, Stage

__all__ = ["COMPILERS", "Gap", "build_gaps", "run_gaps"]

_SURE = {"c", "rust"}
COMPILERS: Mapping[str, str] = {
    "c": "a C compiler",
    "c++": "a C++ compiler",
    "fortran": "a Fortran compiler",
    "rust": "Rust",
    "go": "Go",
    "clang": "clang",
    PYTHON_HEADERS: "Python's headers",
    "linux-headers": "the kernel's headers",
}
"""Tools without which nothing of their language compiles, and what people call them."""


_PYTHON_PACKAGES = ("python", "libpython", "py3-")
_HEADERS_PACKAGE = re.compile(r"(?:lib)?python-?[23]?[\d.]*-dev(?:el)?")
_VERSIONED = re.compile(r"python3\.?(\d+)")
_WITH_PYTHON = re.compile(
    r"/|/usr(/local|/local/bin|/local/lib)?/?|/usr/local/bin/python[\d.]*|/opt/.*"
)
_FETCHES_PYTHON = re.compile(
    r"\buv\s+python\s+install\b|--managed-python\b|\bonly-managed\b|\bUV_MANAGED_PYTHON\b"
    r"|\b(?:pyenv|asdf|mise|rye|conda|mamba|micromamba)\b|\bPython-3\.\d+"
)


@dataclass(slots=True)
class Gap:
    """One need that nothing answers, with the builds that have it."""

    need: BuildNeed
    packages: tuple[str, ...]
    no_compiler: bool
    surely_absent: bool = True
    outlooks: list[Outlook] = field(default_factory=list)

    @property
    def certain(self) -> bool:
        """Whether a build is sure to fail for it.

        Not where other packages may be there than those that are known. Sources of other
        languages in an sdist may well stay unused (uWSGI's C++, say); where there is no compiler
        at all, nothing that compiles can succeed.
        """
        native = any(
            outlook.classification.verdict is Verdict.SOURCE_NATIVE for outlook in self.outlooks
        )
        tool = self.need.kind is NeedKind.TOOL
        sure = not self.need.inferred or (tool and self.need.name in _SURE)
        bare = tool and self.no_compiler and self.need.name != PYTHON_HEADERS
        return self.surely_absent and native and (sure or bare)

    @property
    def code(self) -> str:
        """The code of the finding that reports it."""
        if not self.certain:
            return "doubtful-need"
        if self.need.kind is NeedKind.LIBRARY or self.need.name == PYTHON_HEADERS:
            return "missing-library"
        return "missing-compiler" if self.need.name in COMPILERS else "missing-build-tool"


def build_gaps(
    stage: Stage, step: InstallStep, builds: StepBuilds, distribution: Distribution
) -> tuple[Gap, ...]:
    """Required needs of a step's builds that neither its packages nor its image answer.

    Builds that are sure to fail for a need hide those that may.
    Needs for which the distribution has no package that we know are left out.
    """
    present = present_system(step.bringing, distribution)
    bare = not present.names & {"gcc", "clang", "rust"}
    gaps: dict[tuple[str, bool], Gap] = {}
    for outlook in builds.outlooks:
        for need in outlook.needs:
            if need.role is not Role.REQUIRED or need.from_pypi or _brought(stage, step, need):
                continue
            if need.name == PYTHON_HEADERS:
                lacking = _python_headers(stage, step, present, distribution)
            else:
                packages = build_packages(need, distribution)
                lacking = _without_compilers(present.lacks(packages, need), need, step)
            if lacking:
                gap = Gap(need, lacking, bare, present.is_certain, [outlook])
                alike = gaps.setdefault((f"{need.kind}:{need.name}", gap.certain), gap)
                if alike is not gap:
                    alike.outlooks.append(outlook)
    return tuple(
        gap for (need, certain), gap in gaps.items() if certain or (need, True) not in gaps
    )


def _python_headers(
    stage: Stage, step: InstallStep, present: PresentSystem, distribution: Distribution
) -> tuple[str, ...]:
    """The package with the headers of the distribution's Python; () where another is used.

    Those of conda, of uv and of other images have theirs. uv takes its own Python before another.
    """
    pythons = [name for name in present.names if name.startswith(_PYTHON_PACKAGES)]
    there = any(map(_HEADERS_PACKAGE.fullmatch, present.names))
    if there or not pythons or stage.own_python or _another_python(stage, step):
        return ()
    if step.installer == "uv" and step.target is not None:
        return ()
    suffix = "-dev" if distribution.family is not Family.DNF else "-devel"
    named_there = {package.name for package in step.packages}
    versions = filter(None, map(_VERSIONED.fullmatch, sorted(named_there)))
    newest = max(versions, key=lambda version: int(version[1]), default=None)
    beside = "python3" in named_there or distribution.family is Family.APK
    return (f"{'python3' if beside or newest is None else newest[0]}{suffix}",)


def _another_python(stage: Stage, step: InstallStep) -> bool:
    """Whether the stage brings a Python in another way before a step."""
    copied = any(
        copied.line < step.line and any(map(_WITH_PYTHON.fullmatch, copied.paths))
        for copied in stage.copies
    )
    return copied or any(
        _FETCHES_PYTHON.search(each.text) for each in stage.instructions if each.line <= step.layer
    )


def _without_compilers(
    lacking: tuple[str, ...], need: BuildNeed, step: InstallStep
) -> tuple[str, ...]:
    """What lacks beside the compiler that CC or CXX names, where a package of its name is there.

    ``CC=clang`` beside the package clang, ``CC=gcc-12`` beside gcc-12.
    """
    languages = ("c", "c++")
    if need.kind is not NeedKind.TOOL or need.name not in languages:
        return lacking
    compiler = step.compilers[languages.index(need.name)].replace("clang++", "clang")
    there = {package.name.replace("-", "") for package in step.packages}
    if not compiler or compiler.replace("-", "") not in there:
        return lacking
    return tuple(name for name in lacking if name not in {"gcc", "g++"})


def _brought(stage: Stage, step: InstallStep, need: BuildNeed) -> bool:
    """Whether a tool comes in another way: rustup in a RUN before, or a tool installed by pip."""
    if need.kind is not NeedKind.TOOL:
        return False
    if need.name == "rust" and any(
        "rustup" in instruction.text
        for instruction in stage.instructions
        if instruction.line <= step.layer
    ):
        return True
    project = tool_table().get(need.name, {}).get("pypi")
    installed = {
        line.requirement.name.lower()
        for other in stage.steps
        if other.number < step.number
        for line in other.requirements.lines
    }
    return bool(project) and project in installed


def run_gaps(
    builds: Iterable[StepBuilds],
    final: Stage,
    packages: Iterable[PresentPackage] | None = None,
    *,
    inferred: bool = False,
) -> Mapping[str, Mapping[str, BuildNeed]]:
    """Run-time packages that are not there: by name, the builds that link with them.

    None are where the distribution of the final stage is not known. `packages` are those that are
    there, by default what the stage ends with. `inferred` counts libraries, too, of which the sdist
    alone speaks, and optional libraries that a compiler brings along (OpenMP's): to add them does
    no harm, but to miss them is no fault. Libraries that a COPY brings to the final stage count as
    present.
    """
    distribution = final.distribution
    if distribution is None:
        return {}
    present = present_system(final.bringing if packages is None else packages, distribution)
    copied = " ".join(each.text for each in final.instructions if each.keyword in {"ADD", "COPY"})
    lacking: dict[str, dict[str, BuildNeed]] = {}
    for build in builds:
        for outlook in build.outlooks:
            if outlook.build.top_level and outlook.classification.verdict is Verdict.SOURCE_NATIVE:
                for need in _linked(outlook.needs, distribution, inferred=inferred):
                    for name in _absent(need, distribution, present):
                        if f"{name}.so" not in copied:
                            lacking.setdefault(name, {})[outlook.build.label] = need
    return lacking


def _linked(
    needs: Iterable[BuildNeed], distribution: Distribution, *, inferred: bool
) -> Iterator[BuildNeed]:
    """Needs that leave something to load at run time: those required, and a compiler's own."""
    for need in needs:
        known = not need.inferred or need.name in _SURE
        added = inferred and need.kind is NeedKind.LIBRARY
        # what no package brings for building is there with the compiler
        along = need.role is Role.OPTIONAL and added and not build_packages(need, distribution)
        if (need.role is Role.REQUIRED and (known or added)) or along:
            yield need


def _absent(need: BuildNeed, distribution: Distribution, present: PresentSystem) -> tuple[str, ...]:
    """Run-time packages that are not there; a -dev package that is there brings its library."""
    brought = present.names | present.removed
    if any(name in brought for name in build_packages(need, distribution)):
        return ()
    return tuple(name for name in answered_by(need, distribution) if name not in present.names)
