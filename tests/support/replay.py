"""A package index on loopback that replays `data/index/` over real HTTP.

Two manners. *public*: JSON or HTML by Accept, core metadata beside every wheel (PEP 658), ETag and
304, Cache-Control, gzip, byte ranges. *mirror*: one page format, none of the rest. `size` and
`upload-time` on the pages are those of the published files; the bytes served are small stand-ins
(see `frozen.py`). A range behind a stand-in's end is answered as if it were the end of a file of
that size, as clients read wheels from there.

By hand:  python tests/replay.py --manner public --port 8123 --latency 0.03
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import re
import threading
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal, Protocol, Self
from urllib.parse import quote, unquote

from frozen import FrozenIndex, Project, archive_of, metadata_text
from loopback import Request, Response, Server, accepted, partial
from pages import HTML_LEGACY, HTML_PAGE, JSON_PAGE, list_of_projects, project_page

__all__ = ["MIRROR", "PUBLIC", "Manner", "Replay", "Source"]

BYTES = "application/octet-stream"


class Source(Protocol):
    """Where the replayed projects come from."""

    @property
    def names(self) -> list[str]:
        """Names for the list of projects."""

    def project(self, name: str) -> Project | None:
        """A project by its normalised name."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an index behaves.

    `pages` are the formats offered, the default first; with one, Accept is ignored. `hashed`
    lists every file's SHA-256. `sdists`: ``faithful`` sdists hold what was recorded; ``resolvable``
    sdists carry a backend that answers with the recorded core metadata. `latency` is in seconds per
    response.
    """

    pages: tuple[str, ...] = (HTML_LEGACY, HTML_PAGE, JSON_PAGE)
    core_metadata: bool = True
    validators: bool = True
    compression: bool = True
    ranges: bool = True
    hashed: bool = True
    sdists: Literal["faithful", "resolvable"] = "faithful"
    latency: float = 0.0


PUBLIC = Manner()
MIRROR = Manner(
    pages=(JSON_PAGE,), core_metadata=False, validators=False, compression=False, ranges=False
)


@dataclass(frozen=True, slots=True)
class Resource:
    """A rendered page or file, ready to be sent many times."""

    body: bytes
    content_type: str
    etag: str
    compressed: bytes | None = None


class Replay:
    """The index server: `start` gives it a port, `stop` ends it; also a context manager.

    `log` holds ``(method, path, status)`` of every response, in order. `threaded` is for a source
    that asks the network itself.
    """

    def __init__(
        self, source: Source | None = None, manner: Manner = PUBLIC, *, threaded: bool = False
    ) -> None:
        self.manner = manner
        self.log: list[tuple[str, str, int]] = []
        self.parts: list[tuple[str, str]] = []
        """Path and byte range, "" for the whole, of everything that was sent."""
        self._source = FrozenIndex() if source is None else source
        self._resources: dict[tuple[str, ...], Resource | None] = {}
        self._archives: dict[str, bytes | None] = {}
        self._server = Server(self.answer, manner.latency, threaded=threaded)

    @property
    def url(self) -> str:
        """The index URL to hand to an installer."""
        return f"http://127.0.0.1:{self._server.port}/simple/"

    def start(self, port: int = 0) -> Self:
        """Serve from a thread until `stop`; port 0 takes a free one."""
        self._server.start(port)
        return self

    def stop(self) -> None:
        """End the server and its thread."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def warm(self) -> int:
        """Render every page and file now, so that a measurement does not; their number."""
        for name in self._source.names:
            project = self._source.project(name)
            assert project is not None
            for content_type in self.manner.pages:
                self._page(project, content_type)
        return len(self._resources) + len(self._archives)

    def render_again(self) -> None:
        """Say that the projects have changed: pages are rendered again when they are asked for."""
        self._resources.clear()

    def answer(self, request: Request) -> Response:
        """The response to a request, whatever the transport."""
        response = self._route(request)
        self.log.append((request.method, request.path, response.status.value))
        if response.status.value < HTTPStatus.MULTIPLE_CHOICES.value:
            self.parts.append((request.path, request.headers.get("range", "")))
        return response

    def _route(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})
        response = None
        match unquote(request.path).split("/"):
            case ["", "simple", ""]:
                response = self._negotiated(request, None)
            case ["", "simple", name] if name:
                response = _moved(f"/simple/{_normalised(name)}/")
            case ["", "simple", name, ""] if name != _normalised(name):
                response = _moved(f"/simple/{_normalised(name)}/")
            case ["", "simple", name, ""] if project := self._source.project(name):
                response = self._negotiated(request, project)
            case ["", "files", name, filename] if project := self._source.project(name):
                response = self._file(request, project, filename)
        return response or Response(HTTPStatus.NOT_FOUND)

    def _negotiated(self, request: Request, project: Project | None) -> Response:
        content_type = accepted(request.headers.get("accept", "*/*"), self.manner.pages)
        if content_type is None:
            return Response(HTTPStatus.NOT_ACCEPTABLE)
        resource = self._page(project, content_type)
        return self._sent(request, resource, "max-age=600, public", compress=True)

    def _page(self, project: Project | None, content_type: str) -> Resource:
        key = ("page", project.name if project else "", content_type)
        resource = self._resources.get(key)
        if resource is None:
            if project is None:
                text = list_of_projects(self._source.names, content_type)
            else:
                text = project_page(project, self._entries(project), content_type)
            resource = self._resources[key] = _resource(text.encode(), content_type)
        return resource

    def _entries(self, project: Project) -> list[dict[str, Any]]:
        """The files of a page as PEP 691 lists them, with our own URLs and hashes."""
        entries = []
        for release, file in project.listed():
            filename = file["filename"]
            entry = {**file, "url": f"../../files/{project.name}/{quote(filename)}", "hashes": {}}
            if self.manner.hashed:
                body = self._archive(project, filename) or b""
                entry["hashes"] = {"sha256": hashlib.sha256(body).hexdigest()}
            if self.manner.core_metadata and filename.endswith(".whl"):
                entry["core-metadata"] = True
                if self.manner.hashed and (fields := release.metadata()) is not None:
                    digest = hashlib.sha256(metadata_text(fields)).hexdigest()
                    entry["core-metadata"] = {"sha256": digest}
            entries.append(entry)
        return entries

    def _archive(self, project: Project, filename: str) -> bytes | None:
        if filename not in self._archives:
            release, _ = project.by_filename[filename]
            self._archives[filename] = archive_of(
                release, filename, resolvable=self.manner.sdists == "resolvable"
            )
        return self._archives[filename]

    def _file(self, request: Request, project: Project, filename: str) -> Response:
        wheel = filename.removesuffix(".metadata")
        body = None
        if filename in project.by_filename:
            body = self._archive(project, filename)
        elif self.manner.core_metadata and wheel in project.by_filename:
            fields = project.by_filename[wheel][0].metadata()
            body = metadata_text(fields) if fields is not None else None
        if body is None:
            return Response(HTTPStatus.NOT_FOUND)
        resource = Resource(body, BYTES, _etag(body))
        known = project.by_filename.get(filename)
        size = known[1].get("size") if known and filename.endswith(".whl") else None
        return self._sent(request, resource, "max-age=365000000, immutable, public", size=size)

    def _sent(
        self,
        request: Request,
        resource: Resource,
        cache_control: str,
        *,
        compress: bool = False,
        size: int | None = None,
    ) -> Response:
        headers = {"Content-Type": resource.content_type}
        if self.manner.validators:
            headers |= {"ETag": resource.etag, "Cache-Control": cache_control}
            if compress:
                headers["Vary"] = "Accept, Accept-Encoding"
            if resource.etag in request.headers.get("if-none-match", ""):
                return Response(HTTPStatus.NOT_MODIFIED, headers)
        if self.manner.ranges and not compress:
            headers["Accept-Ranges"] = "bytes"
            if (wanted := request.headers.get("range")) is not None:
                return partial(wanted, headers, resource.body, size)
        accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
        if compress and self.manner.compression and accepts_gzip and resource.compressed:
            headers["Content-Encoding"] = "gzip"
            return Response(HTTPStatus.OK, headers, resource.compressed)
        return Response(HTTPStatus.OK, headers, resource.body)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _moved(path: str) -> Response:
    return Response(HTTPStatus.MOVED_PERMANENTLY, {"Location": path})


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _resource(body: bytes, content_type: str) -> Resource:
    return Resource(body, content_type, _etag(body), gzip.compress(body, 6, mtime=0))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Replay the frozen index on loopback.")
    parser.add_argument("--manner", choices=["public", "mirror"], default="public")
    parser.add_argument("--pages", choices=["json", "html"], default="json", help="of a mirror")
    parser.add_argument("--ranges", action="store_true", help="a mirror that serves byte ranges")
    parser.add_argument("--sdists", choices=["faithful", "resolvable"], default="faithful")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per response")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--warm", action="store_true", help="render all pages before serving")
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    options = _options()
    manner = PUBLIC
    if options.manner == "mirror":
        page = JSON_PAGE if options.pages == "json" else HTML_LEGACY
        manner = replace(MIRROR, pages=(page,), ranges=options.ranges)
    replay = Replay(manner=replace(manner, sdists=options.sdists, latency=options.latency))
    if options.warm:
        replay.warm()
    replay.start(options.port)
    print(replay.url, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        replay.stop()


if __name__ == "__main__":
    main()
