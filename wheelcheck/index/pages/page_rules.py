"""What pages of the Simple API have in common, be they JSON or HTML."""

from __future__ import annotations

from wheelcheck.index.interface import ProjectStatus
from wheelcheck.index.network.urls import origin_of

__all__ = ["MalformedPage", "check_version", "followed", "known_status"]

_FROM_THE_NETWORK = ("https://", "http://")


class MalformedPage(ValueError):  # noqa: N818 (named for what it is)
    """A page that is no page of the Simple API version 1; the message says why."""


def check_version(text: str) -> None:
    """PEP 629: a client must not read a page with a major version it does not know."""
    if text.partition(".")[0] != "1":
        raise MalformedPage(f"it speaks version {text} of the Simple API, not 1")


def known_status(text: str) -> ProjectStatus:
    """A status of a later specification says nothing to us: the project's files are judged."""
    return ProjectStatus(text) if text in set(ProjectStatus) else ProjectStatus.ACTIVE


def followed(page_url: str, url: str) -> str:
    """Raises ValueError where it is malformed, or where a page from the network names a file."""
    if not url.lower().startswith(_FROM_THE_NETWORK) and not page_url.startswith("file:"):
        raise ValueError("neither http nor https")
    origin_of(url)
    return url
