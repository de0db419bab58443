"""License expressions that uv_build refuses, and that other backends take or put right.

Seen by running uv_build 0.7.0, 0.9.7, 0.9.8 and 0.13.6 with every deprecated name
(`findings/spdx-names-that-some-backends-refuse.sh`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle

__all__ = ["refused_license"]

_REFUSES_DEPRECATED = Version("0.9.8")
"""The first uv_build that refuses identifiers that SPDX calls deprecated; 0.9.7 takes them."""
_DEPRECATED = re.compile(
    r"[AL]?GPL-[123]\.[01]\+?|GFDL-1\.[123]|GPL-[23]\.0-with-\w+-exception|Net-SNMP|Nunit|wxWindows"
    r"|BSD-2-Clause-(Free|Net)BSD|bzip2-1\.0\.5|eCos-2\.0|StandardML-NJ"
)
"""The deprecated identifiers of SPDX's list, as packaging 26.4 has it."""
_NAME = re.compile(r"[\w.+-]+")
_OPERATORS = {"AND", "OR", "WITH"}


def refused_license(tree: Mapping[str, Any], uv_build: Version | None) -> Iterator[BuildObstacle]:
    """What uv_build refuses of the license expression of a ``pyproject.toml``."""
    project = tree.get("project")
    expression = project.get("license") if isinstance(project, Mapping) else None
    if not isinstance(expression, str) or uv_build is None:
        return
    names = _NAME.findall(expression)
    old = next((name for name in names if _DEPRECATED.fullmatch(name)), "")
    if old and uv_build >= _REFUSES_DEPRECATED:
        message = f"pyproject.toml has the license {old}, deprecated in SPDX: uv_build refuses it"
        yield BuildObstacle("deprecated-license", message, "pyproject.toml", fatal=True)
    for name, spelled in zip(names, _spelled(expression), strict=False):
        if name != spelled and name.upper() not in _OPERATORS:
            message = (
                f"pyproject.toml has the license {name}, in SPDX {spelled}: uv_build refuses it"
            )
            yield BuildObstacle("license-spelling", message, "pyproject.toml", fatal=True)
            return


def _spelled(expression: str) -> list[str]:
    """The names of an expression as SPDX spells them; none where it is no expression."""
    try:
        return _NAME.findall(canonicalize_license_expression(expression))
    except InvalidLicenseExpression:
        return []
