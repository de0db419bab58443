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

_FOUND = "found"
"""What is handed over of tasks whose results are not in the cache."""


class FileTasks:
    """The tasks of an index. `facts` reads files; `handover` has what was found elsewhere."""

    def __init__(self, facts: Callable[[], Facts], handover: Handover) -> None:
        self._facts = facts
        self._handover = handover
        self._numbers: dict[Hashable, str] = {}
        self._pyprojects: dict[Hashable, str | None] = {}

    def run(self, errand: Errand) -> object:
        """Do the errand of a task; what is found is in the cache, or handed over."""
        question, file, *values = errand
        if question == "metadata":
            return self._facts().metadata(file)
        if question == "listing":
            self._facts().expect_listing(file)
            return self._facts().listing(file, *values)
        read, number = values
        if question == "pyproject":
            return self._hand_over(number, self._facts().pyproject(file, read, waits=True))
        return self._hand_over(number, self._facts().look_into(file, read))

    def _hand_over(self, number: str, found: object) -> object:
        """What was found, which is not stored in the cache."""
        import pickle

        if not isinstance(found, Unknown):
            self._handover.add(_FOUND, number, 0, pickle.dumps(found))
        return found

    def _received(self, key: Hashable, read: Callable[[], _T]) -> _T:
        """What a fetcher has found of a task, once; else what is read."""
        received = self._handover.take(_FOUND, self._number(key))
        if received is None:
            return read()
        import pickle

        found: _T = pickle.loads(received[1])  # noqa: S301 (of a process of ours)
        return found

    def _number(self, key: Hashable) -> str:
        return self._numbers.setdefault(key, str(len(self._numbers)))

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
        """A listing."""

        def read() -> ArchiveListing | Unknown:
            return _fenced(file, partial(self._facts().listing, file, wanted))

        return ("listing", file.url, wanted), read, _errand("listing", file, wanted)

    def pyproject(
        self, sdist: Sdist, enough: Callable[[str], bool], *, waits: bool = False
    ) -> Task[str | Unknown | None]:
        """The pyproject.toml of an sdist, from the fetcher that may be reading it whole."""
        key = ("pyproject", sdist.url, enough)

        def read() -> str | Unknown | None:
            return _fenced(sdist, partial(self._facts().pyproject, sdist, enough, waits=waits))

        def find() -> str | Unknown | None:
            if key in self._pyprojects:
                return self._pyprojects[key]
            found = self._received(key, read)
            if not isinstance(found, Unknown):
                self._pyprojects[key] = found
            return found

        return key, find, _errand("pyproject", sdist, enough, self._number(key))

    def look(self, wheel: Wheel, look: Callable[[MemberReader], _T]) -> Task[_T | Unknown]:
        """What `look` finds in a wheel."""
        key = ("look", wheel.url, look)

        def read() -> _T | Unknown:
            return _fenced(wheel, partial(self._facts().look_into, wheel, look))

        errand = _errand("look", wheel, look, self._number(key))
        return key, lambda: self._received(key, read), errand


def _fenced(file: Wheel | Sdist, read: Callable[[], _T]) -> _T | Unknown:
    return fenced(file.filename, "archive-unreadable", read)


def _errand(question: str, file: Wheel | Sdist, *values: object) -> Errand | None:
    """How a fetcher reads a file; None where it lies here, or only a direct reference names it."""
    is_listed = file.origin != file.url and not file.url.startswith("file:")
    return (question, file, *values) if is_listed else None
