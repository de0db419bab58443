"""PyO3 against a Python that it does not know yet."""

from __future__ import annotations

import pytest

from wheelcheck.builds.obstacles.newer_tools.old_pyo3 import old_pyo3


def manifest(pyo3: str) -> dict[str, str]:
    return {"Cargo.toml": f'[package]\nname = "x"\n[dependencies]\n{pyo3}\n'}


@pytest.mark.parametrize(
    ("pyo3", "python", "refused"),
    [
        ('pyo3 = "0.20.3"', (3, 13), True),
        ('pyo3 = { version = "0.20.3", features = ["generate-import-lib"] }', (3, 13), True),
        ('pyo3 = "0.20.3"', (3, 12), False),
        ('pyo3 = "0.20.2"', (3, 13), True),
        ('pyo3 = "=0.20.2"', (3, 13), False),
        ('pyo3 = "0.19.2"', (3, 13), False),
        ('pyo3 = "0.21"', (3, 13), True),
        ('pyo3 = "0.22"', (3, 13), False),
        ('pyo3 = "0.24.1"', (3, 14), True),
        ('pyo3 = ">=0.19"', (3, 13), False),
        ('pyo3 = { version = "0.19", features = ["abi3-py38"] }', (3, 13), False),
        ('serde = "1"', (3, 13), False),
    ],
)
def test_pyo3_refuses_pythons_that_are_newer(pyo3: str, python: tuple[int, int], refused: bool):  # noqa: FBT001
    found = old_pyo3(manifest(pyo3), python, free_threaded=False)
    assert [obstacle.fatal for obstacle in found] == [True] * refused


def test_the_variable_that_helps_is_named():
    (found,) = old_pyo3(manifest('pyo3 = "0.20.3"'), (3, 13), free_threaded=False)
    assert "PYO3_USE_ABI3_FORWARD_COMPATIBILITY" in found.message
    (found,) = old_pyo3(manifest('pyo3 = "0.20.3"'), (3, 13), free_threaded=True)
    assert "PYO3_USE_ABI3_FORWARD_COMPATIBILITY" not in found.message


def test_releases_that_refuse_pythons_without_the_gil():
    given = manifest('pyo3 = "0.22.2"')
    assert old_pyo3(given, (3, 13), free_threaded=False) == ()
    (found,) = old_pyo3(given, (3, 13), free_threaded=True)
    assert "PyO3 0.22.6, which refuses Pythons without the GIL" in found.message
    assert old_pyo3(manifest('pyo3 = "0.23"'), (3, 13), free_threaded=True) == ()


def test_a_locked_release_that_asks_for_no_newest_python():
    given = manifest('pyo3 = "0.20"')
    lock = {"Cargo.lock": '[[package]]\nname = "pyo3"\nversion = "0.20.2"\n'}
    assert old_pyo3(given, (3, 13), free_threaded=False)
    assert old_pyo3(given | lock, (3, 13), free_threaded=False) == ()
