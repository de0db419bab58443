"""If there is no wheel, what would happen? Evidence, needs and plan of a source build."""

from wheelcheck.builds.classify import judge_source_build
from wheelcheck.builds.evidence import Classification, Confidence, Evidence

__all__ = ["Classification", "Confidence", "Evidence", "judge_source_build"]
