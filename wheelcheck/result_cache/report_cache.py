"""A report is given again while nothing that it was made from has changed.

What a report is made from: the words of the question, the files that were read for it, the pages of
the index, the day, and the code itself with its tables. All are listed beside the cached report; it
counts only where every one of them is found unchanged. Facts of single files are not listed: they
never change. What cannot be looked at again (standard input, environment variables, a local
project, a host that did not answer) makes a report not cacheable.

Importing this must stay cheap: a command that is repeated is answered before anything else of
wheelcheck is imported.
"""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from pathlib import Path

from wheelcheck.index.cache.disk import Cache, cache_key
from wheelcheck.result_cache.code_version import code_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wheelcheck.index.cache.disk import Kind
    from wheelcheck.index.client import NetworkIndex
    from wheelcheck.requirements.requirement_set import Requirements
    from wheelcheck.result_cache.meaning import Comparable, Meaning
    from wheelcheck.result_cache.solving_cache import SolvingCache

__all__ = ["CachedReport", "Rendering", "ReportCache"]

MOST = 200
"""Reports and renderings that are cached, the newest of them: one takes up to some hundred kB."""

_HEADER_BYTES = 4


class CachedReport:
    """A report with what it was made from.

    `pages` has for each page its digest, when it was stored (ns) and for how long it is fresh (s).
    `comparable` are the fields of a `Comparable`, where the report may serve another question, and
    `key` is that of its own.
    """

    def __init__(
        self, header: Mapping[str, object], packed: bytes, text: bytes | None = None
    ) -> None:
        self.made_of = header["made_of"]
        self.files: dict[str, str] = header["files"]  # type: ignore[assignment]
        self.names: list[str] = header["names"]  # type: ignore[assignment]
        self.pages: dict[str, tuple[str, int, float]] = header["pages"]  # type: ignore[assignment]
        self.errors: int = header["errors"]  # type: ignore[assignment]
        self.fails: bool = header["fails"]  # type: ignore[assignment]
        self.comparable = header.get("comparable")
        self.key = str(header.get("key"))
        self.packed = packed
        self._text = text

    @classmethod
    def unpacked(cls, data: bytes) -> CachedReport:
        """Read a cached report. Raises ValueError for anything else."""
        end = _HEADER_BYTES + int.from_bytes(data[:_HEADER_BYTES], "big")
        try:
            return cls(json.loads(data[_HEADER_BYTES:end]), data[end:])
        except KeyError as error:
            raise ValueError(data[:_HEADER_BYTES]) from error

    @property
    def json(self) -> bytes:
        """The report as ``--format json`` writes it."""
        if self._text is None:
            self._text = zlib.decompress(self.packed)
        return self._text


class Rendering:
    """A report as a command wrote it: the output, the text on standard error, the exit code."""

    def __init__(self, output: bytes, complaints: str, code: int) -> None:
        self.output = output
        self.complaints = complaints
        self.code = code

    @classmethod
    def unpacked(cls, data: bytes, report: CachedReport) -> Rendering:
        """Read a cached rendering of a report. Raises ValueError for anything else."""
        end = _HEADER_BYTES + int.from_bytes(data[:_HEADER_BYTES], "big")
        complaints, code = json.loads(data[_HEADER_BYTES:end])
        output = zlib.decompress(data[end:]) if len(data) > end else report.json
        return cls(output, complaints, code)

    def packed(self, report: CachedReport) -> bytes:
        """The bytes that `unpacked` reads: without the output where it is the report as JSON."""
        header = json.dumps([self.complaints, self.code]).encode()
        size = len(header).to_bytes(_HEADER_BYTES, "big")
        body = b"" if self.output == report.json else zlib.compress(self.output, 1)
        return size + header + body


class ReportCache:
    """Caches the report on one question.

    `words` are the whole question, options and working folder included, and `unnamed` the same
    without the names of its files; `root` is the cache folder.
    `read` are the requirements and the files of the question, once they have been read.
    The cache is looked into at once: `found` is the report if all but the index's pages is as it
    was, and `fresh` says that these need not be revalidated either.
    """

    def __init__(self, root: Path, words: object, *, offline: bool, unnamed: object = None) -> None:
        self._cache = Cache(root, lambda _: None)  # opening the index warns of the same
        self._offline = offline
        self._key = cache_key(json.dumps(words, sort_keys=True))
        self._unnamed = unnamed
        self.read: tuple[Requirements, Mapping[str, bytes | None]] | None = None
        self._made_of = _made_of()
        self.found = self._look("answers", self._key)
        self.fresh = self.found is not None and self._is_fresh(self.found)

    def take_over(
        self, meaning: Meaning, files: Mapping[str, bytes], manner: Mapping[str, object]
    ) -> None:
        """Look for the report on another question that means the same, and cache it for this one.

        `files` are those that the question was read from, `manner` is as for `rendering`.
        """
        from wheelcheck.result_cache.meaning import comparable_of

        known = self._look("meanings", self._meaning_key(meaning))
        comparable = comparable_of(known.comparable, meaning) if known else None
        if known is None or comparable is None or not comparable.answers(meaning):
            return
        text = comparable.rewritten(known.json, meaning)
        if text is None:
            return
        packed = known.packed if text == known.json else zlib.compress(text, 1)
        digests = {path: _digest(data) for path, data in files.items()}
        header = self._header((known.errors, known.fails), digests, known.names, known.pages)
        self._write("answers", self._key, header, packed)
        self.found = CachedReport(header, packed, text)
        self.fresh = self._is_fresh(self.found)
        self._take_over_rendering(known, self.found, manner, comparable.meaning.files)

    def _take_over_rendering(
        self,
        known: CachedReport,
        found: CachedReport,
        manner: Mapping[str, object],
        files: Sequence[str],
    ) -> None:
        """Take over how a report was written, where that has no place and no name of a file."""
        rendering = self._cache.get(
            "answers",
            self._rendering_key(known, manner, known.key),
            lambda data: Rendering.unpacked(data, known),
        )
        if rendering is None or rendering.output != known.json:
            return
        if any(file in rendering.complaints for file in files):
            return
        rendering = Rendering(found.json, rendering.complaints, rendering.code)
        key = self._rendering_key(found, manner, self._key)
        self._cache.put("answers", key, rendering.packed(found))

    def solving(self, requirements: Requirements) -> SolvingCache:
        """What the solver was answered under the options of this question, by earlier runs."""
        from wheelcheck.result_cache.solving_cache import SolvingCache

        return SolvingCache(
            self._cache,
            self._unnamed,
            requirements,
            made_of=self._made_of,
            offline=self._offline,
        )

    def _meaning_key(self, meaning: Meaning) -> str:
        return cache_key(json.dumps([self._unnamed, meaning.shape], sort_keys=True))

    def _look(self, kind: Kind, key: str) -> CachedReport | None:
        found = self._cache.get(kind, key, CachedReport.unpacked)
        if found is None or found.made_of != self._made_of:
            return None
        unchanged = all(_digest_of(path) == digest for path, digest in found.files.items())
        return found if unchanged else None

    def _is_fresh(self, found: CachedReport) -> bool:
        return all(
            stored_at == self._cache.stored_at("pages", key)
            and (self._offline or self._cache.is_fresh(stored_at, seconds))
            for key, (_, stored_at, seconds) in found.pages.items()
        )

    def revalidate(self, index: NetworkIndex, warnings: Sequence[str]) -> CachedReport | None:
        """The cached report, if all its pages are as they were and the index warns of nothing.

        `warnings` grows while the index is in use.
        """
        found = self.found
        if found is None:
            return None
        digests = {key: digest for key, (digest, _, _) in found.pages.items()}
        if not index.pages_unchanged(found.names, digests) or warnings:
            return None
        self._put(found.json, (found.errors, found.fails), found.files, index, found.packed)
        return found

    def rendering(self, manner: Mapping[str, object]) -> Rendering | None:
        """The cached report as it was written before in a `manner`; None where it was not.

        `manner` is all that decides how a report is written: format, width, policy and so on.
        """
        if self.found is None or not self.fresh:
            return None
        found = self.found
        return self._cache.get(
            "answers",
            self._rendering_key(found, manner, self._key),
            lambda data: Rendering.unpacked(data, found),
        )

    def store_rendering(self, manner: Mapping[str, object], rendering: Rendering) -> None:
        """Cache how the report was written, if the report itself is in the cache."""
        if self.found is not None and self.fresh:
            key = self._rendering_key(self.found, manner, self._key)
            self._cache.put("answers", key, rendering.packed(self.found))

    def _rendering_key(
        self, report: CachedReport, manner: Mapping[str, object], question: str
    ) -> str:
        parts = [question, self._made_of, _digest(report.packed), manner]
        return cache_key(json.dumps(parts, sort_keys=True))

    def store(
        self,
        report: bytes,
        outcome: tuple[int, bool],
        files: Mapping[str, bytes],
        index: NetworkIndex,
        comparable: Comparable | None = None,
    ) -> None:
        """Cache a report.

        `report` is the report as JSON; `outcome` are the number of problems that leave it
        incomplete, and whether the installation would fail; `files` are those it was made from;
        `index` knows which pages it looked at; `comparable` says what other questions it answers.
        """
        digests = {path: _digest(data) for path, data in files.items()}
        self._put(report, outcome, digests, index, zlib.compress(report, 1))
        if comparable and self.found:
            header = self._header(outcome, {}, self.found.names, self.found.pages)
            header |= {"comparable": comparable, "key": self._key}
            key = self._meaning_key(comparable.meaning)
            self._write("meanings", key, header, self.found.packed)
            self._cache.trim("meanings", MOST)

    def _put(
        self,
        report: bytes,
        outcome: tuple[int, bool],
        files: Mapping[str, str],
        index: NetworkIndex,
        packed: bytes,
    ) -> None:
        header = self._header(
            outcome, files, list(index.pages_used.names), dict(index.pages_used.pages)
        )
        self._write("answers", self._key, header, packed)
        self.found, self.fresh = CachedReport(header, packed, report), True
        self._cache.trim("answers", MOST)

    def _header(
        self,
        outcome: tuple[int, bool],
        files: Mapping[str, str],
        names: Sequence[str],
        pages: Mapping[str, tuple[str, int, float]],
    ) -> dict[str, object]:
        return {
            "made_of": self._made_of,
            "files": files,
            "names": names,
            "pages": pages,
            "errors": outcome[0],
            "fails": outcome[1],
        }

    def _write(self, kind: Kind, key: str, header: Mapping[str, object], packed: bytes) -> None:
        text = json.dumps(header).encode()
        size = len(text).to_bytes(_HEADER_BYTES, "big")
        self._cache.put(kind, key, size + text + packed)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _digest_of(path: str) -> str:
    try:
        # a pipe would be empty for its next reader
        return _digest(Path(path).read_bytes()) if Path(path).is_file() else ""
    except OSError:
        return ""


def _made_of() -> str:
    """The day, and the code with its tables: a report says what they say."""
    return f"{time.strftime('%Y-%m-%d', time.gmtime())} {code_version().hex()}"
