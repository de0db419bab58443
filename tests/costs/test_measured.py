"""Measured builds, and what they say of other releases."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec.structs import replace
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.costs.cost_terms import coefficients
from wheelcheck.costs.measured import is_measured, measured_builds, nearest
from wheelcheck.costs.modelled import source_seconds
from wheelcheck.costs.prediction import predict
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.costs.workload.features import BuildFeatures, PublishedWheel, Sources
from wheelcheck.costs.workload.source_kinds import SourceKind
from wheelcheck.costs.workload.units import TranslationUnit
from wheelcheck.errors import Unknown

DATA = Path(__file__).parents[2] / "data" / "builds"
UNREAD = Unknown("archive-unreadable", "the sdist cannot be read")


def c(megabytes: float, wheel: PublishedWheel | None = None) -> BuildFeatures:
    size = round(megabytes * 1e6)
    return BuildFeatures(
        compiles=True,
        backend="setuptools",
        sources={SourceKind.C: Sources(10, size, size // 10)},
        wheel=wheel,
    )


def of(name: str, version: str, features: BuildFeatures | Unknown = UNREAD,
       python: tuple[int, int] = (3, 12)) -> PredictedCost:  # fmt: skip
    return predict(NormalizedName(name), Version(version), python=python, features=features)


def test_what_was_measured_is_reported_as_measured():
    cost = of("numpy", "1.24.2", python=(3, 8))
    assert cost.cpu_seconds.basis == "measured"
    assert cost.cpu_seconds.source == "measured here: numpy 1.24.2 on Python 3.8"
    assert 180 < cost.cpu_seconds.value < 240
    assert cost.cpu_seconds.low < cost.cpu_seconds.value < cost.cpu_seconds.high


def test_on_another_python_it_is_less_certain():
    here, elsewhere = of("numpy", "1.24.2", python=(3, 8)), of("numpy", "1.24.2", python=(3, 10))
    assert elsewhere.cpu_seconds.value == here.cpu_seconds.value
    assert elsewhere.cpu_seconds.factor > here.cpu_seconds.factor


def test_another_version_is_scaled_by_its_sources():
    (known,) = (build for build in measured_builds()["simplejson"] if build.python == (3, 12))
    features = c(0.1)
    cost = of("simplejson", "99", features)
    ratio = source_seconds(features, coefficients()) / known.source_seconds
    assert cost.cpu_seconds.basis == "scaled"
    assert known.label in cost.cpu_seconds.source
    assert cost.cpu_seconds.value == pytest.approx(known.cpu_seconds * ratio)
    assert cost.peak_process_bytes.value == known.peak_process_bytes


def test_a_program_that_grew_fivefold_is_modelled_anew():
    assert of("simplejson", "99", c(5)).cpu_seconds.basis == "modelled"


def test_without_its_sources_the_neighbour_counts_with_wide_doubt():
    cost, scaled = of("simplejson", "99"), of("simplejson", "99", c(0.1))
    assert "own sources are not known" in cost.cpu_seconds.source
    assert cost.cpu_seconds.factor > scaled.cpu_seconds.factor


def test_a_published_wheel_tells_the_size_of_another_version():
    wheel = PublishedWheel(1, 400_000, 400_000, 250_000)
    cost = of("simplejson", "99", c(0.1, wheel))
    assert cost.cpu_seconds.basis == "scaled"
    assert cost.built_bytes.basis == "modelled"
    assert cost.built_bytes.value > 250_000


def test_a_change_of_backend_is_not_overlooked():
    """pandas 2.0 was built by setuptools, one file after another; later releases by Meson.

    Beside a file with most of the work there is none for many compilers, as in any build by Meson.
    """
    (known,) = (build for build in measured_builds()["pandas"] if build.version == Version("2.0.0"))
    size = round(1.2e6 * known.source_seconds / 400)
    many = Sources(40, size, size // 10)
    meson = BuildFeatures(
        compiles=True, backend="meson", sources={SourceKind.CYTHON: many}, parallel=True
    )
    cost = of("pandas", "2.0.3", meson, python=(3, 8))
    assert cost.cpu_seconds.basis == "scaled"
    assert known.serial_share > 0.9 > cost.serial_share
    assert cost.concurrent_share > 0
    long = TranslationUnit(bytes=size, statements=size // 10)
    unlike = replace(meson, sources={SourceKind.CYTHON: replace(many, heaviest=long)})
    assert of("pandas", "2.0.3", unlike, python=(3, 8)).filled_jobs < 2 < cost.filled_jobs


def test_what_was_never_measured_is_modelled():
    cost = of("never-measured", "1", c(1))
    assert cost.cpu_seconds.basis == "modelled"
    assert "10 source files" in cost.cpu_seconds.source


def test_nothing_known_is_unknown():
    cost = of("never-measured", "1")
    assert cost.cpu_seconds is UNREAD
    assert cost.wall_seconds(2) is UNREAD


def rust(wheel: PublishedWheel | None = None) -> BuildFeatures:
    return BuildFeatures(compiles=True, backend="native", fetches_crates=True, wheel=wheel)


def test_what_go_compiles_is_unknown():
    cost = of("never-measured", "1", BuildFeatures(compiles=True, backend="x", hidden=("go",)))
    assert isinstance(cost.cpu_seconds, Unknown)
    assert cost.cpu_seconds.code == "go-not-measured"


def test_what_is_not_read_is_unknown_unless_another_release_was_measured():
    strange = BuildFeatures(compiles=True, backend="unknown", sources=c(0.1).sources, packer="x")
    cost = of("never-measured", "1", strange)
    assert isinstance(cost.cpu_seconds, Unknown)
    assert cost.cpu_seconds.code == "backend-not-read"
    assert of("simplejson", "99", strange).cpu_seconds.basis == "scaled"


def test_fetched_crates_are_unknown_unless_published():
    cost = of("never-measured", "1", rust())
    assert isinstance(cost.cpu_seconds, Unknown)
    assert cost.cpu_seconds.code == "crates-not-measured"
    published = of("cryptography", "99", rust(PublishedWheel(1, 9_000_000, 9_000_000, 1000)))
    assert isinstance(published.cpu_seconds, Quantity)
    assert "external-deps-build" in published.cpu_seconds.source
    assert published.cpu_seconds.factor >= 1.9
    assert published.extension_bytes.value == 9_000_000
    assert isinstance(published.peak_process_bytes, Unknown)


@pytest.mark.parametrize(
    ("version", "chosen"),
    [("1.24.3", "1.24.2"), ("1.26", "1.24.2"), ("2.4.1", "2.5.5"), ("3.0", "2.5.5")],
)
def test_the_nearest_version_speaks(version: str, chosen: str):
    found = nearest(measured_builds()["numpy"], Version(version), (3, 12))
    assert found is not None
    assert str(found.version) == chosen


def test_which_releases_were_measured():
    assert is_measured(NormalizedName("numpy"), Version("1.24.2"))
    assert not is_measured(NormalizedName("numpy"), Version("1.24.3"))
    assert not is_measured(NormalizedName("never-measured"), Version("1"))


def test_the_table_is_whole():
    text = files("wheelcheck.costs").joinpath("measured.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    keys = [(row["name"], row["version"], row["python"]) for row in rows]
    assert len(set(keys)) == len(keys) >= 100
    for builds in measured_builds().values():
        for build in builds:
            assert canonicalize_name(build.name) == build.name
            assert build.cpu_seconds > 0
            assert 0 <= build.serial_share <= 1
            assert build.peak_bytes >= build.peak_process_bytes > 10_000_000
            assert build.built_bytes >= build.extension_bytes >= build.stripped_bytes


def test_nothing_that_is_held_out_was_measured():
    """They are kept for an independent validation."""
    lines = (DATA / "held-out.txt").read_text(encoding="utf-8").splitlines()
    held_out = {line for line in lines if line and not line.startswith("#")}
    assert held_out
    assert not held_out & measured_builds().keys()
