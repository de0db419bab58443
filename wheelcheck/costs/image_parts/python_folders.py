"""What a fresh virtual environment has, and the Python of an official image."""

from __future__ import annotations

from collections.abc import Mapping

from wheelcheck.costs.quantity import Quantity

__all__ = ["environment_size", "interpreter_size"]

_ENVIRONMENTS: Mapping[tuple[int, int], tuple[float, float]] = {
    (3, 8): (9.35e6, 5.88e6),
    (3, 9): (9.47e6, 5.96e6),
    (3, 10): (10.88e6, 7.45e6),
    (3, 11): (10.99e6, 11.35e6),
    (3, 12): (7.09e6, 6.66e6),
    (3, 13): (5.67e6, 5.27e6),
}
"""Bytes of what ``python -m venv`` makes, and of its byte-code: pip and, up to 3.11, setuptools.
Measured with 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0."""
_OTHER_PIP = 1.25
"""One patch release of a Python brings another pip than the next."""


def environment_size(python: tuple[int, int], *, byte_code: bool = True) -> Quantity:
    """Bytes of a fresh virtual environment with pip, with or without its byte-code."""
    nearest = min(_ENVIRONMENTS, key=lambda other: abs(other[1] - python[1]))
    files, compiled = _ENVIRONMENTS[nearest]
    source = "python -m venv on Python {}.{}".format(*nearest)
    return Quantity.within(files + compiled * byte_code, _OTHER_PIP, "measured", source)


def interpreter_size() -> Quantity:
    """Bytes of /usr/local in an official `python` image, its pip included, without byte-code.

    python:3.12-slim-trixie has 119.4 MB; of these Debian 13 has 83.1 (a root by debootstrap, with
    ca-certificates, netbase and tzdata), and the libraries of CPython's modules 1.1.
    """
    return Quantity.within(35.2e6, 1.25, "derived", "python:3.12-slim-trixie less Debian's part")
