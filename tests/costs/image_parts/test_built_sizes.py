"""What a package built from source occupies, from the published wheel and the cost model."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.costs.image_parts.built_sizes import BuiltFiles, built_files, compresses
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, ArchiveMember
from wheelcheck.resolution.pins import Pin, Standing

NOT_MEASURED = Unknown("cost-not-modelled", "not measured")


def cost(
    built: Quantity | Unknown = NOT_MEASURED, native: Quantity | Unknown = NOT_MEASURED
) -> PredictedCost:
    return PredictedCost(NOT_MEASURED, 1.0, NOT_MEASURED, 0.0, built, native)


def wheel(native: int = 1_000_000) -> ArchiveListing:
    members = {
        "pack.libs/libopenblas-1234.so.0": 30_000_000,
        "old/.libs/libold.so.1": 5,
        "pack/core.cpython-312-x86_64-linux-musl.so": native,
        "pack/__init__.py": 2000,
        "pack/tests/test_core.py": 3000,
    }
    return ArchiveListing(tuple(ArchiveMember(*member) for member in members.items()))


def built(costs: PredictedCost, listing: ArchiveListing | None = None) -> BuiltFiles:
    found = built_files(costs, listing)
    assert isinstance(found, BuiltFiles)
    return found


def test_what_the_cost_model_tells_counts():
    quantity = Quantity.within(7e6, 1.1, "measured", "measured here")
    found = built(cost(quantity, Quantity.exact(6e6)), wheel())
    assert found.files == quantity
    assert found.sources.files == 2


def test_a_build_does_not_bring_the_vendored_libraries():
    assert built(cost(), wheel()).files.value < 4_000_000


def test_without_a_prediction_modules_with_and_without_debug_information_are_possible():
    found = built(cost(), wheel()).files
    assert found.high > 2 * found.value


def test_the_wheel_on_the_way_is_a_third_of_what_it_holds():
    found = built(cost(), wheel())
    assert 0.25 < found.archive.value / found.files.value < 0.45
    assert found.archive.factor > found.files.factor


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [("meson-python", "0.12.1", False), ("meson-python", "0.15.0", True), ("numpy", "0.1", True)],
)
def test_old_meson_python_does_not_compress_wheels(name: str, version: str, *, expected: bool):
    pin = Pin(NormalizedName(name), Version(version), None, Standing.INSTALLABLE)
    assert compresses([pin]) is expected


def test_a_wheel_that_is_not_compressed_is_as_large_as_its_files():
    found = built_files(cost(), wheel(), compressed=False)
    assert isinstance(found, BuiltFiles)
    assert found.archive.value == found.files.value


def test_without_a_published_wheel_the_sources_are_those_that_are_not_compiled():
    modelled = Quantity.within(2e6, 1.5, "modelled", "the model")
    found = built(cost(modelled, Quantity.exact(1e6)))
    assert found.files == modelled
    assert 0 < found.sources.bytes < 1e6


def test_what_neither_tells_is_unknown():
    assert built_files(cost()) is NOT_MEASURED
