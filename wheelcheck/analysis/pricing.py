"""What installing on a target costs: reads what the cost model and the image size ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs
from msgspec.structs import replace
from packaging.utils import NormalizedName

from wheelcheck.analysis.judged_target import BuildSummary, Price, TargetBuilds
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.bill import BilledPlan, billed_plan, make_bill
from wheelcheck.costs.machine import Machine
from wheelcheck.costs.measured import is_measured
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.interface import ArchiveListing, Index, Sdist, Wheel
from wheelcheck.targets import Target
from wheelcheck.targets.platforms import Cpu

TYPE_CHECKING = False
if TYPE_CHECKING:  # used where something is built, and where a target names an image
    from wheelcheck.builds.outlook import Outlook
    from wheelcheck.builds.plan import Build
    from wheelcheck.builds.sdist_reading import SdistReading
    from wheelcheck.costs.image import ImageBreakdown, ImageOptions
    from wheelcheck.costs.image_parts.built_sizes import BuiltFiles
    from wheelcheck.costs.image_parts.installed_files import InstalledFiles
    from wheelcheck.costs.workload.features import BuildFeatures

__all__ = ["Pricing"]

_Key = tuple[str, tuple[int, int], Cpu]
"""What features depend on: the sdist's file name, the Python, and the CPU of the witness."""

MOST_LISTED = 200
"""Wheels whose directories are read for their exact size; of the rest it is estimated."""
_NOT_NEEDED = Unknown("not-needed", "this release was measured: its sources need not be read")
_ONLY_TRIED = Unknown("only-tried", "it is tried and not taken: its sources are not read")
_NOT_LISTED = Unknown("not-listed", f"more than {MOST_LISTED} wheels: their archives were not read")


class Pricing:
    """Prices targets for one installer on one machine; what is read serves all of them."""

    def __init__(
        self,
        index: Index,
        installer: InstallerKind,
        machine: Machine,
        options: ImageOptions | None = None,
    ) -> None:
        self._index = index
        self._installer = installer
        self._machine = machine
        self._options = options
        self._features: dict[_Key, BuildFeatures | Unknown] = {}
        self._wheels: dict[_Key, Wheel | None] = {}
        self._costs: dict[tuple[object, ...], tuple[Build, PredictedCost]] = {}
        self._summed: dict[tuple[object, ...], tuple[TargetBuilds, BuildSummary]] = {}
        self._listed: set[str] = set()
        self._unpacked: dict[str, InstalledFiles | Unknown] = {}

    def prefetch(self, target: Target, files: Iterable[Wheel | Sdist]) -> None:
        """Have the index fetch, side by side, what pricing these files on a target asks for."""
        opened: list[Wheel | None] = []
        for file in files:
            if isinstance(file, Sdist):
                key = (file.filename, target.python, target.arch)
                measured = is_measured(file.name, file.version) or key in self._features
                if target.image is not None or not measured:
                    opened.append(self._published_wheel(file, target))
            elif target.image is not None and file.filename not in self._unpacked:
                opened.append(file if self._is_listed(file) else None)
        self._index.prefetch(listings=[wheel for wheel in opened if wheel is not None])

    def summary(self, target: Target, builds: TargetBuilds) -> BuildSummary:
        """What bill, report and advice ask of these builds."""
        from wheelcheck.analysis.report_builds import plan_value

        key = (target.python, target.arch, builds.plan.cycles, *map(id, builds.outlooks))
        known = self._summed.get(key)
        if known is None:
            summary = self._sum(target, builds)
            self._summed[key] = (builds, summary)
            return summary
        _, alike = known
        return structs.replace(
            alike,
            toolchain=_toolchain(builds),
            plan=plan_value(builds, alike.plan.builds),
            details=lambda: builds,
        )

    def _sum(self, target: Target, builds: TargetBuilds) -> BuildSummary:
        """The summary on a target; others with the same Python and outlooks take most of it."""
        from wheelcheck.analysis.report_builds import build_values, plan_value, source_evidence

        billed = fenced(
            "the bill",
            "costs-unknown",
            lambda: billed_plan(builds.plan, self._costs_of(target, builds), self._machine),
        )
        failing = (each.build for each in builds.outlooks if each.fails())
        of_builds = build_values(builds.outlooks, None if isinstance(billed, Unknown) else billed)
        return BuildSummary(
            billed,
            _toolchain(builds),
            frozenset(build.name for build in failing if build.top_level),
            plan_value(builds, of_builds),
            source_evidence(builds),
            lambda: builds,
            tuple(_unread(builds)),
        )

    def price(
        self, target: Target, files: Sequence[Wheel | Sdist], builds: BuildSummary | None
    ) -> Price | Unknown:
        """What installing these files costs, `builds` included."""
        billed = builds.billed if builds else BilledPlan(self._installer)
        if isinstance(billed, Unknown):
            return billed
        toolchain = builds.toolchain if builds else Quantity.exact(0)
        bill = make_bill(billed, files, self._machine, toolchain)
        return Price(bill, self._image(target, files, builds))

    def _costs_of(self, target: Target, builds: TargetBuilds) -> dict[str, PredictedCost]:
        """What each build costs, by the sdist's file name."""
        no_compiler = self._options is None and _lacks_compiler(target, builds.outlooks)
        found = {}
        for outlook in builds.outlooks:
            bare = no_compiler and outlook.classification.optional_extensions
            left_out = bare or outlook.leaves_extensions_out
            cost = self._known_cost(outlook.build, target, left_out=left_out, bare=bare)
            found[outlook.build.sdist.filename] = cost
        return found

    def _known_cost(
        self, build: Build, target: Target, *, left_out: bool, bare: bool
    ) -> PredictedCost:
        """What a build costs, worked out once for all targets with the same Python and CPU."""
        site = (build.sdist.filename, target.python, target.arch)
        key = (*site, id(build.reading.facts), build.reading.is_whole, left_out, bare)
        known = self._costs.get(key)
        if known is None:
            cost = self._cost(build, target, left_out=left_out, bare=bare)
            known = self._costs[key] = (build, cost)
        return known[1]

    def _cost(self, build: Build, target: Target, *, left_out: bool, bare: bool) -> PredictedCost:
        """What a build costs.

        `left_out`: its optional extension modules will not compile; `bare`: for want of a
        compiler, which the measured builds had.
        """
        from wheelcheck.costs.cost_terms import coefficients
        from wheelcheck.costs.modelled import modelled_cost
        from wheelcheck.costs.prediction import predict

        features: BuildFeatures | Unknown = _NOT_NEEDED
        if bare or not is_measured(build.name, build.version):
            features = self._features_of(build.reading, target)
        if left_out and not isinstance(features, Unknown):
            features = features.without_extensions()
        if bare and not isinstance(features, Unknown):
            return modelled_cost(features, coefficients())
        return predict(build.name, build.version, python=target.python, features=features)

    def _features_of(self, reading: SdistReading, target: Target) -> BuildFeatures | Unknown:
        if not reading.is_whole:
            return _ONLY_TRIED
        key = (reading.sdist.filename, target.python, target.arch)
        if key not in self._features:
            self._features[key] = self._read_features(reading, target)
        return self._features[key]

    def _read_features(self, reading: SdistReading, target: Target) -> BuildFeatures | Unknown:
        from wheelcheck.costs.workload.features import BuildFeatures, published, read_features

        facts = reading.facts
        if isinstance(facts, Unknown):
            return facts

        def compute() -> BuildFeatures | Unknown:
            contents = reading.contents
            if isinstance(contents, Unknown):
                return contents
            return read_features(facts, contents, classification=verdict)

        verdict = reading.classification
        key = f"features for {reading.site}, {verdict.verdict}, {verdict.optional_extensions}"
        own = reading.derive(key, BuildFeatures, compute)
        wheel = self._published(reading.sdist, target)
        if wheel is None or isinstance(own, Unknown):
            return own
        return replace(own, wheel=published(wheel))

    def _published(self, sdist: Sdist, target: Target) -> ArchiveListing | None:
        """The directory of a Linux wheel of the release: a witness of what a build makes."""
        wheel = self._published_wheel(sdist, target)
        listing = self._index.listing(wheel) if wheel is not None else None
        return None if isinstance(listing, Unknown) else listing

    def _published_wheel(self, sdist: Sdist, target: Target) -> Wheel | None:
        key = (sdist.filename, target.python, target.arch)
        if key not in self._wheels:
            from wheelcheck.costs.published import published_wheel

            project = self._index.project(sdist.name)
            files = () if isinstance(project, Unknown) else project.files(sdist.version)
            self._wheels[key] = published_wheel(files, target.python, target.arch.value)
        return self._wheels[key]

    def _image(
        self,
        target: Target,
        files: Sequence[Wheel | Sdist],
        summary: BuildSummary | None,
    ) -> ImageBreakdown | Unknown:
        if target.image is None:
            return Unknown("image-size-unknown", f"{target.name} names no image")
        from wheelcheck.costs.image import ImageContents, ImageOptions, image_size
        from wheelcheck.costs.image_parts.base_image import python_packages
        from wheelcheck.distributions.distribution import distribution_of

        builds = summary.details() if summary else None
        commands = builds.commands if builds else None
        named = None if isinstance(commands, Unknown) else commands
        contents = ImageContents(
            wheels=self._installed([file for file in files if isinstance(file, Wheel)]),
            built=self._built(target, builds) if builds else (),
            build_packages=named.build_packages if named else (),
            run_packages=(
                *(() if self._options else python_packages(target)),  # a Dockerfile names its own
                *(named.run_packages if named else ()),
            ),
            sdist_bytes=sum(build.sdist.size or 0 for build in builds.plan.builds) if builds else 0,
        )
        by_pip = self._installer is not InstallerKind.UV
        options = self._options or ImageOptions(
            pip_cache=self._installer is InstallerKind.PIP, compiles=by_pip, by_pip=by_pip
        )
        return image_size(target, contents, distribution_of(target), options)

    def _built(self, target: Target, builds: TargetBuilds) -> list[BuiltFiles | Unknown]:
        """What the source builds of the target put into the image."""
        from wheelcheck.costs.image_parts.built_sizes import built_files, compresses

        costs = self._costs_of(target, builds)
        return [
            built_files(
                costs[build.sdist.filename],
                self._published(build.sdist, target),
                compressed=compresses(build.environment.pins),
            )
            for build in builds.plan.builds
            if build.top_level
        ]

    def _installed(self, wheels: Iterable[Wheel]) -> list[tuple[Wheel, InstalledFiles | Unknown]]:
        """Wheels with what they unpack to; those beyond the limit without."""
        found = []
        for wheel in wheels:
            if wheel.filename not in self._unpacked:
                self._unpacked[wheel.filename] = self._unpack(wheel)
            found.append((wheel, self._unpacked[wheel.filename]))
        return found

    def _unpack(self, wheel: Wheel) -> InstalledFiles | Unknown:
        if not self._is_listed(wheel):
            return _NOT_LISTED
        from wheelcheck.costs.image_parts.installed_files import installed_files

        listing = self._index.listing(wheel)
        return listing if isinstance(listing, Unknown) else installed_files(listing)

    def _is_listed(self, wheel: Wheel) -> bool:
        """Whether its directory is read: the first wheels are, up to the limit."""
        if len(self._listed) < MOST_LISTED:
            self._listed.add(wheel.filename)
        return wheel.filename in self._listed


_LATE = {"out-of-time", "file-unreachable"}


def _unread(builds: TargetBuilds) -> Iterator[tuple[NormalizedName, Unknown]]:
    """The builds without a forecast that may have one on another day, and why."""
    for build in builds.plan.builds:
        why = build.reading.facts
        if isinstance(why, Unknown) and why.code in _LATE:
            message = f"whether the build of {build.label} succeeds is not known: {why}"
            yield build.name, Unknown("build-not-forecast", message)


def _lacks_compiler(target: Target, outlooks: Iterable[Outlook]) -> bool:
    """Whether no compiler is there: none in the image, and none that a build must have."""
    if target.image is None or target.image.has_compiler is not False:
        return False
    from wheelcheck.builds.needs.build_need import Role
    from wheelcheck.builds.needs.toolchain import COMPILERS

    return not any(
        need.role is Role.REQUIRED and need.name in COMPILERS
        for outlook in outlooks
        for need in outlook.needs
    )


def _toolchain(builds: TargetBuilds) -> Quantity | None:
    """Installed bytes of the system packages that the builds need; None where not known."""
    if isinstance(builds.commands, Unknown):
        compiles = any(outlook.needs for outlook in builds.outlooks)
        return None if compiles else Quantity.exact(0)
    from wheelcheck.costs.image_parts.system_sizes import system_size

    commands = builds.commands
    names = (*commands.build_packages, *commands.run_packages)
    return system_size(names, commands.distribution).size
