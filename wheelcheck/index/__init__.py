"""What exists? The index, archives and the cache; the only place that talks to the network.

Light to import: what is heavy is imported when an index is opened, httpx when it is first asked.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wheelcheck.index.cache.cache_folder import CacheInfo
    from wheelcheck.index.client import NetworkIndex
    from wheelcheck.index.network.deadlines import RunClock
    from wheelcheck.requirements.requirement_set import IndexOptions

__all__ = [
    "DEFAULT_INDEX_URL",
    "cache_info",
    "clear_cache",
    "default_cache_dir",
    "fetch",
    "open_index",
]

DEFAULT_INDEX_URL = "https://pypi.org/simple/"


def _log(message: str) -> None:
    import logging

    logging.getLogger("wheelcheck").warning("%s", message)


@contextmanager
def open_index(
    options: IndexOptions | str = DEFAULT_INDEX_URL,
    *,
    cache_dir: str | Path | None,
    offline: bool = False,
    environ: Mapping[str, str] | None = None,
    warn: Callable[[str], None] = _log,
    contact: str = "",
    clock: RunClock | None = None,
) -> Iterator[NetworkIndex]:
    """Open the indexes that `options` name, as one; closing drops all requests under way.

    Indexes answer in HTML (PEP 503) or JSON (PEP 691), and are merged as pip merges them.

    Args:
        options: where files are looked for; a string is the URL of an index.
        cache_dir: the folder of the cache; ``"default"`` is the user's cache folder. None keeps
            nothing: a temporary directory serves this run.
        offline: ask nothing but the cache.
        environ: variables by which netrc is found (NETRC, HOME); None for none.
        warn: called, once each, with what costs speed or completeness, such as a cache that cannot
            be written; by default it is logged as a warning of the logger ``wheelcheck``.
        contact: an address for the operator of an index, sent with every request; "" for none.
        clock: when the run ends: after that nothing more is fetched. None for no end.

    Yields:
        The index, for `resolve` and `analyse`.

    Raises:
        UsageError: for `options` that are neither, and for a `cache_dir` that is no path.
        IndexUnreachable: when it is used, where no index answers.
    """
    from tempfile import TemporaryDirectory

    from wheelcheck.index.client import NetworkIndex

    with TemporaryDirectory(prefix="wheelcheck-", ignore_cleanup_errors=True) as scratch:
        index = NetworkIndex(
            _options(options),
            default_url=DEFAULT_INDEX_URL,
            cache_dir=Path(scratch) if cache_dir is None else _folder(cache_dir),
            offline=offline,
            environ=environ or {},
            warn=warn,
            contact=contact,
            clock=clock,
        )
        try:
            yield index
        finally:
            index.close()


def _options(given: IndexOptions | str) -> IndexOptions:
    from wheelcheck.errors import UsageError
    from wheelcheck.requirements.requirement_set import IndexOptions

    if isinstance(given, str):
        return IndexOptions(index_url=given)
    if not isinstance(given, IndexOptions):
        raise UsageError(f"open_index wants IndexOptions or the URL of an index, not {given!r}")
    return given


def _folder(given: str | Path) -> Path:
    """The cache's folder; raises `UsageError` for what is no path."""
    if given == "default":
        import os

        return default_cache_dir(os.environ)
    if isinstance(given, str | Path):
        return Path(given).expanduser()
    from wheelcheck.errors import UsageError

    raise UsageError(f"cache_dir wants a folder, or None for no cache, not {given!r}")


def fetch(url: str, *, environ: Mapping[str, str] | None = None) -> bytes:
    """The body of an http(s) URL, for requirement files that lie on the web.

    Credentials come from the URL or netrc, and go to their own host alone. Raises OSError, whose
    text has no credentials.
    """
    from wheelcheck.index.network.credentials import Credentials
    from wheelcheck.index.network.failures import FetchFailed
    from wheelcheck.index.network.http import Http

    http = Http(Credentials(environ or {}, _log))
    try:
        return http.get(url).body
    except FetchFailed as failure:
        raise OSError(failure.why) from failure
    finally:
        http.close()


def default_cache_dir(environ: Mapping[str, str]) -> Path:
    """Where the cache lies unless the user says otherwise: in the user's cache directory."""
    from wheelcheck.index.cache import disk

    return disk.default_cache_dir(environ)


def cache_info(directory: Path) -> CacheInfo:
    """What a cache directory holds: entries by kind, and bytes."""
    from wheelcheck.index.cache import cache_folder

    return cache_folder.cache_info(directory)


def clear_cache(directory: Path) -> CacheInfo:
    """Remove all entries of a cache and say what was there. Raises OSError."""
    from wheelcheck.index.cache import cache_folder

    return cache_folder.clear_cache(directory)
