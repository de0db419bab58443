"""Crates that cargo refuses before it builds anything."""

from __future__ import annotations

from packaging.version import Version

from wheelcheck.builds.obstacles.newer_tools.old_cargo import old_cargo as refused
from wheelcheck.builds.obstacles.obstacle import BuildObstacle


def old_cargo(texts, paths, rust, python: str = "3.13.1") -> tuple[BuildObstacle, ...]:
    return refused(texts, paths, rust, Version(python))


MANIFEST = '[package]\nname = "x"\n[workspace]\nmembers = [".", "traits", "more/*"]\n'


def test_a_member_of_the_workspace_that_is_not_shipped():
    paths = {"Cargo.toml", "pyproject.toml"}
    (obstacle,) = old_cargo({"Cargo.toml": MANIFEST}, paths, None)
    assert (obstacle.code, obstacle.fatal) == ("cargo-member-missing", True)
    assert "traits" in obstacle.message
    assert old_cargo({"Cargo.toml": MANIFEST}, paths | {"traits/Cargo.toml"}, None) == ()


def test_the_manifest_that_maturin_is_given():
    texts = {
        "pyproject.toml": '[tool.maturin]\nmanifest-path = "py/Cargo.toml"\n',
        "py/Cargo.toml": '[workspace]\nmembers = ["gone"]\n',
    }
    (obstacle,) = old_cargo(texts, set(texts), None)
    assert obstacle.source == "py/Cargo.toml"


def test_a_lock_file_that_only_newer_cargos_read():
    texts = {"Cargo.lock": "# made by cargo\nversion = 4\n"}
    (obstacle,) = old_cargo(texts, {"Cargo.lock"}, Version("1.63.0"))
    assert obstacle.code == "tool-too-old"
    assert old_cargo(texts, {"Cargo.lock"}, Version("1.85.1")) == ()
    assert old_cargo(texts, {"Cargo.lock"}, None) == ()


def test_crates_that_a_later_rust_refuses():
    """time before 0.3.35 with Rust 1.80, and a lint that is denied in crates of the sdist alone."""
    lock = '[[package]]\nname = "time"\nversion = "0.3.30"\nsource = "registry+https://x"\n'
    texts = {"Cargo.toml": "[package]\n", "Cargo.lock": lock}
    (warning,) = old_cargo(texts, set(texts), Version("1.85"))
    assert (warning.code, warning.fatal) == ("crate-too-old", False)
    assert "time 0.3.30 does not compile with Rust 1.80" in warning.message
    assert old_cargo(texts, set(texts), Version("1.79")) == ()
    assert old_cargo(texts, set(texts), None) == ()
    own = {"tokenizers-lib/Cargo.toml": '[package]\nname = "tokenizers"\nversion = "0.13.3"\n'}
    (obstacle,) = old_cargo(own, set(own), Version("1.85"))
    assert (obstacle.code, obstacle.fatal) == ("crate-too-old", True)
    other = {"Cargo.lock": lock.replace("time", "tokenizers").replace("0.3.30", "0.13.3")}
    assert old_cargo(other, set(other), Version("1.85")) == ()


def test_a_script_that_evaluates_annotations_as_of_old():
    texts = {"generate.py": "value = kind._evaluate(names.__dict__, None, set())\n"}
    (obstacle,) = old_cargo(texts, {"Cargo.toml"}, None, "3.12.4")
    assert (obstacle.code, obstacle.fatal) == ("python-too-new", True)
    assert old_cargo(texts, {"Cargo.toml"}, None, "3.12.3") == ()
    by_name = {"generate.py": "kind._evaluate(names, None, recursive_guard=set())\n"}
    assert old_cargo(by_name, {"Cargo.toml"}, None) == ()
