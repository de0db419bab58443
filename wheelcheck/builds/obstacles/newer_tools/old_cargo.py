"""Crates that cargo or the Rust of today refuses: members not shipped, lock files, old code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table

__all__ = ["old_cargo"]

_LOCK_FORMAT = re.compile(r"^version = (\d+)\s*$", re.MULTILINE)
_LOCKED = re.compile(r'^name = "([^"\n]+)"\nversion = "(\d+\.\d+\.\d+)"\nsource = ', re.MULTILINE)
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_EVALUATES = re.compile(r"\._evaluate\([^()\n]*,[^()\n]*, set\(\)\)")
_BY_NAME_SINCE = Version("3.12.4")
_TYPING = "measured: typing.py of CPython 3.12.1 and 3.13.0"
_RUST_FOR_LOCK = {4: Version("1.78")}
"""The Rust whose cargo reads a format of ``Cargo.lock`` (its changelog: 4 since 1.78)."""


def old_cargo(
    texts: Mapping[str, str],
    paths: Collection[str],
    rust: Version | None,
    python: Version,
) -> tuple[BuildObstacle, ...]:
    """What cargo refuses of the manifest, Rust of the crates, and Python of a script beside them.

    Codes ``cargo-member-missing``, ``tool-too-old``, ``crate-too-old``, ``python-too-new``.

    `rust` is the release that the distribution has, None where it is not known; `python` the full
    version of CPython.
    """
    return (
        *_members(texts, paths),
        *_lock(texts, rust),
        *_refused_crates(texts, rust),
        *_old_scripts(texts, python),
    )


def _old_scripts(texts: Mapping[str, str], python: Version) -> Iterator[BuildObstacle]:
    """A script beside ``build.rs``, which runs it, that evaluates annotations as of old.

    `ForwardRef._evaluate` takes its third argument by name alone since CPython 3.12.4.
    """
    for path, text in texts.items():
        script = path.endswith(".py") and "/" not in path and path != "setup.py"
        if script and python >= _BY_NAME_SINCE and _EVALUATES.search(text):
            message = f"{path} calls ForwardRef._evaluate as CPython before 3.12.4 has it"
            yield BuildObstacle("python-too-new", message, _TYPING, fatal=True)


def _members(texts: Mapping[str, str], paths: Collection[str]) -> Iterator[BuildObstacle]:
    for manifest in _manifests(texts):
        document = read_toml(texts.get(manifest, ""))
        if isinstance(document, Unknown):
            continue
        folder = posixpath.dirname(manifest)
        for member in strings(table(document, "workspace").get("members")):
            path = posixpath.normpath(posixpath.join(folder, member, "Cargo.toml"))
            if "*" not in member and not path.startswith("../") and path not in paths:
                message = f"{manifest} has the workspace member {member}, which is not in the sdist"
                yield BuildObstacle("cargo-member-missing", message, manifest, fatal=True)
                return


def _manifests(texts: Mapping[str, str]) -> Iterator[str]:
    """The manifest that maturin builds: the stated one, else that in the root."""
    document = read_toml(texts.get("pyproject.toml", ""))
    settings = {} if isinstance(document, Unknown) else table(document, "tool", "maturin")
    stated = settings.get("manifest-path")
    yield "Cargo.toml"
    if isinstance(stated, str):
        yield posixpath.normpath(stated)


def _lock(texts: Mapping[str, str], rust: Version | None) -> Iterator[BuildObstacle]:
    found = _LOCK_FORMAT.search(texts.get("Cargo.lock", "")[:400])
    needed = _RUST_FOR_LOCK.get(int(found.group(1))) if found is not None else None
    if needed is not None and rust is not None and rust < needed:
        message = f"Cargo.lock is of format {found.group(1) if found else ''}, "
        message += f"which cargo reads since Rust {needed}; the distribution has {rust}"
        source = "github.com/rust-lang/cargo CHANGELOG, 1.78"
        yield BuildObstacle("tool-too-old", message, source, fatal=True)


def _refused_crates(texts: Mapping[str, str], rust: Version | None) -> Iterator[BuildObstacle]:
    """Crates that a later Rust does not compile: fatal for those of the sdist itself.

    A lock file has crates as well that this build does not need. Lints are errors in the sdist's
    own crates alone: of others cargo silences them.
    """
    if rust is None:
        return
    locked = _locked_crates(texts)
    for row in read_table("builds/obstacles/crate_breaks.csv"):
        if rust < Version(row["rust"]):
            continue
        crate, own = row["crate"], row["own"] == "yes"
        for name, version in _own_crates(texts, crate) if own else locked:
            if name == crate and version in SpecifierSet(row["versions"]):
                message = f"the crate {name} {version} does not compile with Rust {row['rust']} "
                message += f"and later, and the distribution has {rust}: {row['what']}"
                yield BuildObstacle("crate-too-old", message, row["source"], fatal=own)


def _locked_crates(texts: Mapping[str, str]) -> list[tuple[str, Version]]:
    found = _LOCKED.findall(texts.get("Cargo.lock", ""))
    return [(name, Version(version)) for name, version in found]


def _own_crates(texts: Mapping[str, str], crate: str) -> Iterator[tuple[str, Version]]:
    """The crates whose manifests the sdist has, as far as these name `crate`."""
    for path, text in texts.items():
        if path.rpartition("/")[2] != "Cargo.toml" or crate not in text or is_aside(path):
            continue
        document = read_toml(text)
        package = {} if isinstance(document, Unknown) else table(document, "package")
        name, version = package.get("name"), package.get("version")
        if isinstance(name, str) and isinstance(version, str) and _VERSION.fullmatch(version):
            yield name, Version(version)
