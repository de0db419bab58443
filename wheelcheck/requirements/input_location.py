"""Where an input stands: a path, a URL or standard input; how it is opened and how it is shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.redaction import redact
from wheelcheck.regular_files import read_regular

__all__ = ["InputLocation", "Opener", "is_remote"]

_LARGEST = 64_000_000
_SCHEME = re.compile(r"(https?|file):", re.IGNORECASE)


def is_remote(text: str) -> bool:
    """Whether the text is a URL that a requirement file can be read from."""
    return _SCHEME.match(text) is not None


class InputLocation(Struct, frozen=True):
    """One input. `location` opens it; `shown` is for people: relative as written, no secrets.

    `within` is the folder (or the beginning of a URL) that the input and all it names must lie
    in, None where that does not matter: a user may point anywhere, a file of others may not.
    """

    location: str
    shown: str
    within: str | None = None

    @classmethod
    def of(cls, location: str) -> InputLocation:
        """Return the place that a user named."""
        return cls(location, redact(location))

    @property
    def identity(self) -> str:
        """Equal for two spellings of one file."""
        if is_remote(self.location):
            return self.location
        return os.path.abspath(self.location)  # noqa: PTH100 (as pip: `..` collapses, links stay)

    @property
    def directory(self) -> Path:
        """The directory that a file's relative paths start from; the working one for a URL."""
        return Path() if is_remote(self.location) else Path(self.location).parent

    def join(self, location: str, written: str) -> InputLocation:
        """Return what ``-r location`` in this file means; `written` is its unexpanded spelling."""
        if is_remote(self.location):
            joined = urljoin(self.location, location)
            return InputLocation(joined, redact(urljoin(self.shown, written)), self.within)
        if is_remote(location):
            return InputLocation(location, redact(written), self.within)
        beside = redact(_beside(self.shown, written))
        return InputLocation(_beside(self.location, location), beside, self.within)

    def confined(self) -> InputLocation:
        """Return this input, such that what it names is read from its own folder alone.

        That holds for what those files name in their turn, and for links that lead elsewhere.
        """
        if is_remote(self.location):
            return replace(self, within=urljoin(self.location, "."))
        return replace(self, within=os.path.realpath(self.directory))

    @property
    def strays(self) -> bool:
        """Whether it lies outside the folder it is confined to."""
        if self.within is None:
            return False
        if is_remote(self.location) or is_remote(self.within):
            return not self.location.startswith(self.within)
        real = os.path.realpath(self.location)
        return os.path.commonpath([real, self.within]) != self.within


def _beside(file: str, relative: str) -> str:
    return os.path.normpath(Path(file).parent / relative)


class Opener(Struct, frozen=True):
    """How the outside is reached. `stdin` gives all of standard input, `fetch` a URL's body.

    Both may raise OSError; what `fetch` does with credentials in the URL is its business. `on_read`
    gets the path and the bytes of every file that is read, and None in place of the bytes of
    what cannot be read or is no file of this machine.
    """

    stdin: Callable[[], bytes] | None = None
    fetch: Callable[[str], bytes] | None = None
    on_read: Callable[[str, bytes | None], object] | None = None

    def read(self, place: InputLocation) -> bytes:
        """Return the bytes of an input; raises OSError, its `strerror` saying what is wrong."""
        if place.strays:
            raise OSError(0, "it lies outside the folder of the file that names it")
        path = _local_path(place.location)
        known = None
        try:
            data = self._elsewhere(place.location) if path is None else read_regular(path, _LARGEST)
            known = data if path is not None else None
        finally:
            if self.on_read is not None:
                self.on_read(str(path or place.shown), known)
        return data

    def _elsewhere(self, location: str) -> bytes:
        if location == "-":
            if self.stdin is None:
                raise OSError(0, "standard input is not available here")
            return self.stdin()
        if self.fetch is None:
            raise OSError(0, "reading a URL is not possible here")
        return self.fetch(location)


def _local_path(location: str) -> Path | None:
    if location == "-":
        return None
    if not is_remote(location):
        return Path(location)
    parts = urlsplit(location)
    if parts.scheme.lower() != "file":
        return None
    from urllib.request import url2pathname  # it brings the network along

    return Path(url2pathname(parts.path))
