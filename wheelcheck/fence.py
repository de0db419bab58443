"""A fence around each untrusted item: what goes wrong with it is `Unknown`, for that item alone.

Pages, files, metadata, markers, URLs, archives, lines and steps come from strangers, and no list of
exception types is long enough for what they hold. So whatever is raised while an item is handled
becomes a value. What was caught is counted: tests of honest input assert that there is nothing, so
a defect of our own still ends a test run. The traceback, without secrets, goes to the log
``wheelcheck.fence`` at level DEBUG.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from wheelcheck.errors import Unknown, WheelcheckError
from wheelcheck.redaction import redact

__all__ = ["Caught", "caught", "contain", "fenced", "recording"]

_T = TypeVar("_T")
_LONGEST = 200
"""Characters of an exception's own text that are shown."""


class Caught(NamedTuple):
    """An exception that was turned into an `Unknown`."""

    what: str
    error: Exception


_lock = threading.Lock()
_number = 0
_recorders: list[list[Caught]] = []


def caught() -> int:
    """How many exceptions have been caught in this process."""
    return _number


@contextmanager
def recording() -> Iterator[list[Caught]]:
    """Gather what is caught meanwhile, in all threads."""
    found: list[Caught] = []
    with _lock:
        _recorders.append(found)
    try:
        yield found
    finally:
        with _lock:
            _recorders[:] = [each for each in _recorders if each is not found]


def contain(error: Exception, what: str, code: str) -> Unknown:
    """What an exception means that was raised while `what` was handled.

    Raises it again where it is an answer of ours to the caller (`WheelcheckError`).
    """
    if isinstance(error, WheelcheckError):
        raise error
    global _number  # noqa: PLW0603 (a counter of the process)
    with _lock:
        _number += 1
        for each in _recorders:
            each.append(Caught(what, error))
    _log(error)
    return Unknown(code, f"{redact(what)} cannot be handled ({_text_of(error)})")


def fenced(what: str, code: str, handle: Callable[[], _T]) -> _T | Unknown:
    """What `handle` returns, or an `Unknown` with this code where it raises anything."""
    try:
        return handle()
    except Exception as error:  # noqa: BLE001 (that is what the fence is for)
        return contain(error, what, code)


def _log(error: Exception) -> None:
    import logging  # both take longer than most runs need them
    import traceback

    log = logging.getLogger("wheelcheck.fence")
    if log.isEnabledFor(logging.DEBUG):
        log.debug("%s", redact("".join(traceback.format_exception(error))))


def _text_of(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    text = redact(lines[0])[:_LONGEST] if lines else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
