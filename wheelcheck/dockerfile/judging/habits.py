"""Habits of a Dockerfile that cost time or megabytes, or keep it from being built again alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import canonicalize_name

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.distributions.distribution import Distribution, Family, distribution_of
from wheelcheck.dockerfile.judging.finding import Finding, StepBuilds, finding, passed_over
from wheelcheck.dockerfile.judging.foreign_copies import foreign_copies
from wheelcheck.dockerfile.judging.lent_libraries import lent_beside
from wheelcheck.dockerfile.judging.missing import named
from wheelcheck.dockerfile.judging.present_packages import is_for_building
from wheelcheck.dockerfile.judging.pretended_versions import pretended_versions
from wheelcheck.dockerfile.judging.run_images import image_stages
from wheelcheck.dockerfile.reading.dockerfile_model import (
    Dockerfile,
    InstallStep,
    PresentPackage,
    Stage,
)
from wheelcheck.dockerfile.reading.dockerfile_syntax import Instruction
from wheelcheck.targets import Libc, Target

__all__ = ["habits_of_stage", "habits_of_step"]

_SELF = {"pip", "setuptools", "wheel"}
_CACHES: Mapping[str, tuple[str, ...]] = {
    "pip": ("/root/.cache/pip", "/root/.cache"),
    "uv": ("/root/.cache/uv", "/root/.cache"),
}


# Of one install step


def habits_of_step(stage: Stage, step: InstallStep, builds: StepBuilds | None) -> Iterator[Finding]:
    """Habits of an install command, given what it builds (None where that is not known)."""
    if builds is not None:
        yield from _built_again(stage, step, builds)
        yield from _no_cache_mount(stage, step, builds)
        yield from _from_distribution(stage, step, builds)
        yield from pretended_versions(stage, step, builds)
    yield from _after_sources(stage, step)
    names = {canonicalize_name(line.requirement.name) for line in step.requirements.lines}
    if step.upgrade and names and names <= _SELF:
        verb = "becomes" if len(names) == 1 else "become"
        message = f"{' and '.join(sorted(names))} {verb} whatever is newest on the day of the build"
        yield finding("pip-upgraded", step.line, stage.title, message)


def _built_again(stage: Stage, step: InstallStep, builds: StepBuilds) -> Iterator[Finding]:
    """Builds that an installer with a whole cache would do once."""
    again = [build for build in builds.plan.builds if build.times > 1]
    if not again or builds.plan.installer in {InstallerKind.PIP, InstallerKind.UV}:
        return
    times = named(tuple(f"{build.label} {build.times} times" for build in again))
    message = f"without pip's cache this step builds {times}"
    labels = tuple(build.label for build in again)
    yield finding("built-again", step.line, stage.title, message, builds=labels)


def _no_cache_mount(stage: Stage, step: InstallStep, builds: StepBuilds) -> Iterator[Finding]:
    # pip's cache never holds what is built from a project's folder
    own = {build.label for build in builds.plan.builds if build.sdist.in_folder}
    labels = tuple(label for label in builds.compiled if label not in own)
    if not labels or cached(step):
        return
    message = (
        f"{named(labels)} {'is' if len(labels) == 1 else 'are'} built again in every image build"
    )
    why = " (--no-cache-dir keeps the mounted cache from being used)" if step.cache_mounts else ""
    yield finding("no-cache-mount", step.line, stage.title, message + why, builds=labels)


def _from_distribution(stage: Stage, step: InstallStep, builds: StepBuilds) -> Iterator[Finding]:
    """Where pip belongs to the distribution's Python, that Python's packages count as installed."""
    distribution = distribution_of(builds.plan.target)
    if not isinstance(distribution, Distribution) or distribution.has_python_headers:
        return
    there = {package.name for package in step.packages}
    prefix = "py3-" if distribution.family is Family.APK else "python3-"
    labels = {
        f"{prefix}{build.name.removeprefix('python-')}": build.label
        for build in builds.plan.builds
        if build.top_level
    }
    found = {name: label for name, label in labels.items() if name in there}
    if found:
        names, spared = named(tuple(found)), tuple(found.values())
        verb, whose = ("is", "its version fits") if len(found) == 1 else ("are", "the versions fit")
        message = f"{names} {verb} there: if {whose}, pip does not build {named(spared)}"
        yield finding("distribution-package", step.line, stage.title, message, builds=spared)


def cached(step: InstallStep) -> bool:
    """Whether a cache mount keeps what the step builds."""
    wanted = _CACHES["uv" if step.tool == "uv" else "pip"]
    mounted = any(mount.startswith(wanted) for mount in step.cache_mounts)
    return mounted and not step.no_cache


def _after_sources(stage: Stage, step: InstallStep) -> Iterator[Finding]:
    """A COPY of everything before the requirements are installed."""
    if not step.inputs or step.projects:
        return
    for instruction in stage.instructions:
        if instruction.line >= step.layer:
            return
        before = (other for other in stage.steps if other.layer < instruction.line)
        if any(set(other.inputs) & set(step.inputs) for other in before):
            return  # what they list is installed already, without the sources
        if _copies_everything(instruction):
            message = (
                f"everything is copied on line {instruction.line}, before {named(step.inputs)} "
                "is installed: every change of a source file installs all packages again"
            )
            yield finding("sources-before-requirements", instruction.line, stage.title, message)
            return


def _copies_everything(instruction: Instruction) -> bool:
    """Whether it copies the whole build context."""
    if instruction.keyword not in {"COPY", "ADD"} or instruction.flag("from") is not None:
        return False
    words = instruction.exec_form or tuple(instruction.text.split())
    return any(word in {".", "./"} for word in words[:-1])


# Of a stage


def habits_of_stage(
    dockerfile: Dockerfile,
    stage: Stage,
    builds: Sequence[StepBuilds],
    pure: frozenset[int] = frozenset(),
) -> Iterator[Finding]:
    """Habits that show in the layers of a stage; most matter in those of the image alone.

    `builds` are those of its steps, as far as they are known; `pure` are the stages in which all
    that is installed runs on any Python, libc and CPU.
    """
    yield from _excluded(stage)
    yield from _musl_base(stage, builds)
    yield from foreign_copies(dockerfile, stage, pure)
    yield from _unused_packages(stage, builds)
    distribution = stage.distribution
    if distribution is not None:
        yield from _second_python(stage, distribution)
    if stage.index not in image_stages(dockerfile):
        return
    yield from _leftover_wheels(stage)
    if distribution is not None:
        yield from _leftover_compilers(dockerfile, stage, distribution, builds)
    for step in stage.steps:
        if step.installer == "pip" and step.builds and not step.cache_mounts and step.tool == "pip":
            message = "what pip downloads and builds here stays in the layer, in /root/.cache/pip"
            yield finding("cache-kept-in-image", step.line, stage.title, message)
    for line, manager in stage.uncleaned:
        message = f"the index of {manager} stays in this layer"
        yield finding("index-kept-in-image", line, stage.title, message)


def _excluded(stage: Stage) -> Iterator[Finding]:
    for item in stage.excluded:
        rule = f"{item.rule.file}:{item.rule.line} ({item.rule.pattern}) leaves {item.path} out"
        ends = "there is nothing to copy" if item.copied else "the step does not find it"
        message = f"{rule} of the build context: {ends}; !{item.path} behind it takes that back"
        found = finding("excluded-from-context", item.line, stage.title, message)
        reading = [step for step in stage.steps if item.path in step.inputs]
        harmless = not item.copied and reading and all(step.tolerated for step in reading)
        yield passed_over(found) if harmless else found


def _musl_base(stage: Stage, builds: Sequence[StepBuilds]) -> Iterator[Finding]:
    target = stage.target
    native = tuple(dict.fromkeys(label for build in builds for label in _native(build)))
    if isinstance(target, Target) and target.libc is Libc.MUSL and native:
        count = f"{len(native)} source build{'s' if len(native) > 1 else ''}"
        message = f"{count} ({named(native)}) on {target.name}, which has musl in place of glibc"
        yield finding("musl-base", stage.line, stage.title, message, builds=native)


def _native(builds: StepBuilds) -> tuple[str, ...]:
    return tuple(
        outlook.build.label
        for outlook in builds.outlooks
        if outlook.build.times and outlook.classification.verdict is Verdict.SOURCE_NATIVE
    )


def _unused_packages(stage: Stage, builds: Sequence[StepBuilds]) -> Iterator[Finding]:
    """Build packages of a stage in which nothing is compiled, as far as all of it is known."""
    distribution = stage.distribution
    if distribution is None or not _is_free_of_builds(stage, builds):
        return
    last = [step for step in stage.steps if step.builds][-1]
    unused = [
        package
        for package in last.packages
        if package.stage == stage.index and is_for_building(package.name, distribution.family)
    ]
    if unused:
        names = tuple(dict.fromkeys(package.name for package in unused))
        lent, packages = lent_beside(builds)
        yield finding(
            "build-packages-unused",
            unused[0].line,
            stage.title,
            f"no Python package is compiled here, and nothing needs {named(names)}{lent}",
            packages=packages,
            superfluous=names,
        )


def _is_free_of_builds(stage: Stage, builds: Sequence[StepBuilds]) -> bool:
    """Whether a stage installs packages, all of it is known, and nothing is compiled."""
    building = [step for step in stage.steps if step.builds]
    whole = len(builds) == len(building) and not stage.unread
    compiled = any(build.compiled for build in builds) or any(step.projects for step in building)
    return bool(building) and whole and not compiled


def _leftover_wheels(stage: Stage) -> Iterator[Finding]:
    for copied in stage.copies:
        if copied.made is None or copied.made.kind != "wheels":
            continue
        later = f", although line {copied.removed} removes them" if copied.removed else ""
        message = (
            f"the wheels copied to {copied.destination} stay in a layer of their own{later}; "
            "mount them for the installation instead"
        )
        yield finding("wheels-kept-in-layer", copied.line, stage.title, message)


def _leftover_compilers(
    dockerfile: Dockerfile,
    stage: Stage,
    distribution: Distribution,
    builds: Sequence[StepBuilds],
) -> Iterator[Finding]:
    """Build packages in the final image, or in a layer below it."""
    family = distribution.family
    own = [package for package in stage.packages if package.stage == stage.index]
    remaining = _for_building(own, family) if stage is dockerfile.final else []
    if remaining:
        names = tuple(dict.fromkeys(item.name for item in remaining))
        verb = "stays" if len(names) == 1 else "stay"
        lent, packages = lent_beside(builds)
        yield finding(
            "compiler-in-final-image",
            remaining[0].line,
            stage.title,
            f"{named(names)} {verb} in the image{lent}",
            packages=packages,
            superfluous=names,
        )
    late = _for_building(stage.leftovers, family)
    if late:
        names = tuple(dict.fromkeys(package.name for package in late))
        message = (
            f"{named(names)} came with line {late[0].layer}; removed on line {late[0].removed} "
            "they still weigh in the image"
        )
        yield finding(
            "removed-in-later-layer", late[0].layer, stage.title, message, superfluous=names
        )


def _for_building(packages: Iterable[PresentPackage], family: Family) -> list[PresentPackage]:
    return [package for package in packages if is_for_building(package.name, family)]


def _second_python(stage: Stage, distribution: Distribution) -> Iterator[Finding]:
    """``apk add python3-dev`` in an image that has a Python of its own in /usr/local."""
    if not distribution.has_python_headers:
        return
    own = [package for package in stage.packages if package.stage == stage.index]
    others = tuple(
        dict.fromkeys(
            package.name
            for package in own
            if package.name.startswith(("python3", "python2", "py3-", "python-dev"))
        )
    )
    if others:
        message = (
            f"{named(others)} belong{'s' if len(others) == 1 else ''} to {distribution}'s own "
            "Python, which comes along; the image's is in /usr/local and has its headers"
        )
        line = next(package.line for package in own if package.name == others[0])
        yield finding("second-python", line, stage.title, message, superfluous=others)
