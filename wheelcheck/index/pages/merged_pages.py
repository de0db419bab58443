"""What several indexes say about one project, together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from threading import Lock

from packaging.utils import NormalizedName

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.fence import contain
from wheelcheck.index.interface import Project, ProjectStatus
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.pages.index_page import FilesOfProject, IndexPage
from wheelcheck.index.pages.page_sources import Source, open_source
from wheelcheck.index.pages.stored_pages import StoredPages
from wheelcheck.requirements.requirement_set import IndexOptions

__all__ = ["MergedPages"]

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,998}[a-z0-9])?", re.ASCII)
"""A normalised name (PEP 503), of a length that some index might have."""

_Answer = IndexPage | Unknown | IndexUnreachable | None


class MergedPages:
    """The pages of all indexes and flat lists that the options name, merged as pip merges them.

    `default_url` is the index where the options name none. `warn` hears of each that fails where
    another one answers.
    """

    def __init__(
        self,
        options: IndexOptions,
        default_url: str,
        pages: StoredPages,
        credentials: Credentials,
        warn: Callable[[str], None],
    ) -> None:
        spelled = dict(options.spelled)
        indexes = [options.index_url or default_url, *options.extra_index_urls]
        self._sources: list[Source] = [
            open_source(place, pages, credentials, flat=True, spelled=spelled.get(place))
            for place in options.find_links
        ]
        if not options.no_index:
            self._sources += [
                open_source(url, pages, credentials, flat=False, spelled=spelled.get(url))
                for url in dict.fromkeys(indexes)
            ]
        # with all indexes silent nothing can be judged: lists of links only add to them
        self._first_index = 0 if options.no_index else len(options.find_links)
        self._warn = warn
        self._warned: set[tuple[int, str]] = set()
        self._warning = Lock()

    def are_recent(self, names: Collection[NormalizedName]) -> bool:
        """Whether the cache has what was said of these projects some minutes ago."""
        return all(source.is_recent(name) for source in self._sources for name in names)

    def are_stored(self, name: NormalizedName) -> bool:
        """Whether the cache has all that is said of a project, as this run has read it."""
        return all(source.is_stored(name) for source in self._sources)

    def read_again(self, name: NormalizedName) -> Sequence[IndexPage]:
        """The pages of a project that were released. Raises IndexUnreachable."""
        found = [source.page(name) for source in self._sources]
        pages = [page for page in found if isinstance(page, IndexPage)]
        if len(pages) != sum(page is not None for page in found):
            raise IndexUnreachable(name, "its page is no longer in the cache")
        return _open_pages(pages)

    def project(self, name: NormalizedName) -> Project | Unknown:
        """The files of a project, as `Index.project` says. Raises IndexUnreachable."""
        if not _NAME.fullmatch(name):  # it was never one, and no index has to be asked for it
            return Unknown("project-not-found", "that is no name of a project")
        answers = [_answer_of(source, name) for source in self._sources]
        pages = [answer for answer in answers if isinstance(answer, IndexPage)]
        failures = _failures_among(answers)
        if any(page.versions for page in pages) or (pages and not failures):
            for place, failure in failures.items():
                self._warn_once(place, failure)
            return _merged(pages, next(iter(failures.values()), None))
        silence = _silence_of(answers, answers[self._first_index :])
        if silence is not None:
            raise silence
        nowhere = Unknown("project-not-found", f"no index has a project {name}")
        return next(iter(failures.values()), nowhere)

    def _warn_once(self, place: int, failure: Unknown) -> None:
        """Some indexes refuse hundreds of projects in one way: the first one stands for all."""
        with self._warning:
            if (place, failure.code) in self._warned:
                return
            self._warned.add((place, failure.code))
        self._warn(f"{failure.reason} (it may concern other projects, too)")


def _answer_of(source: Source, name: NormalizedName) -> _Answer:
    """What a source says; its silence is a value here, since another one may answer."""
    try:
        return source.page(name)
    except IndexUnreachable as failure:
        return failure
    except Exception as error:  # noqa: BLE001 (of this page alone)
        return contain(error, f"the page of {name}", "index-malformed")


def _failures_among(answers: Sequence[_Answer]) -> dict[int, Unknown]:
    """What went wrong, by the place of the source that failed."""
    return {
        place: answer if isinstance(answer, Unknown) else Unknown("index-error", str(answer))
        for place, answer in enumerate(answers)
        if isinstance(answer, Unknown | IndexUnreachable)
    }


def _silence_of(
    answers: Sequence[_Answer], of_indexes: Sequence[_Answer]
) -> IndexUnreachable | None:
    """The last source that did not answer, where no index did."""
    silent = [answer for answer in answers if isinstance(answer, IndexUnreachable)]
    if silent and all(isinstance(answer, IndexUnreachable) for answer in of_indexes):
        return silent[-1]
    return None


def _open_pages(pages: Sequence[IndexPage]) -> list[IndexPage]:
    """The pages that offer files."""
    return [page for page in pages if page.status is not ProjectStatus.QUARANTINED]


def _merged(pages: Sequence[IndexPage], untold: Unknown | None) -> Project | Unknown:
    """Files of all pages together; PEP 792: a quarantined project offers none."""
    found = _open_pages(pages)
    if found:
        return FilesOfProject(found, untold)
    reason = pages[0].status_reason
    text = f"{pages[0].name} is quarantined: nobody can install it"
    return Unknown("project-quarantined", f"{text} ({reason})" if reason else text)
