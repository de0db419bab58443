"""What a wheel occupies once installed: to the byte without byte-code, with doubt for byte-code."""

import csv
import math
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from archive_builders import wheel_of
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.costs.image_parts.installed_files import (
    PythonSources,
    byte_code,
    installed_files,
    pip_byte_code,
    python_sources,
)
from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, ArchiveMember
from wheelcheck.targets.target import Architecture, Image, Implementation, Libc, Target


def target(
    python: tuple[int, int] = (3, 12),
    implementation: Implementation = Implementation.CPYTHON,
    image: Image | None = None,
) -> Target:
    return Target(
        name="t",
        implementation=implementation,
        python=python,
        python_full_version="{}.{}.0".format(*python),
        free_threaded=False,
        libc=Libc.GLIBC,
        libc_version=(2, 36),
        arch=Architecture.X86_64,
        image=image,
    )


def listing(**members: int) -> ArchiveListing:
    return ArchiveListing(tuple(ArchiveMember(path, size) for path, size in members.items()))


def sizes(members: dict[str, int]) -> ArchiveListing:
    return listing(**members)


def test_the_installed_files_are_those_that_pip_leaves(tmp_path: Path):
    """pip itself is the judge: a wheel with scripts, data and tests, installed for real."""
    source = "def f(x):\n    return x + 1\n" * 20
    more = {
        "pack/tests/test_pack.py": source,
        "pack/core.py": source,
        "pack/native.so": b"\0" * 5000,
        "pack-1.0.data/data/share/pack/notes.txt": "n" * 300,
        "pack-1.0.dist-info/entry_points.txt": "[console_scripts]\npack = pack.core:f\n",
    }
    always = ["pack/__init__.py", "pack-1.0.dist-info/WHEEL", "pack-1.0.dist-info/METADATA"]
    rows = [f"{path},sha256={'x' * 43},{len(more.get(path, '...'))}" for path in [*always, *more]]
    more["pack-1.0.dist-info/RECORD"] = "\n".join([*rows, "pack-1.0.dist-info/RECORD,,", ""])
    wheel = tmp_path / "pack-1.0-py3-none-any.whl"
    wheel.write_bytes(wheel_of("pack", "1.0", more=more))
    home = tmp_path / "home"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--isolated", "--no-index",
         "--no-cache-dir", "--find-links", tmp_path, "--prefix", home, "pack"],
        check=True,
    )  # fmt: skip
    left = [path for path in home.rglob("*") if path.is_file()]
    code = sum(path.stat().st_size for path in left if path.suffix == ".pyc")
    other = sum(path.stat().st_size for path in left if path.suffix != ".pyc")

    with zipfile.ZipFile(wheel) as archive:
        members = {member.filename: member.file_size for member in archive.infolist()}
    found = installed_files(sizes(members))
    assert found.unpacked == sum(members.values())
    assert found.files == pytest.approx(other, abs=150)
    assert found.sources.files == 3
    assert code > 0


def test_tests_are_recognised_by_where_they_lie():
    found = python_sources(
        sizes(
            {"a/tests/x.py": 1, "a/test_y.py": 2, "a/conftest.py": 4, "a/attest.py": 8, "b.pyi": 9}
        )
    )
    assert found == PythonSources(files=4, bytes=15, test_bytes=7)


def test_record_gains_a_row_for_every_compiled_file():
    single = installed_files(sizes({"pack/a.py": 10}))
    pair = installed_files(sizes({"pack/a.py": 10, "pack/b.py": 10}))
    assert pair.added - single.added == len("pack/__pycache__/b.cpython-312.pyc,,\r\n") + 1


@pytest.mark.parametrize("python", [(3, minor) for minor in range(8, 14)])
def test_byte_code_of_typical_code_is_near_its_source(python: tuple[int, int]):
    sources = PythonSources(files=100, bytes=1_000_000, test_bytes=300_000)
    found = byte_code([sources], target(python))
    assert isinstance(found, Quantity)
    assert 0.5e6 < found.low < found.value < found.high < 2e6
    assert "data/installs" in found.source


def test_position_tables_made_byte_code_larger_in_311():
    sources = [PythonSources(files=10, bytes=100_000)]
    old, new = byte_code(sources, target((3, 10))), byte_code(sources, target((3, 11)))
    assert isinstance(old, Quantity)
    assert isinstance(new, Quantity)
    assert new.value > 1.2 * old.value


def test_many_projects_are_more_certain_together_than_alone():
    project = PythonSources(files=10, bytes=100_000)
    alone, many = byte_code([project], target()), byte_code([project] * 100, target())
    assert isinstance(alone, Quantity)
    assert isinstance(many, Quantity)
    assert 1 < many.factor < alone.factor
    assert many.value == pytest.approx(100 * alone.value)


@given(st.lists(st.builds(PythonSources, st.integers(0, 999), st.integers(0, 10**7))))
def test_byte_code_is_finite_and_ordered(projects: list[PythonSources]):
    found = byte_code(projects, target())
    assert isinstance(found, Quantity)
    assert math.isfinite(found.high)
    assert 0 <= found.low <= found.value <= found.high


def test_a_python_that_was_not_measured_is_estimated_as_its_neighbour_with_more_doubt():
    sources = [PythonSources(files=10, bytes=100_000)]
    known, later = byte_code(sources, target((3, 13))), byte_code(sources, target((3, 15)))
    assert isinstance(known, Quantity)
    assert isinstance(later, Quantity)
    assert later.value == known.value
    assert later.factor > known.factor
    assert later.source.startswith("as Python 3.13")


def test_pypys_byte_code_is_not_guessed():
    found = byte_code([PythonSources(1, 1)], target((3, 11), Implementation.PYPY))
    assert isinstance(found, Unknown)
    assert found.code == "byte-code-unknown"


def test_running_pip_leaves_byte_code_only_where_the_image_has_none():
    image = Image("python:3.12-slim-bookworm", "debian", "12", None, None, None, "test")
    official = pip_byte_code(target(image=image))
    assert isinstance(official, Quantity)
    assert 5e6 < official.value < 15e6
    assert pip_byte_code(target()) == Quantity.exact(0)


def test_every_row_of_the_table_has_its_source():
    text = (
        files("wheelcheck.costs.image_parts").joinpath("byte_code.csv").read_text(encoding="utf-8")
    )
    rows = list(csv.DictReader(text.splitlines()))
    assert rows
    for row in rows:
        assert row["source"].strip()
        assert 0.5 < float(row["per_byte"]) < 2
