"""Judges whether wheels load: reads what must be read of them, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from msgspec import Struct, structs
from packaging.utils import NormalizedName

from wheelcheck.analysis.loads.judged_wheels import FOUND_NOTHING, Judged, wheels_of
from wheelcheck.analysis.loads.load_options import LoadOptions, RunImage
from wheelcheck.analysis.loads.modules_of_others import ModulesOfOthers, imported_of, requirers_of
from wheelcheck.analysis.loads.readings import ReadWheels
from wheelcheck.analysis.loads.stored_loads import StoredLoads
from wheelcheck.analysis.loads.wheel_lookup import (
    WheelLookup,
    is_looked_at,
    is_settled,
)
from wheelcheck.distributions.distribution import distribution_of
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.loading.baselines import cpu_baseline
from wheelcheck.loading.image_libraries import ImageLibraries, image_libraries
from wheelcheck.loading.known_modules import has_known_modules
from wheelcheck.loading.tag_promise import tag_remarks, unfitting_modules
from wheelcheck.loading.verdict.load_verdict import (
    judge_loading,
    with_built,
    with_modules,
    with_own_modules,
)
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.loading.wheel_facts import FileNeeds, ModuleNeeds, WheelFacts
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Target

__all__ = ["LoadJudge"]


_Lent = Mapping[NormalizedName, Mapping[str, tuple[str, ...]]]
"""By wheel: the libraries that others may load, with what they need from outside it."""


class _Place(Struct, frozen=True, dict=True):
    """Where wheels are imported: the target, its image, what wheels lend and earlier verdicts."""

    target: Target
    image: ImageLibraries | None
    lent: _Lent
    earlier: StoredLoads | None

    @cached_property
    def brought(self) -> Mapping[str, tuple[str, ...]]:
        """The libraries that all wheels bring."""
        return _joined(self.lent.values())

    def brought_beside(self, name: NormalizedName) -> Mapping[str, tuple[str, ...]]:
        """The libraries that the other wheels bring."""
        if name not in self.lent:
            return self.brought
        return _joined(libraries for other, libraries in self.lent.items() if other != name)


class LoadJudge:
    """Judges the wheels of one target after another; what is read serves all of them.

    `run_image` is where what is installed is imported; `read` is shared by the judges of a run.
    """

    def __init__(
        self, index: Index, options: LoadOptions, run_image: RunImage, read: ReadWheels
    ) -> None:
        self._run_image = run_image
        self._options = options
        self._wheels = WheelLookup(index, options, read)

    def prefetch(self, target: Target, judged: Judged) -> None:
        """Have the index read, side by side, what judging this target asks for."""
        self._wheels.prefetch(target, judged)

    def judge(
        self, target: Target, judged: Judged, stored: TargetAnswers | None
    ) -> tuple[dict[NormalizedName, Loads], bool]:
        """The verdict on each wheel, and whether no run would find out more.

        `stored` has what earlier runs have found out of single wheels.
        """
        found = self._wheels.all_facts(target, judged, stored)
        loads, may_change = self._verdicts(found, target, judged, stored)
        return loads, not may_change and all(map(is_settled, found.values()))

    def _verdicts(
        self,
        found: Mapping[NormalizedName, WheelFacts | Loads],
        target: Target,
        judged: Judged,
        stored: TargetAnswers | None,
    ) -> tuple[dict[NormalizedName, Loads], bool]:
        """The verdict on each wheel, by what is known of it; whether another run may read more."""
        lent = {
            name: libraries
            for name, facts in found.items()
            if isinstance(facts, WheelFacts) and (libraries := facts.lent())
        }
        site = self._run_target(target)
        there = _image(site, self._run_image.packages)
        place = _Place(site, there, lent, self._earlier(target, stored, lent))
        plain = self._opens_none(target)
        loads = {}
        for wheel in wheels_of(judged):
            facts = found[wheel.name]
            if plain and isinstance(facts, Loads):
                loads[wheel.name] = self._wheels.read.unopened[wheel.tag, facts]
            else:
                loads[wheel.name] = self._verdict(wheel, facts, place, judged)
        if there is None:
            return loads, False
        may_change = self._add_modules(loads, found, judged, place, there)
        for name, verdict in loads.items():
            if verdict.status is LoadStatus.NO:
                loads[name] = with_built(verdict, sorted(_built_beside(name, judged)), there)
        return loads, may_change

    def _add_modules(
        self,
        loads: dict[NormalizedName, Loads],
        found: Mapping[NormalizedName, WheelFacts | Loads],
        judged: Judged,
        place: _Place,
        image: ImageLibraries,
    ) -> bool:
        """Judge what wheels need because their imports import modules of others; whether any do."""
        target = place.target
        imported: dict[Wheel, dict[str, tuple[ModuleNeeds, ...]]] = {}
        for wheel in wheels_of(judged):
            facts, verdict = found[wheel.name], loads[wheel.name]
            if verdict.status is not LoadStatus.SOME_FILES_NEED and not has_known_modules(
                wheel.name
            ):
                continue
            others = ModulesOfOthers.of(wheel, facts, verdict, image.libc)
            loads[wheel.name] = with_own_modules(
                verdict, others.modules.values(), image, place.brought
            )
            for name in requirers_of(wheel.name, judged) if others.modules else ():
                file = judged[name][1].file
                if isinstance(file, Wheel):
                    needs = imported_of(self._wheels.asks(file, target, judged), others)
                    imported.setdefault(file, {})[wheel.name] = needs
        for wheel, modules in imported.items():
            loads[wheel.name] = with_modules(loads[wheel.name], modules, image, place.brought)
        return bool(imported)

    def _verdict(
        self, wheel: Wheel, facts: WheelFacts | Loads, place: _Place, judged: Judged
    ) -> Loads:
        """The verdict of an earlier run, or else a new one: after reading on, if that may help."""
        earlier = place.earlier if is_settled(facts) else None
        verdict = earlier.get(wheel, facts) if earlier else None
        if verdict is None:
            verdict = self._judge(wheel, facts, place)
            if verdict.status is LoadStatus.NOT_CHECKED and self._wheels.may_go_on(facts):
                facts = self._wheels.look(wheel, judged, again=True)
                verdict = self._judge(wheel, facts, place)
            if earlier:
                earlier.add(wheel, facts, verdict)
        return verdict

    def _opens_none(self, target: Target) -> bool:
        """Whether no wheel is opened, and nothing but the target and the wheels decides."""
        return self._options.are_plain(self._run_image) and not is_looked_at(target)

    def _earlier(
        self,
        target: Target,
        stored: TargetAnswers | None,
        lent: _Lent,
    ) -> StoredLoads | None:
        """The verdicts of earlier runs, where nothing but the target and the wheels decides."""
        if stored is None or not self._options.are_plain(self._run_image):
            return None
        return StoredLoads(stored, target.image, lent)

    def _run_target(self, target: Target) -> Target:
        """The target with the platform on which what is installed there is run."""
        run = self._run_image.target
        if run is None or run.libc is None:
            return target
        return replace(target, platform=run.platform, image=run.image)

    def _judge(self, wheel: Wheel, facts: WheelFacts | Loads, place: _Place) -> Loads:
        target = place.target
        too_old = self._why_cpu_too_old(wheel)
        if too_old:
            return Loads(LoadStatus.NO, reason=too_old)
        paths = self._wheels.paths_of(wheel) if target.image is not None else ()
        if not paths and isinstance(facts, WheelFacts) and facts.asks_nothing:
            facts = FOUND_NOTHING
        if isinstance(facts, Loads) and not paths:
            return self._wheels.read.unopened[wheel.tag, facts]
        lost = unfitting_modules(paths, target)
        if isinstance(facts, Loads):
            found = facts if not lost.is_most else Loads(LoadStatus.NO, reason=lost.why(target))
            files: tuple[FileNeeds, ...] = ()
        else:
            if not facts.audited and _is_audited(wheel):
                facts = structs.replace(facts, audited=True)
            brought = place.brought_beside(wheel.name)
            found = judge_loading(
                facts, target, place.image, cpu=self._options.cpu, brought=brought, lost=lost
            )
            files = facts.files
        remarks = tuple(tag_remarks(wheel.tag, paths, files))
        return structs.replace(found, remarks=remarks) if remarks != found.remarks else found

    def _why_cpu_too_old(self, wheel: Wheel) -> str:
        """Why the machine's CPU is too old for a project's wheels; "" where it is not."""
        cpu = self._options.cpu
        baseline = cpu_baseline(wheel.name, wheel.version) if cpu else None
        return baseline.why(cpu) if baseline is not None and baseline.level > cpu else ""


def _built_beside(name: NormalizedName, judged: Judged) -> set[NormalizedName]:
    """The packages built from source that a wheel requires, or whose requirers require it too."""
    kin = {name, *requirers_of(name, judged)}
    built = (each for each, (_, found) in judged.items() if isinstance(found.file, Sdist))
    return {each for each in built if kin & requirers_of(each, judged)}


def _joined(lent: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """The libraries of several wheels."""
    return {name: needs for libraries in lent for name, needs in libraries.items()}


def _is_audited(wheel: Wheel) -> bool:
    """Whether auditwheel wrote the tag: it puts the old and the new name of a policy (PEP 600)."""
    platforms = wheel.tag.rpartition("-")[2].split(".")
    return len(platforms) > 1 and all(p.startswith(("manylinux", "musllinux")) for p in platforms)


def _image(target: Target, added: tuple[tuple[str, bool], ...]) -> ImageLibraries | None:
    distribution = distribution_of(target)
    if isinstance(distribution, Unknown):
        return None
    image = image_libraries(target, distribution)
    for recommends, group in groupby(added, key=itemgetter(1)):
        image = image and image.with_packages([name for name, _ in group], recommends=recommends)
    return image
