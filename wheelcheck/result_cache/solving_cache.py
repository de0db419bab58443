"""What the solver was answered by an earlier run, as long as the pages that it rests on are so.

An answer follows from the options of the question, the code with its tables, the day, and the pages
of the index; it does not follow from the lines of the requirement file. So a run on other lines
with the same options takes it over, where every page is what it was.
"""

from __future__ import annotations

import json
from typing import Any

from wheelcheck.index.cache.disk import Cache, cache_key
from wheelcheck.index.pages.pages_used import PageState
from wheelcheck.requirements.requirement_set import Requirements
from wheelcheck.result_cache.meaning import spelled_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelcheck.index.client import NetworkIndex

__all__ = ["SolvingCache"]

MOST = 20
"""Sets of options whose answers are stored, the newest of them: one takes about a megabyte."""

_HEADER_BYTES = 4


class SolvingCache:
    """The answers for one set of options; `made_of` is the day and the mark of the code."""

    def __init__(
        self,
        cache: Cache,
        options: object,
        requirements: Requirements,
        *,
        made_of: object,
        offline: bool,
    ) -> None:
        policy, index = spelled_out(requirements.policy), spelled_out(requirements.index)
        self._cache = cache
        self._key = cache_key(json.dumps([options, policy, index], sort_keys=True))
        self._made_of = made_of
        self._offline = offline

    def load(self, index: NetworkIndex) -> bytes | None:
        """What was stored, if it still holds; then `index` counts its pages as looked at."""
        found = self._cache.get("solving", self._key, _unpacked)
        if found is None:
            return None
        header, data = found
        pages = {key: PageState(*state) for key, state in header["pages"].items()}
        if header["made_of"] != self._made_of or not self._are_fresh(pages):
            return None
        index.pages_used.names.update(dict.fromkeys(header["names"]))
        index.pages_used.pages.update(pages)
        return data

    def _are_fresh(self, pages: Mapping[str, PageState]) -> bool:
        return all(
            page.stored_at == self._cache.stored_at("pages", key)
            and (self._offline or self._cache.is_fresh(page.stored_at, page.fresh_seconds))
            for key, page in pages.items()
        )

    def store(self, data: bytes, index: NetworkIndex) -> None:
        """Store answers that rest on the pages which `index` has looked at."""
        used = index.pages_used
        header = {"made_of": self._made_of, "names": [*used.names], "pages": used.pages}
        text = json.dumps(header).encode()
        size = len(text).to_bytes(_HEADER_BYTES, "big")
        self._cache.put("solving", self._key, size, text, data)
        self._cache.trim("solving", MOST)


def _unpacked(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and answers. Raises ValueError for anything else."""
    end = _HEADER_BYTES + int.from_bytes(data[:_HEADER_BYTES], "big")
    header = json.loads(data[_HEADER_BYTES:end])
    if not isinstance(header, dict) or not header.keys() >= {"made_of", "names", "pages"}:
        raise ValueError(data[:_HEADER_BYTES])
    return header, data[end:]
