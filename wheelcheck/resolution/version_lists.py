"""``python_version in "3.8 3.9"``: a search in a string for pip, a list of versions for uv.

PEP 508 compares with ``in`` as Python does, so that ``3.1`` is in ``3.12``. uv splits the right
side at white space and compares versions; where one of them is no version, it passes over the
whole comparison (judged in `data/acceptance/`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.markers import Marker
from packaging.version import InvalidVersion, Version

__all__ = ["as_version_lists"]

_COMPARISON = re.compile(
    r'(?P<key>python_(?:full_)?version) (?P<operator>in|not in) "(?P<list>[^"]*)"'
)
_TRUE = 'python_version >= "0"'


@lru_cache(maxsize=1024)
def as_version_lists(marker: Marker) -> Marker:
    """Write a marker such that its searches in strings are comparisons of versions."""
    text = str(marker)
    written = _COMPARISON.sub(_spelled_out, text)
    return marker if written == text else Marker(written)


def _spelled_out(found: re.Match[str]) -> str:
    try:
        versions = [str(Version(each)) for each in found["list"].split()]
    except InvalidVersion:
        return _TRUE
    within = found["operator"] == "in"
    operator, joint = ("==", " or ") if within else ("!=", " and ")
    clauses = [f'{found["key"]} {operator} "{each}"' for each in versions]
    return f"({joint.join(clauses)})" if clauses else _TRUE
