"""What an installation on one target costs: builds, time, memory, downloads.

Everything is a sum or a maximum of estimates; what is not known is named in `left_out` and not
counted as nothing. Seconds are those of the machine asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.installing import (
    Files,
    Tool,
    install_seconds,
    toolchain_download,
    toolchain_seconds,
)
from wheelcheck.costs.machine import Machine
from wheelcheck.costs.quantity import PredictedCost, Quantity, largest, total
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.builds.plan import Build, SourceBuildPlan

__all__ = [
    "BilledBuild",
    "BilledPlan",
    "BuildItem",
    "InstallBill",
    "billed_plan",
    "make_bill",
]

_WHEEL_SHARE = 0.36
"""A built wheel's file ÷ its members unpacked (median of the measured builds)."""
_NOT_COUNTED = (
    "choosing versions: the installer's own work on metadata, and its waiting for the index",
    "pulling the base image, and starting containers",
)


class BilledBuild(NamedTuple):
    """What a bill asks of a build: see `Build`.

    `requirements` are the wheels of its environment; `problem` says why that is not known to the
    end.
    """

    name: NormalizedName
    label: str
    sdist: Sdist
    top_level: bool
    requested_by: tuple[str, ...]
    times: int
    requirements: tuple[Wheel, ...]
    problem: str | None


class BuildItem(NamedTuple):
    """One build of the plan, done once, on the machine.

    `environment_seconds` is for preparing the build environment, downloads not counted.
    """

    build: BilledBuild
    cpu_seconds: Quantity | Unknown
    wall_seconds: Quantity | Unknown
    environment_seconds: Quantity
    peak_memory_bytes: Quantity | Unknown
    built_bytes: Quantity | Unknown


class BilledPlan(NamedTuple):
    """A plan as a bill adds it up: what each build costs, and the builds that need themselves."""

    installer: InstallerKind
    items: tuple[BuildItem, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()


class InstallBill(Struct, frozen=True):
    """The bill for one target.

    `builds` counts source builds with their repetitions. `cpu_seconds` and `build_wall_seconds` are
    of the builds alone, the latter with their environments; both are without the builds of
    `without_time`, whose cost is unknown, and unknown themselves where that is all of them.
    `wall_seconds` is everything from start to end, one thing after another, without these builds
    too. All these have the machine's doubt in their intervals, the `items` have not.
    `peak_memory_bytes` is without the builds of `without_memory`. `fits_memory` is None where no
    memory is given, or where neither the interval nor what is known decides.
    """

    machine: Machine
    items: tuple[BuildItem, ...]
    builds: int
    cpu_seconds: Quantity | Unknown
    build_wall_seconds: Quantity | Unknown
    install_seconds: Quantity
    toolchain_seconds: Quantity
    download_bytes: Quantity
    download_seconds: Quantity
    wall_seconds: Quantity
    peak_memory_bytes: Quantity | Unknown
    fits_memory: bool | None
    without_time: tuple[str, ...] = ()
    without_memory: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def billed_plan(
    plan: SourceBuildPlan, costs: Mapping[str, PredictedCost], machine: Machine
) -> BilledPlan:
    """What each build of a plan costs on a machine.

    `costs` has one entry for each build of the plan, by the sdist's file name.
    """
    tool = _tool(plan.installer)
    items = (
        _item(_billed(build), costs[build.sdist.filename], machine, tool) for build in plan.builds
    )
    return BilledPlan(plan.installer, tuple(items), plan.cycles)


def make_bill(
    plan: BilledPlan,
    installed: Collection[Wheel | Sdist],
    machine: Machine,
    toolchain: Quantity | None = None,
) -> InstallBill:
    """Add up what a plan costs on a machine.

    `installed` are the files chosen for the target, `toolchain` the installed size in bytes of the
    system packages that the builds need: None where nothing is built or it is not known.
    """
    tool, items = _tool(plan.installer), plan.items
    wheels = [file for file in installed if isinstance(file, Wheel)]
    fetched, sizeless = _fetched(plan, wheels)
    known = [item for item in items if item.build.times and isinstance(item.cpu_seconds, Quantity)]
    system = Quantity.exact(0) if toolchain is None else toolchain
    download = total((Quantity.exact(fetched.bytes), toolchain_download(system)), correlation=1.0)
    build_wall = _on(machine, _build_wall(items, known, plan, machine))
    seconds = {
        "install": _install(wheels, items, tool).times(machine.factor).widened(machine.doubt),
        "toolchain": toolchain_seconds(system).times(machine.factor).widened(machine.doubt),
        "download": download.times(1 / machine.bytes_per_second),
    }
    wall = [*seconds.values(), *([build_wall] if isinstance(build_wall, Quantity) else [])]
    peak = _peak(items, plan.installer, machine)
    without_memory = _labels(items, lambda item: item.peak_memory_bytes)
    return InstallBill(
        machine=machine,
        items=items,
        builds=sum(item.build.times for item in items),
        cpu_seconds=_on(machine, _cpu(items, known)),
        build_wall_seconds=build_wall,
        install_seconds=seconds["install"],
        toolchain_seconds=seconds["toolchain"],
        download_bytes=download,
        download_seconds=seconds["download"],
        wall_seconds=total(wall, correlation=1.0),
        peak_memory_bytes=peak,
        fits_memory=_fits(peak, machine, whole=not without_memory),
        without_time=_labels(items, lambda item: item.cpu_seconds),
        without_memory=without_memory,
        left_out=tuple(_left_out(plan, sizeless, toolchain)),
    )


def _labels(
    items: Iterable[BuildItem], of: Callable[[BuildItem], Quantity | Unknown]
) -> tuple[str, ...]:
    """The builds of which a number is not known."""
    return tuple(
        item.build.label for item in items if item.build.times and isinstance(of(item), Unknown)
    )


def _tool(installer: InstallerKind) -> Tool:
    return "uv" if installer is InstallerKind.UV else "pip"


def _billed(build: Build) -> BilledBuild:
    environment = build.environment
    return BilledBuild(
        build.name,
        build.label,
        build.sdist,
        build.top_level,
        build.requested_by,
        build.times,
        tuple(pin.file for pin in environment.pins if isinstance(pin.file, Wheel)),
        environment.problem,
    )


def _on(machine: Machine, seconds: Quantity | Unknown) -> Quantity | Unknown:
    """Seconds with the doubt about the machine."""
    return seconds.widened(machine.doubt) if isinstance(seconds, Quantity) else seconds


def _item(build: BilledBuild, cost: PredictedCost, machine: Machine, tool: Tool) -> BuildItem:
    wall = cost.wall_seconds(machine.cores)
    cpu = cost.cpu_seconds
    return BuildItem(
        build,
        cpu if isinstance(cpu, Unknown) else cpu.times(machine.factor),
        wall if isinstance(wall, Unknown) else wall.times(machine.factor),
        install_seconds(_of(build.requirements), tool).times(machine.factor),
        cost.peak_bytes_at(_jobs(machine.cores)),
        cost.built_bytes,
    )


def _jobs(cores: int) -> int:
    """What ninja, below Meson and CMake, runs at once on so many cores."""
    return cores + (1 if cores <= 2 else 2)  # noqa: PLR2004 (its own rule)


def _of(files: Iterable[Wheel | Sdist]) -> Files:
    sizes = [file.size or 0 for file in files]
    return Files(len(sizes), sum(sizes))


def _fetched(plan: BilledPlan, wheels: Iterable[Wheel]) -> tuple[Files, int]:
    """What is downloaded from the index, and how many files have no known size.

    Without any cache the wheels of a build environment come again for every build.
    """
    again = plan.installer is InstallerKind.PIP_NO_CACHE
    counts: dict[str, int] = {}
    sizes: dict[str, int | None] = {}
    for wheel in wheels:
        counts[wheel.filename], sizes[wheel.filename] = 1, wheel.size
    for build, *_ in plan.items:
        times = max(1, build.times) if again else 1
        for file in (build.sdist, *build.requirements):
            counts[file.filename] = (counts.get(file.filename, 0) + times) if again else 1
            sizes[file.filename] = file.size
    size = sum((sizes[name] or 0) * count for name, count in counts.items())
    return Files(sum(counts.values()), size), sum(size is None for size in sizes.values())


def _install(wheels: Iterable[Wheel], items: Iterable[BuildItem], tool: Tool) -> Quantity:
    """Installing all wheels, fetched and built, in one run."""
    files = _of(wheels)
    for item in items:
        if item.build.top_level and isinstance(item.built_bytes, Quantity):
            files += Files(1, round(item.built_bytes.value * _WHEEL_SHARE))
    return install_seconds(files, tool)


def _cpu(items: tuple[BuildItem, ...], known: list[BuildItem]) -> Quantity | Unknown:
    if not known and any(item.build.times for item in items):
        return Unknown("cost-unknown", "the cost of none of its source builds is known")
    return total([_certain(value.cpu_seconds).times(value.build.times) for value in known])


def _certain(value: Quantity | Unknown) -> Quantity:
    return Quantity.exact(0) if isinstance(value, Unknown) else value


def _build_wall(
    items: tuple[BuildItem, ...], known: list[BuildItem], plan: BilledPlan, machine: Machine
) -> Quantity | Unknown:
    """From the first build to the end of the last.

    pip builds one after another; for what it only tries it prepares the environment too. uv
    builds as many at once as there are cores: then all the CPU time spread over the cores, or the
    longest chain of builds that need each other, whichever is more.
    """
    cpu = _cpu(items, known)
    if isinstance(cpu, Unknown):
        return cpu
    if plan.installer is not InstallerKind.UV:
        tried = [item.environment_seconds for item in items if not item.build.times]
        return total([p.times(value.build.times) for value in known for p in _once(value)] + tried)
    spread = total([cpu, *(value.environment_seconds for value in known)]).times(1 / machine.cores)
    return largest([spread, _longest_chain(known)])


def _once(item: BuildItem) -> tuple[Quantity, Quantity]:
    return _certain(item.wall_seconds), item.environment_seconds


def _longest_chain(known: list[BuildItem]) -> Quantity:
    """The chain of builds, each in the next one's environment, that takes longest."""
    chains: dict[str, list[Quantity]] = {}
    for value in known:  # each comes after those that its environment needs
        needed = [chains[o.build.label] for o in known if value.build.label in o.build.requested_by
                  and o.build.label in chains]  # fmt: skip
        before = max(needed, key=lambda chain: total(chain).value, default=[])
        chains[value.build.label] = [*before, *_once(value)]
    return largest([total(chain) for chain in chains.values()] or [Quantity.exact(0)])


def _peak(
    items: tuple[BuildItem, ...], installer: InstallerKind, machine: Machine
) -> Quantity | Unknown:
    """Memory at the worst moment: of the largest build, or of those that uv runs at once."""
    values = [item.peak_memory_bytes for item in items if item.build.times]
    peaks = sorted((p for p in values if isinstance(p, Quantity)), key=lambda p: -p.value)
    if not peaks:
        if not values:
            return Quantity.exact(0)
        return Unknown("cost-unknown", "the memory of none of its source builds is known")
    if installer is InstallerKind.UV:
        return largest([total(peaks[: machine.cores]), *peaks])
    return largest(peaks)


def _fits(peak: Quantity | Unknown, machine: Machine, *, whole: bool) -> bool | None:
    """Whether the machine has the memory; `whole`: that of every build is known."""
    if machine.memory_bytes is None or isinstance(peak, Unknown):
        return None
    if whole and peak.high <= machine.memory_bytes:
        return True
    return False if peak.low > machine.memory_bytes else None


def _left_out(plan: BilledPlan, sizeless: int, toolchain: Quantity | None) -> Iterable[str]:
    for item in plan.items:
        if item.build.times and isinstance(item.cpu_seconds, Unknown):
            yield f"building {item.build.label}: {item.cpu_seconds.reason}"
        elif item.build.times and isinstance(item.peak_memory_bytes, Unknown):
            yield f"memory of building {item.build.label}: {item.peak_memory_bytes.reason}"
        if item.build.problem:
            yield f"the build environment of {item.build.label}: {item.build.problem}"
    for cycle in plan.cycles:
        yield f"builds that need themselves: {' → '.join(cycle)}"
    if sizeless:
        yield f"downloading {sizeless} files whose size the index does not tell"
    if plan.items and toolchain is None:
        yield "installing compilers and libraries: their size is not known here"
    yield from _NOT_COUNTED
