"""What one survey asks: targets, day, which releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from wheelcheck.survey.releases.survey_releases import MISSING, FileRows, Flags, Releases
from wheelcheck.survey.schema import SCHEMA_VERSION
from wheelcheck.targets import Target

__all__ = ["SurveySettings"]


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """The question about every project.

    `day` dates the rows. Files uploaded at `exclude_newer` or later do not count; None counts all.
    With `each_release` every release is judged that was first uploaded at `since` or later (None:
    at any time), else the latest of each project. `read_sdists` opens the sdists of what would be
    built from source; without it the wheels beside them decide.
    """

    targets: tuple[Target, ...]
    day: date
    exclude_newer: datetime | None = None
    each_release: bool = False
    since: datetime | None = None
    read_sdists: bool = False

    @property
    def needs_times(self) -> bool:
        """Whether the question cannot be answered without upload times."""
        return self.exclude_newer is not None or self.since is not None

    def old_enough(self, files: FileRows) -> FileRows:
        """The files that had been uploaded before the bound; those without a time are left out."""
        if self.exclude_newer is None:
            return files
        times = files.upload_times
        return files.filtered((times < _microseconds(self.exclude_newer)) & (times != MISSING))

    def selected(self, releases: Releases) -> Flags:
        """Which releases become rows."""
        if not self.each_release:
            return releases.latest
        if self.since is None:
            return np.ones(len(releases), dtype=np.bool_)
        return releases.uploaded >= _microseconds(self.since)

    def as_json(self) -> dict[str, object]:
        """For the manifest: a second start must ask the same."""
        return {
            "schema": SCHEMA_VERSION,
            "day": self.day.isoformat(),
            "targets": [target.name for target in self.targets],
            "exclude_newer": self.exclude_newer and self.exclude_newer.isoformat(),
            "each_release": self.each_release,
            "since": self.since and self.since.isoformat(),
            "read_sdists": self.read_sdists,
        }


def _microseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
