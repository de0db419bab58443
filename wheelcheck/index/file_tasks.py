"""What is read of files, as tasks: each with its key, its work and the errand of a fetcher."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.cache.handover import Handover
from wheelcheck.index.file_identity import shared_metadata
from wheelcheck.index.interface import ArchiveListing, CoreMetadata, MemberReader, Sdist, Wheel
from wheelcheck.index.network.tasks import Errand

TYPE_CHECKING = False
if TYPE_CHECKING:  # with all that reads archives; answers of earlier runs ask for none
    from wheelcheck.index.facts import Facts

__all__ = ["FileTasks", "Task"]

_T = TypeVar("_T")
Task = tuple[Hashable, Callable[[], _T], Errand | None]

_SMALL_SDIST = 1 << 20
"""Bytes."""


class FileTasks:
    """The tasks of an index. `facts` reads files; `handover` has what was found elsewhere."""

    def __init__(self, facts: Callable[[], Facts], handover: Handover) -> None:
        self._facts = facts
        self._handover = handover
        self._looks: dict[Hashable, str] = {}

    def run(self, errand: Errand) -> object:
        """Do the errand of a task; what is found is in the cache, or handed over."""
        question, file, *values = errand
        if question == "metadata":
            return self._facts().metadata(file)
        if question == "listing":
            return self._facts().listing(file, *values)
        import pickle

        look, number = values
        found = self._facts().look_into(file, look)
        if not isinstance(found, Unknown):
            self._handover.add("looks", number, 0, pickle.dumps(found))
        return found

    def metadata(self, file: Wheel | Sdist, *, shared: bool) -> Task[CoreMetadata | Unknown]:
        """Core metadata: that which is `shared` with other wheels, if there is any."""
        what, code = f"the metadata of {file.filename}", "metadata-unreadable"
        key = (shared and shared_metadata(file)) or file.url

        def read() -> CoreMetadata | Unknown:
            return fenced(what, code, partial(self._facts().metadata, file))

        return ("metadata", key), read, _errand("metadata", file)

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None
    ) -> Task[ArchiveListing | Unknown]:
        """A listing. Of a large sdist the pyproject.toml is wanted meanwhile: it is read here."""

        def read() -> ArchiveListing | Unknown:
            return _fenced(file, partial(self._facts().listing, file, wanted))

        is_large = isinstance(file, Sdist) and not 0 < (file.size or 0) < _SMALL_SDIST
        errand = None if is_large else _errand("listing", file, wanted)
        return ("listing", file.url, wanted), read, errand

    def pyproject(
        self, sdist: Sdist, enough: Callable[[str], bool], *, waits: bool = False
    ) -> Task[str | Unknown | None]:
        """The pyproject.toml of an sdist."""

        def read() -> str | Unknown | None:
            return _fenced(sdist, partial(self._facts().pyproject, sdist, enough, waits=waits))

        return ("pyproject", sdist.url), read, None

    def look(self, wheel: Wheel, look: Callable[[MemberReader], _T]) -> Task[_T | Unknown]:
        """What `look` finds in a wheel."""
        key = ("look", wheel.url, look)
        number = self._looks.setdefault(key, str(len(self._looks)))

        def read() -> _T | Unknown:
            received = self._handover.take("looks", number)
            if received is None:
                return _fenced(wheel, partial(self._facts().look_into, wheel, look))
            import pickle

            found: _T = pickle.loads(received[1])  # noqa: S301 (of a process of ours)
            return found

        return key, read, _errand("look", wheel, look, number)


def _fenced(file: Wheel | Sdist, read: Callable[[], _T]) -> _T | Unknown:
    return fenced(file.filename, "archive-unreadable", read)


def _errand(question: str, file: Wheel | Sdist, *values: object) -> Errand | None:
    """How a fetcher reads a file; None where it lies here, or only a direct reference names it."""
    is_listed = file.origin != file.url and not file.url.startswith("file:")
    return (question, file, *values) if is_listed else None
