"""Variables of the environment, as projects of CMake read them.

Nobody has set a project's own where its sdist is built.
"""

from __future__ import annotations

import re

__all__ = ["is_unset", "without_environment"]

_READ = re.compile(r"\$ENV\{[^{}]*\}")
_MAY_BE_SET = r"PATH|HOME|USER|PWD|LANG|LC_\w+|TMPDIR|PYTHON\w*|PIP_\w+"
"""What a build may have from its shell or installer."""
_UNSET = re.compile(rf"ENV\{{(?!({_MAY_BE_SET})\}})[^{{}}]*\}}")


def without_environment(word: str) -> str:
    """A word with the empty text for each ``$ENV{X}``."""
    return _READ.sub("", word) if "$ENV" in word else word


def is_unset(name: str) -> bool:
    """Whether a name after ``DEFINED`` is ``ENV{X}``, for an X that nobody has set."""
    return _UNSET.fullmatch(name) is not None
