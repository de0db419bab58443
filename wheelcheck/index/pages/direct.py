"""Files that are named by their URL instead of by name and version (direct references)."""

from __future__ import annotations

from urllib.parse import urldefrag

from packaging.utils import NormalizedName

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.index.network.urls import filename_of, fragment_hashes, split_credentials
from wheelcheck.index.pages.filenames import BadName, WheelName, parse_filename, project_of

__all__ = ["file_from_url"]


def file_from_url(url: str, name: NormalizedName | None = None) -> Wheel | Sdist | Unknown:
    """The wheel or sdist at a URL (https, http, file), by its file name.

    Credentials are left out, hashes come from the fragment. Code ``file-name-unreadable`` where
    the name does not tell project and version (``…/archive/main.zip``), or tells another project
    than `name`.
    """
    try:
        place, fragment = urldefrag(split_credentials(url)[0])
        filename = filename_of(place)
    except ValueError:
        return Unknown("file-name-unreadable", "the URL of a direct reference is malformed")
    project = name or project_of(filename)
    parsed = parse_filename(filename, project) if project else BadName("it names no project")
    if isinstance(parsed, BadName) or project is None:
        why = parsed.reason if isinstance(parsed, BadName) else ""
        return Unknown(
            "file-name-unreadable", f"the name of {filename or 'the file'} tells no version: {why}"
        )
    hashes = fragment_hashes(fragment)
    if isinstance(parsed, WheelName):
        return Wheel(
            filename=filename,
            url=place,
            name=project,
            version=parsed.version,
            hashes=hashes,
            origin=place,
            tag=parsed.tag,
            build=parsed.build,
        )
    return Sdist(
        filename=filename,
        url=place,
        name=project,
        version=parsed.version,
        hashes=hashes,
        origin=place,
    )
