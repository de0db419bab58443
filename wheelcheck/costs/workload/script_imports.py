"""Modules whose import takes much of the time of a build that compiles little or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wheelcheck.builds.sdist.sdist_facts import SdistFacts

__all__ = ["has_scm", "slow_imports"]

_SLOW = {"cython": "Cython", "numpy": "numpy", "scipy": "scipy"}
"""Build requirements and their modules. Of Cython 3.3.1 (``Cython.Build``) and NumPy 2.4.6 each
import takes 0.1 to 0.3 s and 17 MB; a build imports the setup script twice."""
_SCM = re.compile(r"setuptools[-_.]scm\b", re.IGNORECASE)


def has_scm(facts: SdistFacts) -> bool:
    """Whether setuptools loads setuptools_scm: 0.1 s of every build (xopen, resfo, tsdate)."""
    return any(map(_SCM.match, facts.build_requires))


def slow_imports(facts: SdistFacts, texts: Mapping[str, str]) -> int:
    """How many of the slow modules the setup script imports, of those that are there."""
    script = texts.get("setup.py", "")
    return sum(
        name in facts.system.required_names
        and re.search(rf"^[ \t]*(?:from|import)[ \t]+{module}\b", script, re.MULTILINE) is not None
        for name, module in _SLOW.items()
    )
