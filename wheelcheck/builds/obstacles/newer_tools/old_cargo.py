"""Crates that cargo does not begin to build: members that are not shipped, newer lock files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.errors import Unknown

__all__ = ["old_cargo"]

_LOCK_FORMAT = re.compile(r"^version = (\d+)\s*$", re.MULTILINE)
_RUST_FOR_LOCK = {4: Version("1.78")}
"""The Rust whose cargo reads a format of ``Cargo.lock`` (its changelog: 4 since 1.78)."""


def old_cargo(
    texts: Mapping[str, str], paths: Collection[str], rust: Version | None
) -> tuple[BuildObstacle, ...]:
    """What cargo refuses of the manifest; codes ``cargo-member-missing`` and ``tool-too-old``.

    `rust` is the release that the distribution has, None where it is not known.
    """
    return (*_members(texts, paths), *_lock(texts, rust))


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
