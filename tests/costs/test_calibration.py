"""The factor of a machine, from compiles that somebody else runs."""

import shutil
import subprocess

import pytest

from wheelcheck.costs.calibration import REPEATS, ReferenceCompile, calibrate, reference_compiles
from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown

MISSING = Unknown("no-compiler", "there is no C++ compiler")


def test_the_reference_machine_has_factor_1():
    found = calibrate(lambda reference: reference.seconds)
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(1)
    assert sum(reference.seconds for reference in reference_compiles()) == pytest.approx(2.4)


def test_half_as_fast_is_factor_two():
    found = calibrate(lambda reference: reference.seconds * 2)
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(2)


def test_the_best_of_several_runs_counts():
    noise = iter([3.0, 1.0, 1.5] * 2)
    found = calibrate(lambda reference: reference.seconds * next(noise))
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(1)
    assert found.factor >= 2.9
    assert REPEATS == 3


def test_a_single_compiler_is_enough():
    def run(reference: ReferenceCompile) -> float | Unknown:
        return MISSING if reference.file.endswith("cpp") else reference.seconds * 3

    found = calibrate(run)
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(3)


def test_no_compiler_is_unknown():
    assert calibrate(lambda _: MISSING) is MISSING


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_the_sources_compile(tmp_path):
    for reference in reference_compiles():
        if shutil.which(reference.command[0]):
            (tmp_path / reference.file).write_text(reference.text)
            subprocess.run([*reference.command, "-fsyntax-only"], cwd=tmp_path, check=True)
