"""How answers show themselves in terminals and notebooks: as the command line writes them.

What draws them is imported by name on first use: most answers are never printed from Python.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from wheelcheck.reports.values.value import Value

__all__ = ["Printed", "face"]


class Printed(Value):
    """An answer whose text a module of ``reports.text`` writes."""

    writer: ClassVar[tuple[str, str]]
    """The module, and the function in it."""

    def __str__(self) -> str:
        """What ``wheelcheck`` prints, in 100 columns, without colour."""
        module, name = self.writer
        text: str = face(f"text.{module}", name)(self)
        return text.rstrip()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What IPython shows, in a notebook as in a terminal."""
        return {"text/plain": str(self)}


def face(module: str, name: str) -> Any:
    """A function of a module of ``reports``."""
    return getattr(import_module(f"wheelcheck.reports.{module}"), name)
