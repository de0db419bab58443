"""Does it come as a wheel? A verdict, with its reason, for every pin on every target."""

from wheelcheck.coverage.judgement import Judgement, judge, nearest_first
from wheelcheck.coverage.lost_wheels import Releases, lost_wheel
from wheelcheck.coverage.newer_release import NewerReleases
from wheelcheck.coverage.verdict import Verdict

__all__ = [
    "Judgement",
    "NewerReleases",
    "Releases",
    "Verdict",
    "judge",
    "lost_wheel",
    "nearest_first",
]
