"""One requirement, as pip's command line and requirement files spell it, to what can be judged.

Judged are names with specifiers and direct references to a wheel or an sdist. A checkout, an
editable or a local project is left as `NotJudged`; what pip itself refuses raises `InvalidLine`.
Follows pip 26.3, `_internal/req/constructors.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    NormalizedName,
    canonicalize_name,
)

from wheelcheck.errors import Unknown
from wheelcheck.regular_files import is_folder, is_regular, is_there
from wheelcheck.requirements.pip.direct_reference import DirectReference
from wheelcheck.requirements.pip.legacy_requirements import readable_requirement
from wheelcheck.requirements.pip.pip_syntax import InvalidLine, is_archive, is_url, is_vcs
from wheelcheck.requirements.pip.reference_names import (
    absolute_path,
    check_installable,
    editable_url,
    egg_name,
    first_line,
    named_project,
    path_of_url,
    project_of,
    split_extras,
)

__all__ = ["Judged", "LocalFolder", "NotJudged", "parse_editable", "parse_requirement", "refer"]

_OPERATORS = ("~=", "==", "!=", "<=", ">=", "<", ">")
_FRAGMENT_HASH = re.compile(r"[#&](sha512|sha384|sha256|sha224|sha1|md5)=([^&]*)")
_EXTRAS_BEHIND = re.compile(r"[<>=!~][^;]*\[")
_LEGACY_PIN = re.compile(r"={2,3}\s*[^\s,;()]*[^\d.\s,;()*]")


class Judged(Struct, frozen=True):
    """A requirement that an index or a single file can answer.

    `named` tells whether the text itself names the project, as a constraint must: an sdist's
    file name does not count. `hashes` are those of the URL's fragment. `invalid` says what
    PEP 440 forbids in it: pip before 24.1 reads it as `requirement` says.
    """

    requirement: Requirement
    hashes: frozenset[str] = frozenset()
    named: bool = True
    invalid: str = ""


class LocalFolder(Struct, frozen=True):
    """The folder of a project on this machine, and which of its extras are wanted."""

    path: Path
    extras: frozenset[str] = frozenset()


class NotJudged(Struct, frozen=True):
    """Something pip would build from a checkout or a directory: `folder`, if it is one."""

    why: Unknown
    name: NormalizedName | None = None
    marker: Marker | None = None
    folder: LocalFolder | None = None


Shown = Callable[[str], str]
"""How a part of the text is shown to people: without secrets."""


def parse_requirement(text: str, shown: Shown) -> Judged | NotJudged:
    """Read a requirement: a PEP 508 string, a URL, or a path relative to the working directory.

    Raises InvalidLine where pip refuses it.
    """
    body, marker = _split_marker(text)
    if is_url(body):
        return refer(body, None, shown, marker=marker)
    path, extras = split_extras(body)
    path = os.path.normpath(path)
    if _is_path(path, body):
        written = body.rpartition("[")[0].rstrip() if extras else body
        return refer(absolute_path(path).as_uri(), None, lambda _: shown(written), extras, marker)
    try:
        requirement = _pep508(body)
    except InvalidLine as error:
        legacy = _legacy(body, marker, str(error))
        if legacy is None:
            raise
        return legacy
    if requirement.url is not None:
        # pip lets brackets behind the URL stand for those before the @.
        extras = extras or frozenset(requirement.extras)
        return refer(requirement.url, requirement.name, shown, extras, marker)
    requirement.marker = marker
    return Judged(requirement)


def _legacy(body: str, marker: Marker | None, why: str) -> Judged | NotJudged | None:
    """A requirement that pip before 24.1 reads; None where no pip does."""
    readable = None if _EXTRAS_BEHIND.search(body) else readable_requirement(body)
    if readable is None:
        return None
    requirement = Requirement(readable)
    if _LEGACY_PIN.search(body):
        return _not_judged("legacy-version", why, requirement.name, marker)
    requirement.marker = marker
    return Judged(requirement, invalid=why)


def parse_editable(text: str) -> NotJudged:
    """Read what follows ``-e``; raises InvalidLine unless it is a local project or a checkout."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        requirement = None
    if requirement is not None and requirement.url is not None:
        name, url, marker = requirement.name, requirement.url, requirement.marker
        extras = frozenset(requirement.extras)
    else:
        name, url, marker = None, editable_url(text), None
        extras = split_extras(text)[1]
    why = _unreadable(url)
    if why:
        return _not_judged("requirement-unreadable", why, name, None)
    name = name or egg_name(url)
    scheme = urlsplit(url).scheme
    if scheme == "file":
        check_installable(path_of_url(url))
    elif not is_vcs(scheme):
        raise InvalidLine(_no_editable(url))
    elif not name:
        raise InvalidLine("the project's name is missing: write NAME @ URL")
    kind = "a local project" if scheme == "file" else "a checkout"
    unknown = Unknown("editable-requirement", f"installed from {kind}, in editable mode")
    folder = LocalFolder(path_of_url(url), extras) if scheme == "file" else None
    return NotJudged(unknown, canonicalize_name(name) if name else None, marker, folder)


def refer(
    url: str,
    name: str | None,
    shown: Shown,
    extras: frozenset[str] = frozenset(),
    marker: Marker | None = None,
) -> Judged | NotJudged:
    """Judge a direct reference by its URL; `name` is what stands before ``@``, if anything.

    Raises InvalidLine where the URL leads to nothing that pip can install.
    """
    why = _unreadable(url)
    if why:
        return _not_judged("requirement-unreadable", why, name, None)
    scheme = urlsplit(url).scheme
    known = name or egg_name(url)
    location = url
    if is_vcs(scheme):
        tool = scheme.partition("+")[0]
        return _not_judged("vcs-requirement", f"built from a checkout ({tool})", known, marker)
    if scheme == "file":
        path = path_of_url(url)
        unjudged = _unjudged_path(path, name, known, marker, extras)
        if unjudged is not None:
            return unjudged
        _, mark, fragment = url.partition("#")
        location = path.as_uri() + mark + fragment
    elif (unjudged := _unjudged_url(url, name, known, marker, extras)) is not None:
        return unjudged
    project, named = named_project(location, name)
    if project is None:
        why = "nothing tells the project's name before it is built"
        return _not_judged("unnamed-archive", why, None, marker)
    found = _FRAGMENT_HASH.search(location)
    hashes = frozenset({f"{found[1]}:{found[2]}"} if found else ())
    reference = DirectReference.to(
        project, location, shown=shown(url), extras=extras, marker=marker
    )
    return Judged(reference, hashes, named)


def _unjudged_url(
    url: str, name: str | None, known: str | None, marker: Marker | None, extras: frozenset[str]
) -> NotJudged | None:
    """What is at no URL that pip reads; None for one of http or https.

    Raises InvalidLine for what uv does not read either.
    """
    scheme = urlsplit(url).scheme
    if scheme in {"http", "https"}:
        malformed = _malformed(url)
        return _not_judged("url-malformed", malformed, known, marker) if malformed else None
    if scheme or not name:
        raise InvalidLine(f"pip downloads over http and https, not from {scheme or 'a bare path'}")
    why = Unknown("bare-path", "it names a bare path, from which uv installs and pip does not")
    path = absolute_path(url)
    folder = LocalFolder(path, extras) if is_folder(path) else None
    return NotJudged(why, canonicalize_name(name), marker, folder)


def _unjudged_path(
    path: Path, name: str | None, known: str | None, marker: Marker | None, extras: frozenset[str]
) -> NotJudged | None:
    """What a path is that is no file; None for a file."""
    if is_folder(path):
        if name is None:
            check_installable(path)
        unknown = Unknown("local-project", "built from a directory")
        project = canonicalize_name(known) if known else None
        return NotJudged(unknown, project, marker, LocalFolder(path, extras))
    if is_regular(path):
        return None
    why = "there is no such file" if not is_there(path) else "it is not a regular file"
    return _not_judged(
        "file-not-there", f"{why}: {path.name}", known or project_of(path.name), marker
    )


def _unreadable(url: str) -> str:
    """Why a URL cannot be split into its parts; "" where it can."""
    try:
        urlsplit(url)
    except ValueError as error:
        return f"its URL cannot be read ({first_line(error)})"
    return ""


def _malformed(url: str) -> str:
    """What keeps a URL of http or https from being one; "" where nothing does."""
    parts = urlsplit(url)
    if not parts.hostname:
        return "its URL has no host"
    try:
        parts.port  # noqa: B018 (urlsplit reads it when it is wanted)
    except ValueError:
        return "the port in its URL is no number up to 65535"
    return ""


def _not_judged(code: str, why: str, name: str | None, marker: Marker | None) -> NotJudged:
    return NotJudged(Unknown(code, why), canonicalize_name(name) if name else None, marker)


def _split_marker(text: str) -> tuple[str, Marker | None]:
    # A URL may hold a semicolon, so there the marker's one needs a space behind it.
    body, _, marker = text.partition("; " if is_url(text) else ";")
    if not marker.strip():
        return body.strip(), None
    try:
        return body.strip(), Marker(marker.strip())
    except InvalidMarker as error:
        raise InvalidLine(first_line(error)) from error


def _is_path(path: str, body: str) -> bool:
    """Whether pip takes the text for a path rather than for a name."""
    if _looks_like_path(body) and is_folder(path):
        return True
    if not is_archive(path):
        return False
    before, at, _ = body.partition("@")
    return is_regular(path) or not at or _looks_like_path(before)


def _looks_like_path(text: str) -> bool:
    return "/" in text or text.startswith(".")


def _pep508(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        why = first_line(error)
        if "/" in text:
            why += "; it looks like a path, but there is no such project or archive"
        elif "=" in text and not any(operator in text for operator in _OPERATORS):
            why += "; = is no operator, did you mean == ?"
        raise InvalidLine(why) from error


def _no_editable(url: str) -> str:
    if "://" in url:
        return "an editable requirement is a local project's directory or a VCS URL"
    return "there is no such directory"
