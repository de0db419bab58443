"""The index over the network, through the cache: `Index` for everything above."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import NoReturn, SupportsBytes, TypeVar

from packaging.utils import NormalizedName

from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.cache.disk import Cache
from wheelcheck.index.file_identity import is_identified, shared_metadata
from wheelcheck.index.file_tasks import FileTasks, Task
from wheelcheck.index.interface import (
    ArchiveListing,
    CoreMetadata,
    MemberReader,
    Project,
    Sdist,
    Wheel,
)
from wheelcheck.index.lasting import of_the_day
from wheelcheck.index.network.credentials import Credentials
from wheelcheck.index.network.deadlines import RunClock
from wheelcheck.index.network.http import CONCURRENCY, Http
from wheelcheck.index.network.own_process import possible_fetchers
from wheelcheck.index.network.shared_tasks import SharedTasks
from wheelcheck.index.network.tasks import Errand
from wheelcheck.index.pages.direct import file_from_url
from wheelcheck.index.pages.index_page import FilesOfProject, make_page
from wheelcheck.index.pages.merged_pages import MergedPages
from wheelcheck.index.pages.pages_used import PagesUsed
from wheelcheck.index.pages.stored_pages import StoredPages
from wheelcheck.requirements.requirement_set import IndexOptions

TYPE_CHECKING = False
if TYPE_CHECKING:  # with all that reads archives; answers of earlier runs ask for none
    from wheelcheck.index.facts import Facts
    from wheelcheck.index.network.helper import Helper, Serve

__all__ = ["NetworkIndex"]

_T = TypeVar("_T")


class NetworkIndex:
    """All indexes and flat lists that the options name, merged as pip merges them.

    `default_url` is the index where the options name none. Close it, or use it with `with`.
    """

    def __init__(  # noqa: PLR0913 (what is outside, part by part)
        self,
        options: IndexOptions,
        *,
        default_url: str,
        cache_dir: Path,
        offline: bool,
        environ: Mapping[str, str],
        warn: Callable[[str], None],
        wait: Callable[[float], object] | None = None,
        contact: str = "",
        clock: RunClock | None = None,
    ) -> None:
        self._offline = offline
        self._warn = warn
        self._credentials = credentials = Credentials(environ, self._warns)
        self._http = Http(
            credentials,
            trusted_hosts=options.trusted_hosts,
            wait=wait,
            contact=contact,
            clock=clock,
        )
        self.cache = cache = Cache(cache_dir, self._warns)
        self.pages_used = PagesUsed()
        """The pages that the answers of this index so far were made from."""
        pages = StoredPages(
            self._http,
            cache,
            self.pages_used,
            offline=offline,
            fingerprint=credentials.fingerprint_for,
        )
        self._pages = MergedPages(options, default_url, pages, credentials, self._warns)
        self._made_facts: Facts | None = None
        self._making_facts = Lock()
        self._tasks = SharedTasks(CONCURRENCY)
        self._files = FileTasks(lambda: self._facts, cache.handover)
        self._in_folders: set[NormalizedName] = set()
        self._may_fork = True

    def close(self) -> None:
        """Drop what is not yet fetched and close all connections."""
        self._tasks.close()
        if self._made_facts is not None:
            self._made_facts.close()
        self._http.close()
        self.cache.close()

    @property
    def _facts(self) -> Facts:
        """What reads files: one for all threads."""
        with self._making_facts:
            if self._made_facts is None:
                from wheelcheck.index.facts import Facts

                self._made_facts = Facts(
                    self._http, self.cache, offline=self._offline, warn=self._warns
                )
            return self._made_facts

    @property
    def fetches(self) -> bool:
        """Whether it may fetch anything; offline the cache answers, which waits for nobody."""
        return not self._offline

    def release_pages(self) -> None:
        """Let go of what pages list and nobody has looked at: the cache has it, if it is wanted.

        Most of what a run holds are files of old versions.
        """
        for project in self._tasks.results():
            if isinstance(project, FilesOfProject) and not project.is_released:
                name = project.name
                if self._pages.are_stored(name):
                    project.release(partial(self._pages.read_again, name))

    def pages_unchanged(self, names: Iterable[str], digests: Mapping[str, str]) -> bool:
        """Whether the pages of these projects are what they were when they had these digests.

        `digests` has them by key, as in `PagesUsed`. Raises IndexUnreachable.
        """
        projects = [NormalizedName(name) for name in names]
        self.prefetch(projects)
        for name in projects:
            self.project(name)
        pages = self.pages_used.pages
        return self.pages_used.repeatable and all(
            key in pages and pages[key].digest == digest for key, digest in digests.items()
        )

    def project(self, name: NormalizedName) -> Project | Unknown:
        """Which files does this project have? Raises IndexUnreachable where no index answers.

        Codes: ``project-not-found``, ``project-quarantined``, ``index-forbidden``,
        ``index-malformed``, ``index-error``, ``offline``. Where one of several indexes answers, the
        files are those that it lists, as for pip, and a warning names the index that does not.
        """
        return self._tasks.ask(*self._page(name))

    def at_url(self, url: str, name: NormalizedName) -> Wheel | Sdist | Unknown:
        """Which file does a direct reference mean? Its credentials are kept for its host.

        Code ``file-name-unreadable`` where the file's name does not tell its version.
        """
        if url.lower().startswith("file:"):
            self.pages_used.not_cacheable()
        what, code = f"the direct reference of {name}", "file-name-unreadable"
        found = fenced(what, code, lambda: file_from_url(self._credentials.take_from(url), name))
        if isinstance(found, Sdist) and found.in_folder:
            self._in_folders.add(name)
        return found

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What does this file depend on?"""
        if shared_metadata(file) is not None:
            found = self._tasks.ask(*self._files.metadata(file, shared=True))
            if not isinstance(found, Unknown) and found.found_in == "pep658":
                return found
        return self._heeding(file, self._tasks.ask(*self._files.metadata(file, shared=False)))

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """What does this archive contain?"""
        return self._heeding(file, self._tasks.take(*self._files.listing(file, wanted)))

    def pyproject(self, sdist: Sdist, enough: Callable[[str], bool]) -> str | Unknown | None:
        """The pyproject.toml at the root of an sdist, if that alone is `enough`."""
        task = self._files.pyproject(sdist, enough, waits=True)
        return self._heeding(sdist, self._tasks.take(*task))

    def prefetch_pyproject(self, sdists: Iterable[Sdist], enough: Callable[[str], bool]) -> None:
        """Read the beginnings of sdists in the background."""
        for sdist in sdists if self.fetches else ():
            self._tasks.prefetch(*self._files.pyproject(sdist, enough))

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], _T]) -> _T | Unknown:
        """What `look` finds in the members of a wheel."""
        return self._heeding(wheel, self._tasks.take(*self._files.look(wheel, look)))

    def prefetch_look(self, wheel: Wheel, look: Callable[[MemberReader], object]) -> None:
        """Look into a wheel in the background."""
        if self.fetches:
            self._tasks.prefetch(*self._files.look(wheel, look))

    def first_listed(self, sdists: Sequence[Sdist], wanted: Callable[[str], bool]) -> Sdist:
        """Which of several sdists, whose listings were announced, comes first."""
        keys = [self._files.listing(sdist, wanted)[0] for sdist in sdists]
        return sdists[self._tasks.first_done(keys)]

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        """What was stored as derived from this file before."""
        return self._facts.derived(file)

    def store_derived(self, file: Wheel | Sdist, data: SupportsBytes) -> None:
        """Store what was derived from this file."""
        self._facts.store_derived(file, data)

    def _heeding(self, file: Wheel | Sdist, found: _T) -> _T:
        if of_the_day(found) or not is_identified(file):
            self.pages_used.not_cacheable()
        return found

    def prefetch(
        self,
        names: Iterable[NormalizedName] = (),
        files: Iterable[Wheel | Sdist] = (),
        listings: Iterable[Wheel | Sdist] = (),
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Fetch pages, metadata and listings in the background; errors are raised on first use."""
        if not self.fetches:
            return
        projects = tuple(names)
        self._share(projects)
        for name in projects:
            self._tasks.prefetch(*self._page(name))
        for file in files:
            self._tasks.prefetch(*self._files.metadata(file, shared=True))
        for file in listings:
            key, read, errand = self._files.listing(file, wanted)
            if errand is None or not self._tasks.is_shared:
                self._facts.expect_listing(file)
            self._tasks.prefetch(key, read, errand)

    def begin(self, names: Iterable[NormalizedName]) -> bool:
        """Have other processes fetch these pages, if any is missing in the cache.

        Returns whether they have begun: until the first page comes, there is time for imports.
        """
        projects = tuple(names)
        if not self._share(projects):
            return False
        self.prefetch(projects)
        import wheelcheck.index.facts  # noqa: F401 (reads what they hand over)

        return True

    def prepare(self) -> None:
        """Import and read what all processes need that fetch."""
        self._http.prepare()
        import wheelcheck.index.facts  # noqa: F401

    def serve(self, unusual: Callable[[str], None]) -> None:
        """Fetch for another process: try once, ask no keyring, and warn nobody but `unusual`."""
        self._warn = unusual
        self._http.attempts = 1
        self._credentials.ask_no_keyring()

    def start_helper(self, serve: Serve) -> Helper | None:
        """Fork a process that answers questions on what was read so far, where fetchers are."""
        return self._tasks.start_helper(self, serve)

    def go_on(self, give_up: Callable[[str], NoReturn]) -> None:
        """Have it work in a helper: it requests nothing, and gives up what is unusual."""
        self._warn = give_up
        self._http.request_nothing(give_up)
        self._tasks.go_on(give_up)

    def run(self, errand: Errand) -> object:
        """Do what another process wants done: the outcome is in the cache."""
        question, *values = errand
        return self._project(*values) if question == "project" else self._files.run(errand)

    def _warns(self, message: str) -> None:
        self._warn(message)

    def _page(self, name: NormalizedName) -> Task[Project | Unknown]:
        """The task of reading what indexes say of a project."""
        key = ("project", name)
        return key, partial(self._project, name), None if name in self._in_folders else key

    def _share(self, names: Sequence[NormalizedName]) -> bool:
        """Fork fetchers, where that is possible, as soon as a page is missing in the cache.

        Returns whether this has happened now.
        """
        if not self._may_fork:
            return False
        fetchers = possible_fetchers() if self.fetches else 0
        if not fetchers:
            self._may_fork = False
        elif not self._pages.are_recent(names):
            self._may_fork = False
            self._tasks.start(self, fetchers)
            return True
        return False

    def _project(self, name: NormalizedName) -> Project | Unknown:
        self.pages_used.names[name] = None
        if name in self._in_folders:  # as with pip, no index hears of it
            return FilesOfProject([make_page(name, "", ())])
        return self._pages.project(name)
