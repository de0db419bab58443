"""Which pip and setuptools an image holds, by the day of its build.

Tables: `images.csv` (official Python images), `ensurepip.csv` (CPython's own pip, which they hold
since 2024-09), `distributions.csv` (the package of each distribution, and its mark of PEP 668).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from packaging.version import Version

from wheelcheck.installers.installer import Certainty, Installer
from wheelcheck.installers.releases import newest
from wheelcheck.installers.rules import Tool
from wheelcheck.tables import read_table

__all__ = ["in_distribution", "in_official_image", "is_externally_managed", "unknown_pip"]

_Row = Mapping[str, str]


@cache
def _official(minor: str) -> tuple[_Row, ...]:
    rows = (row for row in read_table("installers/images.csv") if row["python"] == minor)
    return tuple(sorted(rows, key=lambda row: row["since"]))


@cache
def _bundled() -> Mapping[str, tuple[tuple[Version, str], ...]]:
    """For each minor version of CPython, the pip of ensurepip since which patch release."""
    found: dict[str, list[tuple[Version, str]]] = {}
    for row in read_table("installers/ensurepip.csv"):
        minor = row["python"].rpartition(".")[0]
        found.setdefault(minor, []).append((Version(row["python"]), row["pip"]))
    return {minor: tuple(sorted(rows)) for minor, rows in found.items()}


@cache
def _distributions() -> Mapping[tuple[str, str], _Row]:
    rows = read_table("installers/distributions.csv")
    return {(row["os"], row["os_version"]): row for row in rows}


def in_official_image(image: str, python: str, built: date) -> Installer:
    """The pip of an official image of CPython.

    Args:
        image: the image's name, to say where the pip is.
        python: the version of Python in full, such as ``3.12.13``.
        built: the day of the image's build.
    """
    minor = ".".join(python.split(".")[:2])
    known = [row for row in _official(minor) if row["since"] <= built.isoformat()]
    if not known:
        return unknown_pip(python, image)
    pip, setuptools = known[-1]["pip"], known[-1]["setuptools"]
    if pip == "ensurepip":
        pip = _of_ensurepip(minor, Version(python))
    there = {"none": "", "newest": None}.get(setuptools, setuptools)
    if not pip:
        return replace(unknown_pip(python, image), setuptools=there)
    return Installer(Tool.PIP, Version(pip), Certainty.IMAGE, f"in {image}", there)


def _of_ensurepip(minor: str, python: Version) -> str:
    known = [pip for since, pip in _bundled().get(minor, ()) if since <= python]
    return known[-1] if known else ""


def in_distribution(os: str, os_version: str, python: str, image: str) -> Installer:
    """The pip that a distribution's package brings (python3-pip, py3-pip).

    Args:
        os: the distribution, as the catalogue of images calls it.
        os_version: its release.
        python: the version of Python in full.
        image: the image's name, to say where the pip is.
    """
    row = _distributions().get((os, os_version))
    if row is None or not row["pip"]:
        return unknown_pip(python, image)
    source = f"{row['package']} of {os} {os_version}"
    version = Version(row["pip"])
    return Installer(Tool.PIP, version, Certainty.IMAGE, source, row["setuptools"] or None)


def is_externally_managed(os: str, os_version: str) -> bool:
    """Whether a distribution marks its own Python as externally managed (PEP 668)."""
    row = _distributions().get((os, os_version))
    return row is not None and row["externally_managed"] == "yes"


def unknown_pip(python: str, image: str) -> Installer:
    """A pip of which the release is not known; it is judged as the newest for that Python."""
    return replace(newest(Tool.PIP, python), certainty=Certainty.UNKNOWN, source=f"in {image}")
