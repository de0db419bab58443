"""The caveats that a reader of a judgement on a target must know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from wheelcheck.installers import Certainty, Rule
from wheelcheck.targets.images.image_names import FoundImage
from wheelcheck.targets.pythons import find_release, python_support
from wheelcheck.targets.target import Architecture, Implementation, Libc, Target

__all__ = ["installer_notes", "notes_of"]

_KINDS_OF_WHEELS = (
    (Rule.MUSLLINUX, Libc.MUSL, "musllinux"),
    (Rule.MANYLINUX_PEP_600, Libc.GLIBC, "manylinux_x_y (PEP 600)"),
    (Rule.MANYLINUX2014, Libc.GLIBC, "manylinux2014"),
    (Rule.MANYLINUX2010, Libc.GLIBC, "manylinux2010"),
)
_SILENT_ON_LIBC = {Architecture.ARMV6L, Architecture.ARMV7L}


def notes_of(target: Target, as_of: date, found: FoundImage | None = None) -> tuple[str, ...]:
    """All caveats on a target on that day; `found` is the catalogue's answer for an image."""
    image = _image_notes(found, as_of) if found else ()
    return (*image, *_release_notes(target, as_of), *_architecture_notes(target))


def _image_notes(found: FoundImage, as_of: date) -> Iterator[str]:
    row = found.row
    if row.python_from != "image":
        yield f"no Python inside; that of the distribution is assumed ({row.python_from})"
    if row.python.endswith(".x"):
        minor = row.python.removesuffix(".x")
        yield f"which patch release of Python {minor} it holds is not known; the newest is assumed"
    if found.digest:
        yield "the digest is not looked up: judged by the tag before it"
    yield from _age_notes(found, as_of)
    if row.notes:
        yield row.notes


def _age_notes(found: FoundImage, as_of: date) -> Iterator[str]:
    row = found.row
    if row.last and row.last <= as_of:
        yield f"{row.image} has not been rebuilt since {row.last}"
    elif found.built < as_of:
        yield f"images of Python {found.python_version} were not rebuilt after {found.built}"
    if row.end_of_life and row.end_of_life < as_of:
        yield f"{row.os} {row.os_version} reached its end of life on {row.end_of_life}"


def installer_notes(target: Target) -> Iterator[str]:
    """Which kinds of wheels the image's pip does not take yet."""
    installer = target.installer
    if installer.certainty is Certainty.UNKNOWN:
        yield f"which {installer.tool} it holds is not known: judged as {installer.version} would"
    if installer.has(Rule.LEGACY_RESOLVER):
        yield (
            f"its {installer.label} takes the first requirement on a package that it meets and "
            "reports conflicts afterwards"
        )
    for rule, libc, kind in _KINDS_OF_WHEELS:
        if libc is target.libc and not installer.has(rule):
            yield f"its {installer.label} takes no {kind} wheels; upgrade pip before installing"


def _release_notes(target: Target, as_of: date) -> Iterator[str]:
    name = target.implementation.title
    release = find_release(target.implementation, target.python_full_version)
    if release is None or release.released > as_of:
        yield f"{name} {target.python_full_version} is not known to be released on {as_of}"
    cpython = target.implementation is Implementation.CPYTHON
    support = python_support(target.python) if cpython else None
    if support and as_of > support.end_of_support:
        version = "{}.{}".format(*target.python)
        yield f"CPython {version} has been without upstream support since {support.end_of_support}"


def _architecture_notes(target: Target) -> Iterator[str]:
    arch = target.arch
    if arch in _SILENT_ON_LIBC and target.libc is Libc.MUSL:
        yield f"linux_{arch} wheels do not say which libc they need and may not load on musl"
    if arch is Architecture.ARMV6L and target.libc is Libc.GLIBC:
        yield "pip accepts no manylinux wheel on armv6l"
    if arch is Architecture.LOONGARCH64:
        yield "PyPI does not accept loongarch64 wheels: they can come from other indexes only"
