"""Wheel variants (PEP 825, a draft): read, shown, and never counted as a wheel."""

import pytest
from fake_index import FakeIndex
from packaging.requirements import Requirement

from wheelcheck import analyse, parse_target
from wheelcheck.index.pages.filenames import BadName, variant_of, version_of
from wheelcheck.requirements import read

TARGET = parse_target("cp312-manylinux_2_28_x86_64")
CUDA = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64-cu126.whl"
NULL = "demo-1.0-3-cp312-cp312-manylinux_2_28_x86_64-null.whl"


@pytest.mark.parametrize(
    ("filename", "label"),
    [
        (CUDA, "cu126"),
        (NULL, "null"),
        ("demo-1.0-py3-none-any-x86_64_v3.whl", "x86_64_v3"),
        ("demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", None),
        ("demo-1.0-1-cp312-cp312-manylinux_2_28_x86_64.whl", None),
        ("demo-1.0-cp312-cp312-linux_x86_64-CU126.whl", None),
        ("demo-1.0.tar.gz", None),
    ],
)
def test_labels_are_read(filename, label):
    variant = variant_of(filename)
    assert (variant.label if variant else None) == label


def test_neither_a_variant_nor_their_description_is_a_distribution():
    assert "pip cannot take it" in version_of(CUDA, "demo").reason
    assert "no distribution" in version_of("demo-1.0-variants.json", "demo").reason
    assert isinstance(version_of("demo-1.0-cp312-cp312-linux_x86_64-CU126.whl", "demo"), BadName)


def judged(files, line="demo==1.0"):
    index = FakeIndex({"demo": files})
    report = analyse(read([Requirement(line)]), [TARGET], index)
    return report.package("demo").on[TARGET.name]


def test_a_release_with_variants_alone_says_so():
    cell = judged({"1.0": [CUDA, NULL, "demo-1.0-variants.json"]})
    assert cell.verdict == "unknown"
    assert "demo 1.0 has only wheel variants (cu126, null; PEP 825, a draft)" in cell.reason
    assert "pip cannot take them" in cell.reason


def test_a_wheel_beside_variants_is_taken():
    plain = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
    assert judged({"1.0": [CUDA, plain]}).file == plain


def test_an_older_release_is_taken_where_it_is_wanted_too():
    plain = "demo-0.9-py3-none-any.whl"
    assert judged({"1.0": [CUDA], "0.9": [plain]}, "demo").file == plain
