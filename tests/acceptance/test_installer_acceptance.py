"""Installers that cannot do what the input needs, on one target or on all."""

from hashlib import sha256

import pytest
from archive_builders import wheel_of

from wheelcheck import UsageError, check

PYLOCK = """
lock-version = "1.0"
created-by = "test"
[[packages]]
name = "dep"
version = "1.0"
[[packages.wheels]]
name = "dep-1.0-py3-none-any.whl"
path = "dep-1.0-py3-none-any.whl"
hashes = {sha256 = "%s"}
"""
UV_LOCK = """
version = 1
requires-python = ">=3.8"
[[package]]
name = "app"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "dep" }]
[[package]]
name = "dep"
version = "1.0"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/dep-1.0.tar.bz2", hash = "sha256:00", size = 1 }
"""


def refusals(inputs, *targets: str, **words):
    report = check(inputs, targets=targets, cache_dir=None, verdicts_only=True, **words)
    return [{refusal.code for refusal in each.refusals} for each in report.targets]


def test_a_pip_that_does_not_run_on_a_python_fails_that_target_alone(tmp_path):
    (tmp_path / "dep-1.0-py3-none-any.whl").write_bytes(wheel_of("dep", "1.0"))
    (tmp_path / "r.txt").write_text("dep\n")
    words = {"find_links": [str(tmp_path)], "no_index": True, "installer": "pip==20.2.4"}
    old, new = "cp38-manylinux_2_17_x86_64", "cp312-manylinux_2_17_x86_64"
    found = refusals([tmp_path / "r.txt"], old, new, **words)
    assert found == [set(), {"installer-does-not-run"}]
    with pytest.raises(UsageError, match=r"pip 20\.2\.4 does not run on Python 3\.12"):
        refusals([tmp_path / "r.txt"], new, **words)


@pytest.mark.parametrize(("pip", "codes"), [("25.3", {"lock-not-read"}), ("26.3", set())])
def test_a_pylock_is_read_since_pip_26_1(tmp_path, pip, codes):
    wheel = tmp_path / "dep-1.0-py3-none-any.whl"
    wheel.write_bytes(wheel_of("dep", "1.0"))
    (tmp_path / "pylock.toml").write_text(PYLOCK % sha256(wheel.read_bytes()).hexdigest())
    words = {"installer": f"pip=={pip}", "offline": True}
    (found,) = refusals([tmp_path / "pylock.toml"], "cp312-manylinux_2_17_x86_64", **words)
    assert found == codes


def test_a_uv_lock_is_judged_by_the_rules_of_uv(tmp_path):
    (tmp_path / "uv.lock").write_text(UV_LOCK)
    report = check(
        [tmp_path / "uv.lock"],
        targets=["python:3.12-slim"],
        cache_dir=None,
        verdicts_only=True,
        offline=True,
    )
    (target,) = report.targets
    assert target.installer.name == "uv"
    assert "takes no sdists but .tar.gz and .zip" in str(report.packages[0].on[target.name])
