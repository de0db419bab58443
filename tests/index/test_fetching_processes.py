"""An index whose pages and files are fetched by other processes, over real HTTP on loopback."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import pytest
from archive_builders import tar_of, wheel_of
from loopback import Request, Response, Server
from packaging.utils import NormalizedName

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.client import NetworkIndex
from wheelcheck.index.interface import MemberReader, Wheel
from wheelcheck.index.network import fetcher, own_process
from wheelcheck.index.network.own_process import allow_fetchers, possible_fetchers
from wheelcheck.requirements.requirement_set import IndexOptions

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="forks on Linux alone")

NAMES = [NormalizedName(name) for name in ("foo", "bar", "spam", "eggs")]
JSON = "application/vnd.pypi.simple.v1+json"


class Site:
    """A release of each project; `failing` says with which status a path is answered."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.headers: dict[str, str] = {}
        self.failing: dict[str, list[HTTPStatus]] = {}
        self.others: dict[str, Response] = {}
        self.before: Callable[[str], object] = lambda _: None
        self.server = Server(self._answer, threaded=True).start()
        self.url = f"http://127.0.0.1:{self.server.port}/simple/"

    def _answer(self, request: Request) -> Response:
        self.paths.append(request.path)
        self.before(request.path)
        if request.path in self.others:
            return self.others[request.path]
        if self.failing.get(request.path):
            return Response(self.failing[request.path].pop())
        name = request.path.strip("/").split("/")[1].partition("-")[0]
        if name not in NAMES:
            return Response(HTTPStatus.NOT_FOUND)
        if request.path.startswith("/files"):
            return Response(HTTPStatus.OK, {}, wheel_of(name, "1.0", requires=("idna",)))
        file = f"{name}-1.0-py3-none-any.whl"
        page = {
            "meta": {"api-version": "1.1"},
            "files": [{"filename": file, "url": f"/files/{file}"}],
        }
        kind = {"Content-Type": JSON, **self.headers}
        return Response(HTTPStatus.OK, kind, json.dumps(page).encode())


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.stop()


@pytest.fixture
def forked(forked, monkeypatch) -> list[int]:
    """The processes that this one forks, which is possible; it has a server's thread."""
    monkeypatch.setattr("wheelcheck.index.client.possible_fetchers", lambda: 2)
    return forked


@pytest.fixture
def opened(tmp_path) -> Iterator[Callable[..., NetworkIndex]]:
    with ExitStack() as stack:

        def open_it(
            url: str, *links: str, cache: str = "cache", offline: bool = False, warn=pytest.fail
        ):
            index = NetworkIndex(
                IndexOptions(index_url=url, find_links=links),
                default_url="http://index.example/",
                cache_dir=tmp_path / cache,
                offline=offline,
                environ={},
                warn=warn,
                wait=lambda _: None,
            )
            stack.callback(index.close)
            return index

        yield open_it


def members(reader: MemberReader) -> set[str]:
    return set(reader.sizes)


def wheels(index: NetworkIndex) -> list[Wheel]:
    index.prefetch(NAMES)
    projects = [index.project(name) for name in NAMES]
    assert all(not isinstance(project, Unknown) for project in projects), projects
    return [project.files(project.versions[0])[0] for project in projects]


def everything(index: NetworkIndex) -> list[object]:
    """What an index says of all its files, by each of its questions."""
    files = wheels(index)
    index.prefetch(files=files, listings=files)
    for file in files:
        index.prefetch_look(file, members)
    read = [(index.metadata(file), index.listing(file)) for file in files]
    return [files, read, [index.look_into(file, members) for file in files]]


def without_fetchers(index: NetworkIndex) -> list[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wheelcheck.index.client.possible_fetchers", lambda: 0)
        return everything(index)


def has_ended(process: int) -> bool:
    """Whether a child was waited for: there is no zombie."""
    with pytest.raises(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
    return True


def family(processes: list[int]) -> list[int]:
    """Processes and those that they have forked."""
    children = (Path(f"/proc/{process}/task/{process}/children") for process in processes)
    return [*processes, *(int(number) for path in children for number in path.read_text().split())]


def is_running(process: int) -> bool:
    """Whether a child has not ended."""
    return os.waitpid(process, os.WNOHANG) == (0, 0)


def test_fetchers_bring_what_the_process_would_fetch_itself(site, opened, forked):
    shared = opened(site.url)
    answers = everything(shared)
    with_fetchers, site.paths[:] = set(site.paths), []
    assert len(family(forked)) == 2
    assert answers == without_fetchers(opened(site.url, cache="other"))
    assert set(site.paths) == with_fetchers
    pages = shared.pages_used
    assert pages.repeatable
    assert (list(pages.names), len(pages.pages)) == (NAMES, len(NAMES))


def of_any_kind(_: str) -> bool:
    return True


def test_the_pyproject_of_an_sdist_comes_from_the_fetcher_that_reads_it(site, opened, forked):
    text = "[build-system]\n"
    data = tar_of({"foo-2.0/pyproject.toml": text, "foo-2.0/a.c": "int a;" * 300_000}, mode="w:")
    file = {"filename": "foo-2.0.tar.gz", "url": "/files/foo-2.0.tar.gz", "size": len(data)}
    page = json.dumps({"meta": {"api-version": "1.1"}, "files": [file]}).encode()
    site.others = {
        "/simple/foo/": Response(HTTPStatus.OK, {"Content-Type": JSON}, page),
        "/files/foo-2.0.tar.gz": Response(HTTPStatus.OK, {}, data),
    }
    index = opened(site.url)
    index.prefetch(NAMES[:1])
    project = index.project(NAMES[0])
    assert not isinstance(project, Unknown)
    [sdist] = project.files(project.versions[0])
    index.prefetch(listings=[sdist])
    assert [index.pyproject(sdist, of_any_kind) for _ in range(2)] == [text, text]
    assert {member.path for member in index.listing(sdist).members} == {
        "foo-2.0/pyproject.toml",
        "foo-2.0/a.c",
    }
    assert len(family(forked)) == 2
    assert site.paths.count("/files/foo-2.0.tar.gz") <= 2


@pytest.mark.parametrize("fetchers", ["two", "killed", "none"])
def test_of_several_sdists_that_which_comes_first_is_waited_for(
    site, opened, forked, monkeypatch, fetchers
):
    for name in ("foo", "bar"):
        data = tar_of({f"{name}-2.0/a.c": "int a;"})
        file = {"filename": f"{name}-2.0.tar.gz", "url": f"/files/{name}-2.0.tar.gz", "size": 9}
        page = json.dumps({"meta": {"api-version": "1.1"}, "files": [file]}).encode()
        site.others[f"/simple/{name}/"] = Response(HTTPStatus.OK, {"Content-Type": JSON}, page)
        site.others[f"/files/{name}-2.0.tar.gz"] = Response(HTTPStatus.OK, {}, data)
    may_end = threading.Event()
    to_kill = [fetchers == "killed"]

    def hold(path: str) -> None:
        if path == "/files/foo-2.0.tar.gz":
            if to_kill and to_kill.pop():
                for process in reversed(family(forked)):
                    os.kill(process, signal.SIGKILL)
            may_end.wait(20)

    site.before = hold
    if fetchers == "none":
        monkeypatch.setattr("wheelcheck.index.client.possible_fetchers", lambda: 0)
    index = opened(site.url)
    sdists = []
    for name in NAMES[:2]:
        index.prefetch([name])
        project = index.project(name)
        assert not isinstance(project, Unknown)
        sdists += project.files(project.versions[0])
    assert index.first_listed(sdists, of_any_kind) == sdists[0]  # nothing was announced
    index.prefetch(listings=sdists, wanted=of_any_kind)
    assert index.first_listed(sdists, of_any_kind) == sdists[1]
    may_end.set()
    assert index.first_listed(sdists[:1], of_any_kind) == sdists[0]
    for sdist in sdists:
        listing = index.listing(sdist, of_any_kind)
        assert not isinstance(listing, Unknown)
        assert listing.members[0].path == f"{sdist.name}-2.0/a.c"


def test_what_fetchers_have_brought_is_in_the_cache(site, opened, forked):
    index = opened(site.url)
    files = wheels(index)
    index.prefetch(files=files)
    before = [index.metadata(file) for file in files]
    processes = family(forked)
    index.close()
    assert all(map(has_ended, forked))
    assert not any(Path(f"/proc/{process}").exists() for process in processes)
    site.paths.clear()
    offline = opened(site.url, offline=True)
    assert [offline.metadata(file) for file in wheels(offline)] == before
    assert not site.paths


def test_pages_that_are_missing_are_fetched_before_anything_else_is_known(site, opened, forked):
    index = opened(site.url)
    assert index.begin(NAMES)
    assert len(forked) == 1
    wheels(index)
    assert len(forked) == 1
    assert len(site.paths) == len(NAMES), "each of them once"
    index.close()
    assert not opened(site.url).begin(NAMES), "they are in the cache"


def test_a_cache_that_has_the_pages_calls_for_no_fetchers(site, opened, forked):
    first = opened(site.url)
    wheels(first)
    first.close()
    forked.clear()
    wheels(opened(site.url))
    assert not forked


@pytest.mark.usefixtures("forked")
def test_pages_are_written_before_the_index_is_closed(site, opened, tmp_path):
    wheels(opened(site.url))
    until = time.monotonic() + 20
    while len(set((tmp_path / "cache").glob("*/pages/*/[!.]*"))) < len(NAMES):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_no_page_waits_for_another_errand_to_be_written():
    """An errand is done right after the last page that waited was written."""
    under_way, again = fetcher._UnderWay(), threading.Event()

    class Waiting:
        looks = 0

        def write_next(self) -> bool:
            self.looks += 1
            if self.looks > 1:
                again.set()
                threading.Event().wait()  # for ever: the thread has nothing to return to
            under_way.begin()
            under_way.end()
            return False

    under_way.begin()
    under_way.end()
    threading.Thread(target=fetcher._store, args=(Waiting(), under_way), daemon=True).start()
    assert again.wait(5)


@pytest.mark.parametrize("control", ["no-store", "max-age=0"])
@pytest.mark.usefixtures("forked")
def test_pages_that_are_not_stored_or_not_fresh_are_requested_once(site, opened, control):
    site.headers["Cache-Control"] = control
    index = opened(site.url)
    wheels(index)
    wheels(index)
    assert sorted(site.paths) == sorted(f"/simple/{name}/" for name in NAMES)


def test_a_page_that_is_confirmed_is_requested_once(site, opened, forked, tmp_path):
    site.headers |= {"Cache-Control": "max-age=0", "ETag": '"a"'}
    first = opened(site.url)
    wheels(first)
    first.close()
    for name in NAMES:
        site.failing[f"/simple/{name}/"] = [HTTPStatus.NOT_MODIFIED]
    site.paths.clear()
    for page in (tmp_path / "cache").glob("*/pages/*/*"):
        os.utime(page, (1_700_000_000, 1_700_000_000))
    forked.clear()
    wheels(opened(site.url))
    assert forked
    assert len(site.paths) == len(NAMES)


@pytest.mark.usefixtures("forked")
def test_a_project_that_is_not_there_is_nothing_unusual(site, opened):
    index = opened(site.url)
    index.prefetch([NormalizedName("absent")])
    assert index.project(NormalizedName("absent")).code == "project-not-found"
    wheels(index)
    assert len(site.paths) == len(NAMES) + 1


def test_a_project_that_was_not_there_some_minutes_ago_ends_no_fetcher(site, opened, forked):
    absent = NormalizedName("absent")
    first = opened(site.url)
    first.project(absent)
    first.close()
    forked.clear()
    index = opened(site.url)
    index.prefetch([absent, NormalizedName("-no-name-"), *NAMES])
    assert index.project(absent).code == "project-not-found"
    assert index.project(NormalizedName("-no-name-")).code == "project-not-found"
    wheels(index)
    assert len(family(forked)) == 2
    assert all(map(is_running, forked))
    assert len(site.paths) == len(NAMES) + 1


def test_a_file_that_is_not_there_ends_no_fetcher(site, opened, forked):
    site.others["/files/foo-1.0-py3-none-any.whl"] = Response(HTTPStatus.NOT_FOUND)
    answers = everything(opened(site.url))
    assert all(map(is_running, forked))
    _, [(metadata, listing), *_], [found, *_] = answers
    assert {metadata.code, listing.code, found.code} == {"file-not-found"}
    assert answers == without_fetchers(opened(site.url, cache="other"))


def test_a_page_that_is_a_list_of_links_too_reads_as_alone(site, opened, forked):
    text = '<a href="/files/foo-1.0-py3-none-any.whl">foo-1.0-py3-none-any.whl</a>'
    page = Response(HTTPStatus.OK, {"Content-Type": "text/html"}, text.encode())
    site.others["/simple/foo/"] = page
    links = f"{site.url}foo/"
    answers = everything(opened(site.url, links))
    assert forked
    assert answers == without_fetchers(opened(site.url, links, cache="other"))


def test_a_fetcher_that_cannot_send_is_not_waited_for(site, opened, forked, monkeypatch):
    def fails(_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("wheelcheck.index.network.fetcher._encode", fails)
    assert len(wheels(opened(site.url))) == len(NAMES)
    assert all(map(has_ended, forked))


def test_a_signal_that_was_held_back_stays_so(site, opened, forked):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        wheels(opened(site.url))
        assert forked
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_failure_is_tried_again_by_the_process_itself(site, opened, forked):
    site.failing["/simple/foo/"] = [HTTPStatus.SERVICE_UNAVAILABLE] * 3
    assert len(everything(opened(site.url))) == 3
    assert site.paths.count("/simple/foo/") == 4
    assert all(map(has_ended, forked))


@pytest.mark.usefixtures("forked")
def test_what_fails_for_good_reads_as_it_does_alone(site, opened):
    site.failing["/simple/foo/"] = [HTTPStatus.FORBIDDEN] * 2
    index = opened(site.url)
    index.prefetch(NAMES)
    assert index.project(NAMES[0]).code == "index-forbidden"
    assert not isinstance(index.project(NAMES[1]), Unknown)


@pytest.mark.usefixtures("forked")
def test_an_index_that_does_not_answer_is_reported_as_alone(opened):
    index = opened("http://127.0.0.1:9/simple/")
    index.prefetch(NAMES)
    with pytest.raises(IndexUnreachable):
        index.project(NAMES[0])


@pytest.mark.usefixtures("forked")
def test_a_cache_that_cannot_be_used_is_warned_of_once(site, opened, tmp_path):
    (tmp_path / "file").write_text("")
    warnings: list[str] = []
    wheels(opened(site.url, cache="file", warn=warnings.append))
    assert [warning.partition("(")[0] for warning in warnings] == ["the cache cannot be used "]


def test_fetchers_that_are_killed_are_replaced_by_the_process_itself(site, opened, forked):
    """Whatever they were about to bring: it neither waits for ever nor lacks an answer."""

    def kill(_: str) -> None:
        site.before = lambda _: None
        for process in reversed(family(forked)):
            os.kill(process, signal.SIGKILL)

    site.before = kill
    answers = everything(opened(site.url))
    assert len(answers[0]) == len(NAMES)
    assert all(map(has_ended, forked))


@pytest.mark.hostile
@pytest.mark.usefixtures("forked")
def test_what_hinders_the_first_request_is_reported_as_alone(site, opened, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    index = opened(site.url)
    index.prefetch(NAMES)
    shared = index.project(NAMES[0])
    monkeypatch.setattr("wheelcheck.index.client.possible_fetchers", lambda: 0)
    alone = opened(site.url, cache="other").project(NAMES[0])
    assert repr(shared) == repr(alone)


def test_no_more_processes_are_no_reason_to_fail(site, opened, monkeypatch):
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    monkeypatch.setattr("wheelcheck.index.client.possible_fetchers", lambda: 2)
    assert len(wheels(opened(site.url))) == len(NAMES)


def test_nothing_is_forked_but_by_a_command_with_a_second_cpu_and_no_threads(monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(own_process, "_allowed", False)
    assert not possible_fetchers(), "a program that imports us"
    allow_fetchers()
    assert possible_fetchers()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1})
    assert not possible_fetchers(), "one CPU"
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not possible_fetchers(), "threads"


# --- a helper, which goes on from what was read -----------------------------------------------


def metadata_of(index: NetworkIndex) -> Callable[[list[int]], Iterator[object]]:
    """What a helper does here: for the number of a project, the metadata of its wheel."""

    def serve(questions: list[int]) -> Iterator[object]:
        for number in questions:
            project = index.project(NAMES[number])
            assert not isinstance(project, Unknown)
            yield index.metadata(project.files(project.versions[0])[0])

    return serve


def with_first_page(index: NetworkIndex) -> NetworkIndex:
    index.prefetch(NAMES[:1])
    assert not isinstance(index.project(NAMES[0]), Unknown)
    return index


def test_a_helper_answers_as_the_process_would_itself(site, opened, forked):
    index = with_first_page(opened(site.url))
    before = len(forked)
    helper = index.start_helper(metadata_of(index))
    sent = [helper.send(number) for number in (0, 1)]
    assert sent == [True, True]
    answers = [helper.receive() for _ in range(2)]
    assert len(forked) == before + 1
    assert answers == [index.metadata(file) for file in wheels(index)[:2]]
    assert len(site.paths) == len(set(site.paths)), "nothing was requested twice"
    assert index.start_helper(metadata_of(index)) is None, "one is enough"
    index.close()
    assert all(map(has_ended, forked))


def test_what_a_helper_looks_at_counts_as_looked_at(site, opened, forked):
    index = with_first_page(opened(site.url))
    helper = index.start_helper(metadata_of(index))
    helper.send(1)
    helper.receive()
    assert forked
    assert set(index.pages_used.names) == set(NAMES[:2])
    assert len(index.pages_used.pages) == 2


def test_a_helper_stores_what_it_has_found(site, opened, forked):
    index = with_first_page(opened(site.url))

    def derive(_: list[int]) -> Iterator[object]:
        project = index.project(NAMES[0])
        file = project.files(project.versions[0])[0]
        index.store_derived(file, b"derived")
        yield file

    helper = index.start_helper(derive)
    helper.send(0)
    file = helper.receive()
    helper.end()
    index.close()
    assert all(map(has_ended, forked))
    assert opened(site.url).derived(file) == b"derived"


@pytest.mark.usefixtures("forked")
def test_no_helper_where_nobody_fetches(site, opened):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wheelcheck.index.client.possible_fetchers", lambda: 0)
        index = with_first_page(opened(site.url))
    assert index.start_helper(metadata_of(index)) is None


@pytest.mark.usefixtures("forked")
def test_a_helper_gives_up_where_a_request_fails(site, opened):
    index = with_first_page(opened(site.url))
    site.failing["/simple/bar/"] = [HTTPStatus.SERVICE_UNAVAILABLE] * 2
    helper = index.start_helper(metadata_of(index))
    helper.send(1)
    assert helper.receive() is None
    assert helper.receive() is None
    assert not isinstance(index.project(NAMES[1]), Unknown)


@pytest.mark.usefixtures("forked")
def test_a_helper_requests_nothing_itself(site, opened):
    index = with_first_page(opened(site.url))

    def serve(_: list[int]) -> Iterator[object]:
        file = index.at_url(f"{site.url}files/eggs-1.0-py3-none-any.whl", NAMES[3])
        yield index.metadata(file)

    helper = index.start_helper(serve)
    site.paths.clear()
    helper.send(0)
    assert helper.receive() is None
    assert not site.paths


@pytest.mark.usefixtures("forked")
def test_a_helper_gives_up_where_an_exception_was_contained(site, opened):
    index = with_first_page(opened(site.url))

    def serve(_: list[int]) -> Iterator[object]:
        yield fenced("the answer", "broken", lambda: 1 / 0)

    helper = index.start_helper(serve)
    helper.send(0)
    assert helper.receive() is None


def test_a_helper_that_is_killed_is_not_waited_for(site, opened, forked):
    index = with_first_page(opened(site.url))

    def killed(_: list[int]) -> Iterator[object]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield 0

    helper = index.start_helper(killed)
    helper.send(0)
    assert helper.receive() is None
    index.close()
    assert all(map(has_ended, forked))


def test_a_helper_that_has_not_answered_keeps_nobody_waiting(site, opened, forked):
    index = with_first_page(opened(site.url))
    helper = index.start_helper(lambda _: [threading.Event().wait()])
    helper.send(0)
    index.close()
    assert all(map(has_ended, forked))


class Noticed:
    """A question that writes into a pipe as soon as a helper has read it."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe

    def __reduce__(self):
        return os.write, (self.pipe, b"x")


def test_questions_that_have_come_meanwhile_are_answered_together(site, opened, forked):
    index = with_first_page(opened(site.url))
    until, come = os.pipe()
    begins, begun = os.pipe()

    def serve(questions: list[int]) -> Iterator[object]:
        if questions == [0]:
            os.write(begun, b"x")
            os.read(until, 1)
        return (questions for _ in questions)

    helper = index.start_helper(serve)
    assert forked
    helper.send(0)
    os.read(begins, 1)
    for question in (1, 2, Noticed(come)):
        helper.send(question)
    first, second, third = (helper.receive() for _ in range(3))
    assert first == [0]
    assert second == third
    assert second[:2] == [1, 2]
