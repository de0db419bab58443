"""The verdict on loading, as a value: without what judges."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

__all__ = ["LoadStatus", "Loads"]


class LoadStatus(StrEnum):
    """Whether the files of a wheel find what they ask for."""

    YES = "yes"
    NEEDS = "needs"
    """An import fails until packages are installed."""
    SOME_FILES_NEED = "some files need"
    """Only some of its files: plugins, optional parts."""
    NO = "no"
    """Nothing that can be installed helps."""
    NOT_CHECKED = "not-checked"

    @property
    def fails(self) -> bool:
        """Whether an import is expected to fail as things are."""
        return self in {LoadStatus.NEEDS, LoadStatus.NO}


class Loads(Struct, frozen=True):
    """A verdict on loading, with the libraries that are missing and the packages that bring them.

    `command` installs these. `remarks` say in what the wheel differs from its tag.
    """

    status: LoadStatus
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    reason: str = ""
    command: str = ""
    remarks: tuple[str, ...] = ()
