"""What it means where a request fails, and what the user may do about it."""

from __future__ import annotations

import time

from wheelcheck.redaction import redact

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing httpx takes longer than answering from the cache
    import httpx

__all__ = ["FetchFailed", "NoAnswer", "connection_failure", "shortened", "status_failure"]

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_NOT_FOUND = frozenset({404, 410})
_FORBIDDEN = frozenset({401, 403, 407})
_ADVICE = {
    401: "it wants a name and a password: put them into ~/.netrc, into a keyring "
    "(keyring set HOST USER) or into the URL of the index",
    403: "it does not let you in; other credentials may do, from ~/.netrc, a keyring or the URL",
    407: "the proxy wants a name and a password: put them into HTTPS_PROXY",
}


class FetchFailed(Exception):  # noqa: N818 (says what happened)
    """No answer to a request.

    `status` is that of the answer, if there was one. `unreachable` says that the host has not
    answered any request, `out_of_time` that it took too long; another attempt may help where
    `transient` is set.
    """

    def __init__(
        self,
        why: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        unreachable: bool = False,
        out_of_time: bool = False,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.retry_after = retry_after
        self.unreachable = unreachable
        self.out_of_time = out_of_time
        self.transient = status in _TRANSIENT

    @property
    def not_found(self) -> bool:
        """The host says that there is nothing there."""
        return self.status in _NOT_FOUND

    @property
    def forbidden(self) -> bool:
        """The host wants (other) credentials."""
        return self.status in _FORBIDDEN


class NoAnswer(FetchFailed):
    """The connection failed: worth another attempt."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.transient = True


def status_failure(status: int, retry_after: str | None) -> FetchFailed:
    """What an answer with this status means, and this Retry-After."""
    advice = f": {_ADVICE[status]}" if status in _ADVICE else ""
    why = f"HTTP status {status}{advice}"
    return FetchFailed(why, status=status, retry_after=_seconds(retry_after))


def _seconds(retry_after: str | None) -> float | None:
    """Seconds that a server asks to wait: a number, or the time until an HTTP date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after[:20])
    import email.utils

    try:
        return email.utils.parsedate_to_datetime(retry_after[:100]).timestamp() - time.time()
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        return None


def connection_failure(error: httpx.TransportError) -> FetchFailed:
    """What a connection that failed means."""
    import ssl

    import httpx

    from wheelcheck.index.network.connections import ProxyUnusable

    if isinstance(error, ProxyUnusable):
        return FetchFailed(str(error), unreachable=True)
    if isinstance(error, httpx.UnsupportedProtocol):
        return FetchFailed("its URL is neither http nor https", unreachable=True)
    cause: BaseException | None = error
    seen: set[int] = set()  # an error that is raised again may lead back to itself
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = f"its certificate is not trusted ({cause.verify_message})"
            return FetchFailed(why, unreachable=True)
        cause = cause.__cause__ or cause.__context__
    return NoAnswer(shortened(error))


def shortened(error: Exception) -> str:
    """What an error says, without secrets."""
    return redact(str(error))[:200] or type(error).__name__
