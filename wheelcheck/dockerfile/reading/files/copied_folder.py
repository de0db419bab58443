"""What is left, in an image, of a folder that was copied from the build context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from wheelcheck.dockerfile.reading.files.image_files import (
    FromContext,
    ImageFiles,
    Placed,
    origin_at,
)
from wheelcheck.dockerfile.reading.files.image_paths import matches_exclusion

__all__ = ["names_left"]


def names_left(
    files: ImageFiles, folder: str, source: str, names: Iterable[str]
) -> list[str] | None:
    """Which of the names right in a copied folder are still there.

    Args:
        files: the files of the image.
        folder: an absolute path, where the folder `source` of the build context was copied.
        source: its path in the build context.
        names: those that it has there.

    Returns:
        None where anything else was done to the folder: files added, changed, or removed further
        down.
    """
    below = f"{folder.rstrip('/')}/"
    gone = {path.removeprefix(below) for path in files.removed if path.startswith(below)}
    changed = any(path.startswith(below) for path, _ in files.changed)
    if changed or any(_adds(placed, folder, source) for placed in files.placed):
        return None
    if any("/" in path or "*" in path for path in gone):
        return None
    excluded = _exclusions(files, folder)
    paths = {name: posixpath.join(source, name) for name in names if name not in gone}
    return [
        name
        for name, path in paths.items()
        if not any(matches_exclusion(path, each) for each in excluded)
    ]


def _exclusions(files: ImageFiles, folder: str) -> set[str]:
    """The patterns of what was left out where a folder was copied."""
    origins = (origin_at(placed, folder) for placed in files.placed)
    return {
        each for origin in origins if isinstance(origin, FromContext) for each in origin.excluded
    }


def _adds(placed: Placed, folder: str, source: str) -> bool:
    """Whether something was placed in a folder that does not come from the same place below."""
    below = f"{folder.rstrip('/')}/"
    inside = placed.inside and placed.path == folder
    if not (inside or placed.path.startswith(below)):
        return False
    if not isinstance(placed.origin, FromContext):
        return True
    came = posixpath.normpath(placed.origin.path)
    if inside:
        return posixpath.dirname(came) != source.removeprefix(".")
    return came != posixpath.normpath(posixpath.join(source, placed.path.removeprefix(below)))
