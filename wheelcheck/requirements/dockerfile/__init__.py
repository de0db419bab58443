"""Dockerfiles: what they install, on which image, and what of it could not be followed."""

from wheelcheck.requirements.dockerfile.build_context import (
    BuildContext,
    EmptyContext,
    FolderContext,
)
from wheelcheck.requirements.dockerfile.model import (
    CopiedFolder,
    Dockerfile,
    InstallStep,
    LockInput,
    MadeFolder,
    PresentPackage,
    Stage,
    Unread,
    WheelSource,
)
from wheelcheck.requirements.dockerfile.reading import parse_dockerfile, read_dockerfile

__all__ = [
    "BuildContext",
    "CopiedFolder",
    "Dockerfile",
    "EmptyContext",
    "FolderContext",
    "InstallStep",
    "LockInput",
    "MadeFolder",
    "PresentPackage",
    "Stage",
    "Unread",
    "WheelSource",
    "parse_dockerfile",
    "read_dockerfile",
]
