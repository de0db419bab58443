"""The value that says that an installer refuses a whole input, and why."""

from __future__ import annotations

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.requirements.requirement_set import Origin

__all__ = ["InputRefusal"]


class InputRefusal(Struct, frozen=True):
    """One reason for which nothing of an input would be installed.

    Attributes:
        code: stable and machine-readable (``hash-missing``).
        installer: who refuses it: ``pip``, ``uv``, ``Poetry`` …
        message: what is wrong, as a clause that follows the installer's name.
        mend: what to do instead, in words; "" where nothing helps.
        paste: a line to write as it is, where that is what to do; else "".
        where: the line of the input, as far as it is known.
        package: the package that it is about, or None for the input as a whole.
    """

    code: str
    installer: str
    message: str
    mend: str = ""
    paste: str = ""
    where: Origin | None = None
    package: NormalizedName | None = None
