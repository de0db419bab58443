"""An answer given once is given again while nothing that it was made from has changed.

What a report is made from: the words of the question, the files that were read for it, the pages of
the index, the day, and the code itself with its tables. All are listed beside the kept report; it
counts only where every one of them is found unchanged. Facts of single files are not listed: they
never change. What cannot be looked at again (standard input, environment variables, a local
project, a host that did not answer) is never part of a kept answer.

Importing this must stay cheap: a command that is repeated is answered before anything else of
wheelcheck is imported.
"""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from pathlib import Path

from wheelcheck.index.cache import Cache, cache_key
from wheelcheck.index.code_mark import code_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelcheck.analysis.question import OpenQuestion
    from wheelcheck.index.client import NetworkIndex
    from wheelcheck.reports.model import Report

__all__ = ["Keeper", "KeptAnswer"]

MOST = 100
"""Answers that are kept, the newest of them: one takes up to some hundred kB."""

_HEADER_BYTES = 4


class KeptAnswer:
    """A report with what it was made from.

    `pages` has for each page its digest, when it was stored (ns) and for how long it is fresh (s).
    """

    def __init__(self, header: Mapping[str, object], packed: bytes) -> None:
        self.made_of = header["made_of"]
        self.files: dict[str, str] = header["files"]  # type: ignore[assignment]
        self.names: list[str] = header["names"]  # type: ignore[assignment]
        self.pages: dict[str, tuple[str, int, float]] = header["pages"]  # type: ignore[assignment]
        self.errors: int = header["errors"]  # type: ignore[assignment]
        self.packed = packed

    @classmethod
    def unpacked(cls, data: bytes) -> KeptAnswer:
        """Read a kept answer; raises ValueError where it is none."""
        end = _HEADER_BYTES + int.from_bytes(data[:_HEADER_BYTES], "big")
        try:
            return cls(json.loads(data[_HEADER_BYTES:end]), data[end:])
        except KeyError as error:
            raise ValueError(data[:_HEADER_BYTES]) from error

    @property
    def json(self) -> bytes:
        """The report as ``--format json`` writes it."""
        return zlib.decompress(self.packed)

    @property
    def report(self) -> Report:
        """The report itself."""
        from wheelcheck.reports.model import Report

        return Report.model_validate_json(self.json)


class Keeper:
    """Keeps the answer to one question.

    `words` are the whole question, options and working folder included; `root` is the cache folder.
    What was kept is looked up at once: `found` is that answer if all but the index's pages is as it
    was, and `fresh` says that these need not be asked for again either.
    """

    def __init__(self, root: Path, words: object, *, offline: bool) -> None:
        self._cache = Cache(root, lambda _: None)  # who opens the index is told what is wrong
        self._key = cache_key(json.dumps(words, sort_keys=True))
        self._made_of = _made_of()
        self.found = self._look()
        self.fresh = self.found is not None and self._is_fresh(self.found, offline=offline)

    def _look(self) -> KeptAnswer | None:
        found = self._cache.get("answers", self._key, KeptAnswer.unpacked)
        if found is None or found.made_of != self._made_of:
            return None
        unchanged = all(_digest_of(path) == digest for path, digest in found.files.items())
        return found if unchanged else None

    def _is_fresh(self, found: KeptAnswer, *, offline: bool) -> bool:
        return all(
            stored_at == self._cache.stored_at("pages", key)
            and (offline or self._cache.is_fresh(stored_at, seconds))
            for key, (_, stored_at, seconds) in found.pages.items()
        )

    def again(self, opened: OpenQuestion) -> Report | None:
        """The kept report, if the index says that all its pages are as they were."""
        found = self.found
        if found is None:
            return None
        digests = {key: digest for key, (digest, _, _) in found.pages.items()}
        if opened.index.still_told(found.names, digests) and not opened.heard:
            self._put(found.packed, found.errors, found.files, opened.index)
            return found.report
        return None

    def keep(self, report: Report, opened: OpenQuestion) -> None:
        """Keep a report, unless something it was made from cannot be looked at again."""
        files = {path: _digest(data) for path, data in opened.files.items() if data is not None}
        if _repeatable(opened) and len(files) == len(opened.files):
            from wheelcheck.reports.json_form import render_json

            packed = zlib.compress(render_json(report), 1)
            errors = sum(problem.severity == "error" for problem in report.problems)
            self._put(packed, errors, files, opened.index)

    def _put(
        self, packed: bytes, errors: int, files: Mapping[str, str], index: NetworkIndex
    ) -> None:
        header = {
            "made_of": self._made_of,
            "files": files,
            "names": list(index.consulted.names),
            "pages": dict(index.consulted.pages),
            "errors": errors,
        }
        told = json.dumps(header).encode()
        size = len(told).to_bytes(_HEADER_BYTES, "big")
        self._cache.put("answers", self._key, size + told + packed)
        self._cache.trim("answers", MOST)


def _repeatable(opened: OpenQuestion) -> bool:
    """Whether looking at the same files and pages again tells the same."""
    local = any(
        (line.requirement.url or "").lower().startswith("file:") for line in opened.asked.lines
    ) or any(line.why.code == "local-project" for line in opened.asked.skipped)
    variables = any(b"${" in data for data in opened.files.values() if data is not None)
    return opened.index.consulted.repeatable and not (opened.heard or local or variables)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _digest_of(path: str) -> str:
    try:
        # a pipe would be empty for whoever reads it next
        return _digest(Path(path).read_bytes()) if Path(path).is_file() else ""
    except OSError:
        return ""


def _made_of() -> str:
    """The day, and the code with its tables: a report says what they say."""
    return f"{time.strftime('%Y-%m-%d', time.gmtime())} {code_mark().hex()}"
