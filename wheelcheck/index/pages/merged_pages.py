"""What several indexes say about one project, together."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.utils import NormalizedName

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.fence import contain
from wheelcheck.index.interface import Project, ProjectStatus
from wheelcheck.index.pages.index_page import FilesOfProject, IndexPage
from wheelcheck.index.pages.page_sources import Source

__all__ = ["answer_of", "failures_among", "merged", "open_pages", "silence_of"]

Answer = IndexPage | Unknown | IndexUnreachable | None


def answer_of(source: Source, name: NormalizedName) -> Answer:
    """What a source says; its silence is a value here, since another one may answer."""
    try:
        return source.page(name)
    except IndexUnreachable as failure:
        return failure
    except Exception as error:  # noqa: BLE001 (of this page alone)
        return contain(error, f"the page of {name}", "index-malformed")


def failures_among(answers: Sequence[Answer]) -> dict[int, Unknown]:
    """What went wrong, by the place of the source that failed."""
    return {
        place: answer if isinstance(answer, Unknown) else Unknown("index-error", str(answer))
        for place, answer in enumerate(answers)
        if isinstance(answer, Unknown | IndexUnreachable)
    }


def silence_of(answers: Sequence[Answer], of_indexes: Sequence[Answer]) -> IndexUnreachable | None:
    """The last source that did not answer, where no index did."""
    silent = [answer for answer in answers if isinstance(answer, IndexUnreachable)]
    if silent and all(isinstance(answer, IndexUnreachable) for answer in of_indexes):
        return silent[-1]
    return None


def open_pages(pages: Sequence[IndexPage]) -> list[IndexPage]:
    """The pages that offer files."""
    return [page for page in pages if page.status is not ProjectStatus.QUARANTINED]


def merged(pages: Sequence[IndexPage], untold: Unknown | None) -> Project | Unknown:
    """Files of all pages together; PEP 792: a quarantined project offers none."""
    found = open_pages(pages)
    if found:
        return FilesOfProject(found, untold)
    reason = pages[0].status_reason
    text = f"{pages[0].name} is quarantined: nobody can install it"
    return Unknown("project-quarantined", f"{text} ({reason})" if reason else text)
