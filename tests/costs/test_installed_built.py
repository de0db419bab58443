"""What a package built from source occupies, told by the published wheel and the cost model."""

import pytest

from wheelcheck.costs.built_sizes import BuiltFiles, built_files, wheel_contents
from wheelcheck.costs.model import BuildCost, Estimate
from wheelcheck.errors import Unknown
from wheelcheck.index.model import ArchiveListing, ArchiveMember

NOT_TOLD = Unknown("cost-not-modelled", "not measured")


def cost(built: Estimate | Unknown = NOT_TOLD, native: Estimate | Unknown = NOT_TOLD) -> BuildCost:
    return BuildCost(NOT_TOLD, 1.0, NOT_TOLD, 0.0, built, native)


def wheel(native: int = 1_000_000) -> ArchiveListing:
    members = {
        "pack.libs/libopenblas-1234.so.0": 30_000_000,
        "old/.libs/libold.so.1": 5,
        "pack/core.cpython-312-x86_64-linux-musl.so": native,
        "pack/__init__.py": 2000,
        "pack/tests/test_core.py": 3000,
    }
    return ArchiveListing(tuple(ArchiveMember(*one) for one in members.items()))


def built(costs: BuildCost, listing: ArchiveListing | None, backend: str) -> BuiltFiles:
    found = built_files(costs, listing, backend)
    assert isinstance(found, BuiltFiles)
    return found


def test_vendored_libraries_are_told_from_the_packages_own_modules():
    found = wheel_contents(wheel())
    assert (found.vendored, found.native, found.other) == (30_000_005, 1_000_000, 5000)


def test_a_build_does_not_bring_the_vendored_libraries():
    assert built(cost(), wheel(), "setuptools.build_meta").files.value < 4_000_000


def test_a_measured_build_speaks_for_itself():
    measured = Estimate.within(7e6, 1.1, "measured", "measured here")
    found = built(cost(measured, Estimate.exact(6e6)), wheel(), "setuptools.build_meta")
    assert found.files == measured
    assert found.sources.files == 2


def test_debug_information_is_recognised_by_the_predicted_size():
    """numpy 1.24.2 and pandas 2.0.0: stripped on the index, with -g at home five times as large."""
    stripped = built(cost(native=Estimate.exact(5e6)), wheel(), "setuptools.build_meta")
    alike = built(cost(native=Estimate.exact(0.8e6)), wheel(), "setuptools.build_meta")
    assert stripped.files.value > 4e6
    assert alike.files.value < 1e6


def test_backends_with_flags_of_their_own_build_what_is_published():
    found = built(cost(native=Estimate.exact(9e6)), wheel(), "mesonpy")
    assert found.files.value == pytest.approx(1_000_000, rel=0.05)


def test_without_a_prediction_either_kind_of_wheel_is_possible():
    found = built(cost(), wheel(), "setuptools.build_meta").files
    assert found.high > 2 * found.value


def test_without_a_published_wheel_the_model_is_all_there_is():
    modelled = Estimate.within(2e6, 1.5, "modelled", "the model")
    found = built(cost(modelled, Estimate.exact(1e6)), None, "")
    assert found.files == modelled
    assert 0 < found.sources.bytes < 1e6


def test_what_neither_tells_is_unknown():
    assert built_files(cost(), None, "") is NOT_TOLD
