"""What the page of a project says of it, and of the file that is taken, beside what is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Project, ProjectStatus, Sdist, Wheel
from wheelcheck.reports.values.report import Severity
from wheelcheck.resolution import Pin

__all__ = ["PlainPages", "file_problems", "late_upload", "page_problems", "status_problems"]

_LATE = timedelta(days=365)
"""Files of a release that are uploaded later than this after its first are remarked on: most come
within days, and wheels for a Python that was released since within months."""

PageProblem = tuple[str, str, Severity]
"""The code of a problem, its message, and how severe it is."""


class PlainPages:
    """Which pages say nothing that is reported, found out once for all targets of a run."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[tuple[NormalizedName, int], tuple[Wheel | Sdist | None, bool]] = {}
        self._releases: dict[tuple[NormalizedName, Version], _Release] = {}

    def are_plain_for(self, pin: Pin) -> bool:
        """Whether nothing is reported of the page of a pin, nor of its file there."""
        key = (pin.name, id(pin.file))  # beside which the file is kept
        known = self._known.get(key)
        if known is None:
            plain = self._is_plain(pin.file, self._index.project(pin.name))
            known = self._known[key] = (pin.file, plain)
        return known[1]

    def _is_plain(self, file: Wheel | Sdist | None, project: Project | Unknown) -> bool:
        if any(map(list, (status_problems(project), page_problems(project)))):
            return False
        if file is None or isinstance(project, Unknown):
            return True
        key = (project.name, file.version)
        release = self._releases.get(key)
        if release is None:
            release = self._releases[key] = _Release.of(project.files(file.version))
        if release.files.get(file.filename) is not file and any(file_problems(file, project)):
            return False
        return not _is_late(file, release.first)


class _Release(NamedTuple):
    """The files of a release by their names, those listed twice left out, and when it began."""

    files: Mapping[str, Wheel | Sdist]
    first: datetime | None

    @classmethod
    def of(cls, files: Sequence[Wheel | Sdist]) -> _Release:
        times = Counter(file.filename for file in files)
        alone = {file.filename: file for file in files if times[file.filename] == 1}
        return cls(alone, _first_upload(files))


def status_problems(project: Project | Unknown) -> Iterator[PageProblem]:
    """That a project is archived, say (PEP 792)."""
    if not isinstance(project, Unknown) and project.status is not ProjectStatus.ACTIVE:
        reason = f": {project.status_reason}" if project.status_reason else ""
        yield f"project-{project.status}", f"the project is {project.status}{reason}", "warning"


def file_problems(file: Wheel | Sdist | None, project: Project | Unknown) -> Iterator[PageProblem]:
    """Where a lock and the index disagree about what a file holds."""
    if file is None or isinstance(project, Unknown):
        return
    for other in project.files(file.version):
        if other.filename != file.filename or other is file:
            continue
        differ = {k for k in other.hashes.keys() & file.hashes if other.hashes[k] != file.hashes[k]}
        if differ:
            why = (
                f"the lock and the index list different hashes for {file.filename} "
                f"({', '.join(sorted(differ))}): an installer refuses a file that does not match"
            )
            yield "hash-differs", why, "error"
            return


def page_problems(project: Project | Unknown) -> Iterator[PageProblem]:
    """Entries of its page that cannot be read: there may be files that nobody sees."""
    unusable = () if isinstance(project, Unknown) else project.unusable
    malformed = [file for file in unusable if file.is_malformed]
    if not malformed:
        return
    first, severe = malformed[0], [file for file in malformed if file.ends_installers]
    message = f"on its page, {first.filename}: {first.reason}"
    if len(malformed) > 1:
        message += f", and {len(malformed) - 1:,} entries more"
    if severe:
        message += "; pip and uv end with an error there"
    yield "page-entry-malformed", message, "error" if severe else "warning"


def late_upload(file: Wheel | Sdist | None, project: Project | Unknown) -> Iterator[str]:
    """That a file came long after its release: it is not what those saw who took it before."""
    if file is None or file.upload_time is None or isinstance(project, Unknown):
        return
    first = _first_upload(project.files(file.version))
    if first is not None and _is_late(file, first):
        days = (file.upload_time - first).days
        yield (
            f"uploaded on {file.upload_time:%Y-%m-%d}, {days} days after the release's first file"
        )


def _first_upload(files: Iterable[Wheel | Sdist]) -> datetime | None:
    return min((file.upload_time for file in files if file.upload_time), default=None)


def _is_late(file: Wheel | Sdist, first: datetime | None) -> bool:
    uploaded = file.upload_time
    return first is not None and uploaded is not None and uploaded - first > _LATE
