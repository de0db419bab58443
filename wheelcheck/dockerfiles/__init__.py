"""What would happen with this Dockerfile, and which one would do better?"""

from wheelcheck.dockerfiles.finding import Finding, StepBuilds
from wheelcheck.dockerfiles.judging import judge_stages

__all__ = ["Finding", "StepBuilds", "judge_stages"]
