"""Files that are named by their URL instead of by name and version (direct references)."""

from __future__ import annotations

from urllib.parse import unquote, urldefrag

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.index.network.urls import (
    filename_of,
    fragment_hashes,
    local_path,
    split_credentials,
)
from wheelcheck.index.pages.filenames import (
    BadName,
    WheelName,
    parse_filename,
    parse_version,
    project_of,
)
from wheelcheck.regular_files import is_folder

__all__ = ["file_from_url"]


def file_from_url(url: str, name: NormalizedName | None = None) -> Wheel | Sdist | Unknown:
    """The wheel or sdist at a URL (https, http, file), by its file name.

    A folder is the sdist that its project would make; the fragment ``egg=NAME-VERSION`` tells
    what its name does not, as in setuptools' ``dependency_links``, ``without=NAME`` what in it is
    no part of the project, and ``may-differ`` that what is built may have other files.

    Credentials are left out, hashes come from the fragment. Code ``file-name-unreadable`` where
    the name does not tell project and version (``…/archive/main.zip``), or tells another project
    than `name`.
    """
    try:
        place, fragment = urldefrag(split_credentials(url)[0])
        filename = filename_of(place)
    except ValueError:
        return Unknown("file-name-unreadable", "the URL of a direct reference is malformed")
    if is_folder(local_path(place) or ""):
        return _in_folder(place, fragment)
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


def _in_folder(place: str, fragment: str) -> Sdist | Unknown:
    stated, *hidden = fragment.removeprefix("egg=").split("&without=")
    label, _, changed = stated.partition("&")
    project, _, version = label.rpartition("-")
    parsed = parse_version(version)
    if not project or parsed is None:
        return Unknown("file-name-unreadable", "nothing tells the version of the project there")
    name = canonicalize_name(project)
    without = tuple(map(unquote, hidden))
    return Sdist(
        label,
        place,
        name,
        parsed,
        size=0,
        origin=place,
        in_folder=True,
        without=without,
        may_differ=changed == "may-differ",
    )
