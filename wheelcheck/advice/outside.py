"""Wheels to take outside, for images that run no pip at deployment: AWS Lambda, distroless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from wheelcheck.advice.outcome import loading_after
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.coverage import Verdict
from wheelcheck.errors import TargetError
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.resolution import FileRules, Pin, choose
from wheelcheck.targets import Implementation, Target, parse_target_on, ranks_on, split_tag_set
from wheelcheck.targets.tags import places_of, tag_profile

__all__ = ["taken_outside"]

_IMAGES = ("public.ecr.aws/lambda/python:", "gcr.io/distroless/")
_CI_IMAGE = "ubuntu:24.04"
"""The system of the usual CI runner (`ubuntu-latest` of GitHub: actions/runner-images)."""

FilesOf = Callable[[Pin], Sequence[Wheel | Sdist]]
"""The files that the index has of a pin's release."""


def taken_outside(
    column: JudgedTarget, files_of: FilesOf, rules: FileRules, as_of: date
) -> Iterator[Advice]:
    """How to take the wheels for an image where pip is not run, or which package has none.

    Nothing for other images, nor where what would be installed is not known.
    """
    target = column.resolution.target
    if not _runs_no_pip(target) or not _is_known(column):
        return
    blockers, builds = column.weight
    without = [
        f"{name} {pin.version}"
        for name, (pin, found) in column.judged.items()
        if name in column.troubled or not found.verdict.is_wheel
    ]
    if without:
        yield Advice(
            kind="outside",
            targets=(column.name,),
            title="Wheels taken on another machine are not enough",
            change=(),
            evidence=f"no wheel that loads on this target: {listing(without)}; "
            "pip install --platform takes wheels alone",
            blockers_before=blockers,
            builds_before=builds,
        )
        return
    wheels = {
        pin: found.file for pin, found in column.judged.values() if isinstance(found.file, Wheel)
    }
    yield Advice(
        kind="outside",
        targets=(column.name,),
        title="Take the wheels on another machine",
        change=(_command(target, wheels.values()),),
        evidence="; ".join(
            [
                "pip is not run there at deployment; every package comes as a wheel",
                "pip takes the platform tags as given, none of an older libc besides",
                *loading_after(column),
            ]
        ),
        caveat="; ".join(
            [
                *_on_ci(target, wheels, files_of, rules, as_of),
                "run it with Python {}.{} on Linux, as pip evaluates markers for the machine "
                "it runs on".format(*target.python),
            ]
        ),
        blockers_before=blockers,
        builds_before=builds,
        blockers_after=blockers,
        builds_after=builds,
    )


def _runs_no_pip(target: Target) -> bool:
    """Whether a target is an image of CPython in which pip is usually not run."""
    if target.image is None or not target.image.name.startswith(_IMAGES):
        return False
    return target.implementation is Implementation.CPYTHON and not target.free_threaded


def _is_known(column: JudgedTarget) -> bool:
    """Whether it is known what would be installed."""
    verdicts = {found.verdict for _, found in column.judged.values()}
    if column.resolution.conflict or column.refusals:
        return False
    return bool(verdicts) and Verdict.UNKNOWN not in verdicts


def _command(target: Target, wheels: Iterable[Wheel]) -> str:
    """What takes these wheels on any Linux, with a ``--platform`` for each tag that occurs."""
    platforms = " ".join(f"--platform {tag}" for tag in _platform_tags(wheels, target))
    return " ".join(
        [
            "pip install --target package --only-binary=:all: --implementation cp",
            "--python-version {}.{}".format(*target.python),
            platforms or f"--platform {target.platform.tag}",  # without one it takes its own tags
            "-r requirements.txt",
        ]
    )


def _platform_tags(wheels: Iterable[Wheel], target: Target) -> list[str]:
    """The platform tag by which the target takes each wheel, but for ``any``.

    In the target's order, as pip prefers the tags that are given first.
    """
    places = places_of(tag_profile(target))
    taken = {
        min(
            (triple for triple in split_tag_set(wheel.tag) if triple in places),
            key=places.__getitem__,
        )[2]
        for wheel in wheels
    }
    return [tag for tag in target.platform.tags() if tag in taken]


def _on_ci(
    target: Target, wheels: Mapping[Pin, Wheel], files_of: FilesOf, rules: FileRules, as_of: date
) -> Iterator[str]:
    """What the same releases come as on the usual CI image, and whether that fits the target."""
    runner: Target | None = None
    with suppress(TargetError):
        platform = parse_target_on(_CI_IMAGE, as_of=as_of).platform
        spelling = "{}.{}-{}".format(*target.python, platform.tag)
        runner = parse_target_on(spelling, as_of=as_of)
    if runner is None:
        return
    place = f"{_CI_IMAGE} ({runner.platform.title}, {runner.arch}) with the same Python"
    others = []
    for pin, wheel in wheels.items():
        there = choose(files_of(pin) or [wheel], runner, rules)
        if not isinstance(there, Wheel):
            how = "is built from source" if there else "has no file"
            others.append(f"{pin.name} {pin.version} {how}")
        elif ranks_on(target)[there.tag] is None:
            others.append(f"{pin.name} {pin.version} comes as {there.tag}")
    if others:
        own = f"{target.platform.title}, {target.arch}"
        yield f"taken on {place} without --platform, these do not fit {own}: {listing(others)}"
    else:
        yield f"pip on {place} takes files that fit this target too"
