"""What would happen with this Dockerfile, and which one would do better?"""

from wheelcheck.dockerfiles.another_image import with_images
from wheelcheck.dockerfiles.correcting import correct
from wheelcheck.dockerfiles.editing import Correction
from wheelcheck.dockerfiles.emitting import PipInputs, emit_dockerfile
from wheelcheck.dockerfiles.finding import Finding, StepBuilds
from wheelcheck.dockerfiles.judging import judge_stages

__all__ = [
    "Correction",
    "Finding",
    "PipInputs",
    "StepBuilds",
    "correct",
    "emit_dockerfile",
    "judge_stages",
    "with_images",
]
