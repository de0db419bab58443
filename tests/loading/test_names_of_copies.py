"""Names of libraries: those of auditwheel's copies, and links without a version."""

import pytest
from made_wheels import ALPINE, DAY, SLIM, loads

from wheelcheck.distributions.distribution import distribution_of
from wheelcheck.loading.image_libraries import image_libraries
from wheelcheck.loading.verdict.loading_trouble import opening_trouble
from wheelcheck.loading.wheel_facts import WheelFacts
from wheelcheck.targets import parse_target_on


@pytest.mark.parametrize(
    ("copy", "is_bad"),
    [
        ("libspatialindex-91fc2909.so.6.1.1", False),  # as rtree 1.2
        ("libspatialindex_c-91fc2909.so.6.1.1", False),
        ("libspat-91fc2909.so.6.1.1", True),
        ("libindex_c-91fc2909.so.6.1.1", True),
    ],
)
def test_a_copy_under_a_hashed_name_serves_the_library_of_that_stem(copy: str, *, is_bad: bool):
    target = parse_target_on(SLIM, as_of=DAY)
    image = image_libraries(target, distribution_of(target))
    names = ("libspatialindex_c.so", "spatialindex_c")
    assert opening_trouble(names, WheelFacts(holds=(copy,)), image, {}).is_bad is is_bad


def test_a_link_without_a_version_is_in_a_development_package_of_alpine():
    code = b"import ctypes\nlib = ctypes.CDLL('libsndfile.so')\n"
    found = loads({"x/__init__.py": code}, "x-1-py3-none-any.whl", on=ALPINE)
    assert (found.status, list(found.packages)) == ("needs", ["libsndfile-dev"])
