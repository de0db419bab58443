"""An older release that is taken because of the target says what the newest one needs."""

from __future__ import annotations

import pytest
from fake_index import FakeIndex
from situations import target

from wheelcheck.api.analyse import analyse
from wheelcheck.requirements import read

FILES = {
    "a": {
        "1.0": ["a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"],
        "2.0": ["a-2.0-cp312-cp312-manylinux_2_28_x86_64.whl"],
        "3.0rc1": ["a-3.0rc1-cp312-cp312-manylinux_2_28_x86_64.whl"],
    },
    "b": {"1.0": ["b-1.0-py3-none-any.whl"], "2.0": ["b-2.0-py3-none-any.whl"]},
    "needs-old-b": {"1": ["needs_old_b-1-py3-none-any.whl"]},
}
INDEX = FakeIndex(
    FILES,
    requires={("needs-old-b", "1"): ["b<2"]},
    requires_python={("b", "2.0"): ">=3.13"},
)
OLD = target("glibc", (3, 12), libc_version=(2, 17), name="old")


def newer(*requirements: str, constraints: tuple[str, ...] = ()) -> dict[str, str]:
    report = analyse(read(requirements, constraints=constraints), [OLD], INDEX, advice=False)
    return {package.name: package.on["old"].newer for package in report.packages}


def test_the_newest_release_needs_a_newer_libc_or_python():
    assert newer("a", "b") == {
        "a": "2.0 needs glibc 2.28, target has 2.17",
        "b": "2.0 needs Python >=3.13, the target has 3.12.7",
    }


@pytest.mark.parametrize("requirement", ["a<2", "a==1.0", "a==1.*"])
def test_a_requested_release_is_no_older_release(requirement: str):
    assert newer(requirement) == {"a": ""}


def test_neither_is_a_release_that_another_package_or_a_constraint_requests(tmp_path):
    assert newer("needs-old-b")["b"] == ""
    file = tmp_path / "constraints.txt"
    file.write_text("b<2\n")
    assert newer("b", constraints=(str(file),)) == {"b": ""}
