"""Image sizes: what each kind of image holds, and what is not known."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.costs.image import (
    BASE,
    ImageBreakdown,
    ImageContents,
    ImageOptions,
    ImagePart,
    image_size,
)
from wheelcheck.costs.image_parts.built_sizes import BuiltFiles
from wheelcheck.costs.image_parts.installed_files import PythonSources, installed_files
from wheelcheck.costs.quantity import Quantity
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, Wheel
from wheelcheck.targets.target import Architecture, Image, Implementation, Libc, Target

DEBIAN = Distribution(Family.APT, "debian", "12")
BASE_BYTES = Quantity.exact(100_000_000)
GONE = Unknown("archive-refused", "the archive could not be read")
FILES = installed_files(
    ArchiveListing((ArchiveMember("a/b.so", 4_000_000), ArchiveMember("a/c.py", 100_000)))
)


def target(name: str = "python:3.12-slim-bookworm", mb: float | None = 124.3) -> Target:
    return Target(
        name="t",
        implementation=Implementation.CPYTHON,
        python=(3, 12),
        python_full_version="3.12.1",
        free_threaded=False,
        libc=Libc.GLIBC,
        libc_version=(2, 36),
        arch=Architecture.X86_64,
        image=Image(name, "debian", "12", None, mb, has_compiler=False, source="t"),
    )


def wheel(size: int | None = 1_500_000) -> Wheel:
    name = "a-1-py3-none-any.whl"
    return Wheel(name, f"https://index.example/{name}", NormalizedName("a"), Version("1"), size)


def built(size: float = 20e6) -> BuiltFiles:
    files = Quantity.within(size, 1.2, "modelled")
    return BuiltFiles(files, PythonSources(10, 200_000), files.times(0.36))


def size(
    contents: ImageContents, options: ImageOptions | None = None, **more: object
) -> ImageBreakdown:
    return image_size(target(), contents, DEBIAN, options, base=BASE_BYTES, **more)  # type: ignore[arg-type]


def quantity_of(value: Quantity | Unknown) -> Quantity:
    assert isinstance(value, Quantity)
    return value


def part(found: ImageBreakdown, name: str) -> Quantity:
    return quantity_of(next(each.size for each in found.parts if each.name == name))


def names(found: ImageBreakdown) -> set[str]:
    return {each.name for each in found.parts}


def test_an_image_of_wheels_is_the_base_and_what_is_unpacked():
    found = size(ImageContents(wheels=[(wheel(), FILES)]))
    assert names(found) == {BASE, "wheels", "byte-code", "byte-code of pip itself"}
    assert part(found, "wheels").value == pytest.approx(4_100_000, rel=0.001)
    assert quantity_of(found.single_stage).value > quantity_of(found.multi_stage).value
    assert quantity_of(found.single_stage_added).value < 20e6


def test_build_tools_stay_in_a_single_stage_only():
    contents = ImageContents(
        built=[built()], build_packages=["g++", "libopenblas-dev"], run_packages=["libopenblas0"]
    )
    found = size(contents)
    tools, libraries = (
        part(found, name) for name in ("system packages to build", "system libraries to run")
    )
    assert tools.value > 250e6
    assert 40e6 < libraries.value < 60e6
    difference = quantity_of(found.single_stage).value - quantity_of(found.multi_stage).value
    assert difference == pytest.approx(tools.value, rel=0.1)
    assert {"package lists"} < names(found)


def test_what_both_stages_need_counts_once():
    both = size(ImageContents(build_packages=["libpq-dev"], run_packages=["libpq5"]))
    alone = size(ImageContents(build_packages=["libpq-dev"]))
    assert quantity_of(both.single_stage).value == pytest.approx(
        quantity_of(alone.single_stage).value, rel=0.001
    )


def test_pips_cache_keeps_downloads_and_built_wheels():
    contents = ImageContents(wheels=[(wheel(), FILES)], built=[built()], sdist_bytes=3_000_000)
    without, with_cache = size(contents), size(contents, ImageOptions(pip_cache=True))
    more = quantity_of(with_cache.single_stage).value - quantity_of(without.single_stage).value
    assert more == pytest.approx(1.5e6 + 3e6 + 20e6 * 0.36, rel=0.05)
    assert quantity_of(with_cache.multi_stage).value == quantity_of(without.multi_stage).value


def test_copied_wheels_stay_as_a_layer_of_the_last_stage():
    contents = ImageContents(wheels=[(wheel(), FILES)], built=[built()])
    without, layer = size(contents), size(contents, ImageOptions(wheels_layer=True))
    more = quantity_of(layer.multi_stage).value - quantity_of(without.multi_stage).value
    pip = part(layer, "byte-code of pip itself").value
    assert more == pytest.approx(1.5e6 + 20e6 * 0.36 + pip, rel=0.05)
    assert quantity_of(layer.single_stage).value == quantity_of(without.single_stage).value


def test_package_lists_stay_unless_removed():
    contents = ImageContents(build_packages=["gcc"])
    assert part(size(contents), "package lists").value > 10e6
    assert "package lists" not in names(size(contents, ImageOptions(package_lists=False)))
    apk = image_size(target(), contents, Distribution(Family.APK, "alpine", "3.20"))
    assert "package lists" not in names(apk)


def test_a_wheel_that_cannot_be_listed_is_estimated_from_its_archive():
    found = size(ImageContents(wheels=[(wheel(), GONE)]))
    estimate = part(found, "wheels that could not be listed")
    assert estimate.basis == "modelled"
    assert estimate.low < 5e6 < estimate.high


def test_a_wheel_of_which_nothing_is_known_makes_the_sum_unknown():
    found = size(ImageContents(wheels=[(wheel(None), GONE)]))
    assert isinstance(found.single_stage, Unknown)
    assert found.single_stage.code == "archive-refused"
    assert "wheels that could not be listed" in str(found.single_stage)


def test_a_package_whose_built_size_is_unknown_makes_the_sum_unknown():
    found = size(ImageContents(built=[built(), GONE]))
    assert isinstance(found.multi_stage, Unknown)


def test_without_a_known_base_what_is_added_is_still_estimated():
    found = image_size(
        target("registry.example/own:1", None), ImageContents(wheels=[(wheel(), FILES)]), DEBIAN
    )
    assert isinstance(found.single_stage, Unknown)
    assert found.single_stage.code == "image-size-unknown"
    assert quantity_of(found.single_stage_added).value > 4e6


def test_an_unknown_distribution_hides_only_its_packages():
    unknown = Unknown("distribution-unknown", "no distribution")
    contents = ImageContents(wheels=[(wheel(), FILES)], build_packages=["gcc"])
    found = image_size(target(), contents, unknown, base=BASE_BYTES)
    assert isinstance(found.single_stage, Unknown)
    assert part(found, "wheels").value > 4e6
    no_packages = ImageContents(wheels=[(wheel(), FILES)])
    assert quantity_of(image_size(target(), no_packages, unknown, base=BASE_BYTES).multi_stage)


def test_packages_of_unknown_size_are_named():
    found = size(ImageContents(build_packages=["gcc", "no-such-package"]))
    assert found.unsized == ("no-such-package",)


def test_an_image_on_top_of_what_is_there_already():
    def part(name: str, size: float | Unknown, **kinds: bool) -> ImagePart:
        quantity = size if isinstance(size, Unknown) else Quantity.exact(size)
        return ImagePart(name, quantity, **kinds)

    own = ImageBreakdown((part(BASE, 100), part("wheels", 10), part("package lists", 20)))
    earlier = [part("wheels", 5), part("package lists", 30), part("cache", 7, multi_stage=False)]
    whole = own.on_top_of(earlier)
    assert {each.name: each.size.value for each in whole.parts} == {
        BASE: 100,
        "wheels": 15,
        "package lists": 30,  # the same lists: there once
        "cache": 7,
    }
    assert whole.single_stage.value == 152
    assert whole.multi_stage.value == 145
    assert own.on_top_of([part("wheels", GONE)]).single_stage.code == GONE.code
    assert own.on_top_of([]) == own
