"""The bill of one target: sums, maxima, and what is left out of them."""

import re

import pytest
from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version
from sdist_readings import unread
from situations import target

from wheelcheck.builds.environment import BuildEnvironment
from wheelcheck.builds.plan import Build, InstallerKind, SourceBuildPlan
from wheelcheck.costs.bill import InstallBill, billed_plan, make_bill
from wheelcheck.costs.installing import Files, install_seconds
from wheelcheck.costs.machine import Machine
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.resolution.pins import Pin, Standing

MUSL = target("musl")
MB = 1_000_000
V1 = Version("1")


def wheel(name: str, size: int | None = MB) -> Wheel:
    return Wheel(f"{name}-1-py3-none-any.whl", "", NormalizedName(name), V1, size)


def sdist(name: str, size: int | None = MB) -> Sdist:
    return Sdist(f"{name}-1.tar.gz", "", NormalizedName(name), V1, size)


def build(name: str, *needs: Wheel, times: int = 1, requested_by: tuple[str, ...] = ()) -> Build:
    pins = tuple(Pin(need.name, V1, need, Standing.INSTALLABLE) for need in needs)
    environment = BuildEnvironment((), pins)
    return Build(unread(sdist(name)), environment, not requested_by, requested_by, times)


def cost(cpu: float, memory: float = 500 * MB, serial: float = 1.0) -> PredictedCost:
    return PredictedCost(
        Quantity.within(cpu, 1.5, "modelled"),
        serial,
        Quantity.within(memory, 1.3, "modelled"),
        0.0 if serial == 1 else 0.5,
        Quantity.exact(5 * MB),
        Quantity.exact(4 * MB),
    )


def bill(
    builds: tuple[Build, ...],
    costs: dict[str, PredictedCost],
    machine: Machine = Machine(),  # noqa: B008 (frozen)
    installer: InstallerKind = InstallerKind.PIP,
    **more: object,
) -> InstallBill:
    by_file = {f"{name}-1.tar.gz": predicted for name, predicted in costs.items()}
    installed = more.pop("installed", ())
    plan = SourceBuildPlan(
        MUSL, installer, builds, **{k: more.pop(k) for k in ["cycles"] if k in more}
    )
    return make_bill(billed_plan(plan, by_file, machine), installed, machine, **more)


def test_wheels_alone_cost_download_and_installation():
    found = bill((), {}, installed=[wheel("a", 25 * MB), wheel("b", None)])
    assert (found.builds, found.cpu_seconds, found.build_wall_seconds) == (
        0, Quantity.exact(0), Quantity.exact(0),
    )  # fmt: skip
    assert found.download_bytes == Quantity.exact(25 * MB)
    assert found.download_seconds.value == pytest.approx(2)
    assert found.wall_seconds.value > found.install_seconds.value > 0
    assert any("1 files whose size" in reason for reason in found.left_out)


def test_pip_builds_in_sequence_as_often_as_the_plan_says():
    builds = (build("numpy", times=2, requested_by=("scipy 1",)), build("scipy"))
    found = bill(builds, {"numpy": cost(200), "scipy": cost(700)})
    assert found.builds == 3
    assert found.cpu_seconds.value == pytest.approx(1100, rel=0.1)
    assert found.build_wall_seconds.value > found.cpu_seconds.value  # environments come on top
    assert found.wall_seconds.value > found.build_wall_seconds.value


def test_uv_builds_side_by_side():
    builds = (build("a"), build("b"), build("c"), build("d"))
    costs = dict.fromkeys("abcd", cost(100))
    by_pip = bill(builds, costs).build_wall_seconds.value
    by_uv = bill(builds, costs, installer=InstallerKind.UV).build_wall_seconds.value
    assert by_uv == pytest.approx(by_pip / 2, rel=0.1)


def test_uv_waits_for_a_chain_of_builds():
    builds = (build("numpy", requested_by=("scipy 1",)), build("scipy"))
    costs = {"numpy": cost(100), "scipy": cost(100)}
    found = bill(builds, costs, Machine(cores=8), InstallerKind.UV)
    assert found.build_wall_seconds.value > 200


def test_cores_and_speed_of_the_machine():
    costs = {"a": cost(100, serial=0.2)}
    slow, fast = (
        bill((build("a"),), costs, Machine(cores=cores, factor=factor))
        for cores, factor in ((1, 2.0), (4, 0.5))
    )
    assert slow.cpu_seconds.value == pytest.approx(200)
    assert fast.cpu_seconds.value == pytest.approx(50)
    assert slow.build_wall_seconds.value > 200 > 5 * fast.build_wall_seconds.value - 10


def test_a_measured_machine_is_less_doubtful():
    builds, costs = (build("a"),), {"a": cost(100)}
    unmeasured = bill(builds, costs)
    measured = bill(builds, costs, Machine(doubt=1.0))
    assert measured.cpu_seconds == Quantity.within(100, 1.5, "modelled")
    assert unmeasured.cpu_seconds.value == measured.cpu_seconds.value
    assert unmeasured.cpu_seconds.factor > 1.7
    assert unmeasured.wall_seconds.factor > measured.wall_seconds.factor


@pytest.mark.parametrize(
    ("memory", "fits"), [(None, None), (2000 * MB, True), (600 * MB, None), (300 * MB, False)]
)
def test_whether_memory_suffices(memory: int | None, fits: bool | None):  # noqa: FBT001
    builds = (build("small"), build("large"))
    costs = {"small": cost(1, 50 * MB), "large": cost(1, 500 * MB)}
    found = bill(builds, costs, Machine(memory_bytes=memory))
    assert found.peak_memory_bytes.value == 500 * MB
    assert found.fits_memory is fits


def test_uv_holds_several_builds_in_memory():
    builds = (build("a"), build("b"), build("c"))
    costs = dict.fromkeys("abc", cost(1, 500 * MB))
    found = bill(builds, costs, Machine(cores=2), InstallerKind.UV)
    assert found.peak_memory_bytes.value == pytest.approx(1000 * MB, rel=0.1)


def test_parallel_compilers_add_memory():
    costs = {"a": cost(100, 500 * MB, serial=0.1)}
    few, many = (bill((build("a"),), costs, Machine(cores=cores)) for cores in (1, 8))
    assert many.peak_memory_bytes.value > 2 * few.peak_memory_bytes.value


def test_without_a_cache_build_requirements_are_fetched_every_time():
    needed = wheel("setuptools", 2 * MB)
    builds = (build("a", needed, times=3), build("b", needed))
    costs = dict.fromkeys("ab", cost(1))
    cached = bill(builds, costs)
    without = bill(builds, costs, installer=InstallerKind.PIP_NO_CACHE)
    assert cached.download_bytes.value == (1 + 1 + 2) * MB
    assert without.download_bytes.value == (3 + 1 + 4 * 2) * MB


def test_what_was_only_tried_is_fetched_but_not_built():
    found = bill((build("tried", times=0),), {"tried": cost(1000)})
    assert (found.builds, found.cpu_seconds) == (0, Quantity.exact(0))
    assert found.download_bytes.value == MB
    assert found.build_wall_seconds.value == found.items[0].environment_seconds.value > 0


def test_unknown_costs_are_named_and_not_counted():
    why = Unknown("crates-not-measured", "its crates are fetched")
    unknown = PredictedCost(why, 1.0, why, 0.0, why, why)
    both = bill((build("a"), build("rusty")), {"a": cost(100), "rusty": unknown})
    assert both.cpu_seconds.value == pytest.approx(100)
    assert "building rusty 1: its crates are fetched" in both.left_out
    alone = bill((build("rusty"),), {"rusty": unknown}, Machine(memory_bytes=MB))
    assert isinstance(alone.cpu_seconds, Unknown)
    assert isinstance(alone.build_wall_seconds, Unknown)
    assert isinstance(alone.peak_memory_bytes, Unknown)
    assert alone.fits_memory is None
    assert alone.wall_seconds.value > 0


def test_circles_are_named():
    found = bill((build("a"),), {"a": cost(1)}, cycles=(("a 1", "b 1", "a 1"),))
    assert any("a 1 → b 1 → a 1" in reason for reason in found.left_out)


def test_the_toolchain_is_fetched_and_unpacked():
    builds, costs = (build("a"),), {"a": cost(1)}
    unknown = bill(builds, costs)
    known = bill(builds, costs, toolchain=Quantity.within(250 * MB, 1.1, "derived"))
    assert any("compilers" in reason for reason in unknown.left_out)
    assert not any("compilers" in reason for reason in known.left_out)
    assert known.toolchain_seconds.value > unknown.toolchain_seconds.value == 0
    assert 40 * MB < known.download_bytes.value - unknown.download_bytes.value < 100 * MB


def test_a_build_takes_longer_to_prepare_with_more_requirements():
    few = bill((build("a", wheel("setuptools")),), {"a": cost(1)}).items[0]
    many = bill((build("a", wheel("setuptools"), wheel("numpy", 16 * MB)),), {"a": cost(1)}).items[
        0
    ]
    assert many.environment_seconds.value > few.environment_seconds.value + 1


def test_uv_installs_in_less_time_than_pip():
    wheels = Files(30, 100 * MB)
    pip, uv = install_seconds(wheels, "pip"), install_seconds(wheels, "uv")
    assert uv.value < pip.value
    assert install_seconds(wheels + wheels, "pip").value > pip.value > 1


def test_no_reason_is_empty_or_names_a_place_of_ours():
    found = bill((build("a"),), {"a": replace(cost(1), peak_process_bytes=Unknown("x", "why"))})
    assert found.left_out
    assert all(reason.strip() and not re.search(r"/work|None", reason) for reason in found.left_out)


NOT_KNOWN = Unknown("crates-not-measured", "nobody measured it")
UNPRICED = PredictedCost(NOT_KNOWN, 1.0, NOT_KNOWN, 0.0, NOT_KNOWN, NOT_KNOWN)


def test_builds_whose_cost_is_not_known_are_named_where_a_sum_is_without_them():
    builds = (build("known"), build("unknown"))
    found = bill(builds, {"known": cost(100), "unknown": UNPRICED})
    assert found.without_time == found.without_memory == ("unknown 1",)
    assert bill((build("known"),), {"known": cost(100)}).without_time == ()


def test_a_machine_has_not_surely_the_memory_for_a_build_of_which_nothing_is_known():
    builds = (build("known"), build("unknown"))
    costs = {"known": cost(1, 500 * MB), "unknown": UNPRICED}
    assert bill(builds, costs, Machine(memory_bytes=8000 * MB)).fits_memory is None
    assert bill(builds, costs, Machine(memory_bytes=300 * MB)).fits_memory is False


@pytest.mark.parametrize("installer", [InstallerKind.PIP, InstallerKind.UV])
def test_bounds_of_the_whole_are_never_below_those_of_a_build(installer):
    """wxPython's build may take thirteen hours alone; so may the whole installation then."""
    skewed = PredictedCost(
        Quantity(9800, 2000, 48000, "modelled"),
        1.0,
        Quantity(1500 * MB, 400 * MB, 6800 * MB, "modelled"),
        0.0,
        Quantity.exact(5 * MB),
        Quantity.exact(4 * MB),
    )
    low_but_sure = cost(9900, 1600 * MB)
    machine = Machine(doubt=1.0)
    found = bill((build("a"), build("b")), {"a": skewed, "b": low_but_sure}, machine, installer)
    peaks = [item.peak_memory_bytes for item in found.items]
    walls = [item.wall_seconds for item in found.items]
    assert found.peak_memory_bytes.high >= max(peak.high for peak in peaks)
    assert found.peak_memory_bytes.low >= max(peak.low for peak in peaks)
    for whole in (found.build_wall_seconds, found.wall_seconds):
        assert whole.high >= max(wall.high for wall in walls)
        assert whole.low >= max(wall.low for wall in walls)
    assert found.wall_seconds.high >= found.build_wall_seconds.high
