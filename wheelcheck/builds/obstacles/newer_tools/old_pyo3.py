"""Crates that bind to Python by a PyO3 which refuses the Python of the target.

PyO3's build script ends where Python is newer than it knows, unless the stable ABI of an older
Python is built for (feature ``abi3-py39``), or PYO3_USE_ABI3_FORWARD_COMPATIBILITY is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table

__all__ = ["old_pyo3"]

_LOCKED = re.compile(r'^name = "pyo3(?:-ffi)?"\nversion = "([^"\n]+)"', re.MULTILINE)
_HELP = "PYO3_USE_ABI3_FORWARD_COMPATIBILITY=1 in the environment builds it all the same"


def old_pyo3(
    texts: Mapping[str, str], python: tuple[int, int], *, free_threaded: bool
) -> tuple[BuildObstacle, ...]:
    """What PyO3 refuses; code ``pyo3-too-old``.

    Fatal where ``Cargo.lock`` names the release, or ``Cargo.toml`` admits no later minor version,
    as it does by Cargo's own rule for versions below 1.
    """
    for name, text in _manifests(texts):
        document = read_toml(text)
        if isinstance(document, Unknown):
            continue
        for stated, features in _stated(document):
            version = _locked(texts, stated) or _newest_admitted(stated)
            if version is None or any(feature.startswith("abi3") for feature in features):
                continue
            why, source = _refusal(version, python, free_threaded=free_threaded)
            if why:
                message = f"{name} binds to Python by PyO3 {version}, which refuses {why}"
                return (BuildObstacle("pyo3-too-old", message, source, fatal=True),)
    return ()


def _refusal(version: Version, python: tuple[int, int], *, free_threaded: bool) -> tuple[str, str]:
    """Which Pythons a release refuses, of which this is one, and the source; "" where it is not."""
    for row in read_table("builds/obstacles/pyo3_pythons.csv"):
        if not Version(row["first"]) <= version <= Version(row["last"]):
            continue
        if free_threaded and row["free_threaded"] == "refused":
            return "Pythons without the GIL", row["source"]
        if python > tuple(map(int, row["python"].split("."))):
            why = f"Python {python[0]}.{python[1]}: it knows {row['python']} at most"
            return why + ("" if free_threaded else f" ({_HELP})"), row["source"]
    return "", ""


def _manifests(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        if path.rpartition("/")[2] == "Cargo.toml" and not is_aside(path):
            yield path, texts[path]


def _stated(document: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The requirements on pyo3 of a manifest, with the features that are asked for."""
    default = strings(table(document, "features").get("default"))
    for owner in (table(document, "dependencies"), table(document, "workspace", "dependencies")):
        for name in ("pyo3", "pyo3-ffi"):
            stated = owner.get(name)
            if isinstance(stated, str):
                yield stated, default
            elif isinstance(stated, dict) and isinstance(stated.get("version"), str):
                features = (*strings(stated.get("features")), *default)
                yield stated["version"], tuple(f.rpartition("/")[2] for f in features)


def _locked(texts: Mapping[str, str], stated: str) -> Version | None:
    """The release that ``Cargo.lock`` names, if the sdist has such a file."""
    found = _LOCKED.search(texts.get("Cargo.lock", "")) if stated else None
    return None if found is None else _version(found.group(1))


def _newest_admitted(stated: str) -> Version | None:
    """The release that cargo takes for a requirement on one minor version.

    ``0.19.2``, ``^0.19`` and ``~0.19`` take the newest 0.19; a range with ``>=`` or ``*`` is not
    known.
    """
    text = stated.strip().lstrip("^~=").strip()
    if any(sign in stated for sign in ("*", ",", "<", ">")):
        return None
    version = _version(text)
    if version is None or version.release[0] != 0 or len(version.release) < 2:  # noqa: PLR2004
        return None
    if stated.strip().startswith("="):
        return version
    known = (Version(row["last"]) for row in read_table("builds/obstacles/pyo3_pythons.csv"))
    return max((v for v in known if v.release[:2] == version.release[:2]), default=None)


def _version(text: object) -> Version | None:
    try:
        return Version(str(text))
    except InvalidVersion:
        return None
