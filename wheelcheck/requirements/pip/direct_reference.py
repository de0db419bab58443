"""A requirement on a file at a URL, whose text keeps the secrets of the URL to itself."""

from __future__ import annotations

from typing import Self

from packaging.markers import Marker
from packaging.requirements import Requirement

from wheelcheck.redaction import redact

__all__ = ["DirectReference"]


class DirectReference(Requirement):
    """A requirement ``name @ url`` whose text hides what its URL must keep for the fetch.

    `url` is complete; `str()` and `repr()` show `shown_url` in its place: without credentials,
    with ``${VARIABLES}`` as written, and a local path as the user spelled it.
    """

    __slots__ = ("shown_url",)
    shown_url: str

    @classmethod
    def to(
        cls,
        name: str,
        url: str,
        *,
        shown: str,
        extras: frozenset[str] = frozenset(),
        marker: Marker | None = None,
    ) -> Self:
        """Refer to the file at a URL; raises InvalidRequirement for an invalid name."""
        reference = cls(name)
        reference.url = url
        reference.shown_url = redact(shown)
        reference.extras = set(extras)
        reference.marker = marker
        return reference

    def __str__(self) -> str:
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        marker = f" ; {self.marker}" if self.marker else ""
        return f"{self.name}{extras} @ {self.shown_url}{marker}"

    def __reduce__(self) -> tuple[object, ...]:
        # Requirement copies and pickles itself through str(), which here would lose the URL.
        return _rebuild, (
            self.name,
            self.url,
            self.shown_url,
            frozenset(self.extras),
            str(self.marker) if self.marker else None,
        )


def _rebuild(
    name: str, url: str, shown: str, extras: frozenset[str], marker: str | None
) -> DirectReference:
    return DirectReference.to(
        name, url, shown=shown, extras=extras, marker=Marker(marker) if marker else None
    )
