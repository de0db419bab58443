"""Core metadata: what a file depends on, read and never run.

Sources: the core metadata specification (PEP 566, 643), PEP 621 for ``[project]`` tables, and for
old source archives the ``requires.txt`` that setuptools writes into egg-info.

How sure an answer is, by `CoreMetadata.found_in`:

- ``pep658`` and ``wheel``: what an installer reads too.
- ``sdist-pkg-info``: metadata 2.2 or later that does not call its dependencies dynamic; the build
  must give the same (PEP 643).
- ``sdist-pyproject``: a static ``[project]`` table; the build must give the same (PEP 621).
- ``sdist-egg-info``: what setuptools computed on the maintainer's machine when the sdist was made.
  A setup.py that looks at its surroundings may compute something else on another machine.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

import msgspec
from packaging.utils import canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing, CoreMetadata, DistributionFile, Sdist, Wheel
from wheelcheck.index.pages.filenames import parse_version

__all__ = ["has_metadata", "metadata_paths", "parse_metadata", "sdist_metadata", "wheel_metadata"]

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_SDIST_TEXT = re.compile(
    r"[^/]+/(PKG-INFO|pyproject\.toml|([^/]+/){0,3}[^/]+\.egg-info/(PKG-INFO|requires\.txt))"
)
_ENDINGS = ("METADATA", "PKG-INFO", "pyproject.toml", "requires.txt")
_FIELD = re.compile(r"([!-9;-~]+):(.*)", re.DOTALL)
_LIBRARIES = re.compile(
    r"""(?mx) ^provides-extra:\ *(?:binary|c|bundled|native|ctypes)$ | \b (?:
      ctypes | cffi | tkinter | bindings? | drivers? | shared\s+librar(?:y|ies) | dlopen
    | lib(?:usb|ffi|magic|pq|vips|cairo|pango|enchant|vlc|mpv|sndfile|portaudio|zbar|archive)\w*
    | using\s+the\s+\S+\s+(?:c\s+)?library
    | (?:wrapper|interface)\s+(?:for|around|to|of|over)\s+(?:the\s+)?(?:\S+\s+){0,2}
      (?:c | c(?=\+\+) | lib\w*)
    | (?:apt(?:-get)?|apk|yum|dnf|brew|pacman|zypper)\s+(?:-\w+\s+)*(?:install|add|-s) ) \b"""
)
"""What the text of a project says in small letters whose code opens libraries of the system."""
MAX_REQUIRES_DIST = 10_000
"""Requirements that the metadata of one file may state, for all extras and targets together."""
_SHOWN = 100
"""Characters of what is not believed that are shown."""
_MOST_READ = 60_000
"""Characters of a description that are looked at."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_STATIC_SINCE = (2, 2)


def metadata_paths(path: str) -> bool:
    """Whether a member of a wheel or sdist may hold its metadata."""
    if not path.endswith(_ENDINGS):  # nearly always, and ten times quicker
        return False
    return bool(_METADATA.fullmatch(path) or _SDIST_TEXT.fullmatch(path))


def parse_metadata(text: str, file: DistributionFile, found_in: str) -> CoreMetadata | Unknown:
    """Read a METADATA or PKG-INFO file of `file`.

    Codes: ``metadata-malformed``, and ``metadata-inconsistent`` where it describes another project
    or version than its file's name: pip does not install such a file.
    """
    fields = _fields(text)
    name, version = _first(fields, "name"), parse_version(_first(fields, "version"))
    if not name or version is None:
        return Unknown("metadata-malformed", f"{file.filename} does not tell its name and version")
    if canonicalize_name(name) != file.name or version != file.version:
        shown = f"{name[:_SHOWN]} {str(version)[:_SHOWN]}"
        return Unknown("metadata-inconsistent", f"{file.filename} says that it is {shown}")
    if len(fields.get("requires-dist", ())) > MAX_REQUIRES_DIST:
        why = f"{file.filename} states more than {MAX_REQUIRES_DIST:,} requirements"
        return Unknown("too-many-requirements", why)
    return CoreMetadata(
        name=file.name,
        version=file.version,
        requires_dist=tuple(fields.get("requires-dist", ())),
        requires_python=_first(fields, "requires-python") or None,
        provides_extra=tuple(fields.get("provides-extra", ())),
        found_in=found_in,
        names_libraries=_LIBRARIES.search(text[:_MOST_READ].lower()) is not None,
    )


def wheel_metadata(listing: ArchiveListing, file: Wheel) -> CoreMetadata | Unknown:
    """The METADATA of a wheel, from its listing with texts."""
    paths = [path for path in listing.texts if _METADATA.fullmatch(path)]
    if len(paths) > 1:  # a stray folder of another project: the wheel's own bears its name
        paths = [p for p in paths if canonicalize_name(p.split("-", 1)[0]) == file.name]
    if len(paths) != 1:
        return Unknown("metadata-malformed", f"{file.filename} has no METADATA of its own")
    return parse_metadata(listing.texts[paths[0]], file, "wheel")


def has_metadata(file: Wheel, listing: ArchiveListing) -> bool:
    """Whether what was read of a wheel has its METADATA."""
    return isinstance(wheel_metadata(listing, file), CoreMetadata)


def sdist_metadata(listing: ArchiveListing, file: Sdist) -> CoreMetadata | Unknown:
    """The metadata of an sdist, as far as they are known without building."""
    info = _root_text(listing, "PKG-INFO")
    fields = _fields(info)
    if info and _is_static(fields):
        return parse_metadata(info, file, "sdist-pkg-info")
    static = _from_project_table(_root_text(listing, "pyproject.toml"), file)
    if static is not None:
        return static
    requires = _egg_info_requires(listing, file)
    if requires is not None:
        stated = _first(fields, "version")
        if stated and parse_version(stated) != file.version:
            return parse_metadata(info, file, "sdist-egg-info")  # says why it is inconsistent
        return CoreMetadata(
            name=file.name,
            version=file.version,
            requires_dist=tuple(_requires_txt(requires)),
            requires_python=_first(fields, "requires-python") or file.requires_python,
            provides_extra=tuple(fields.get("provides-extra", ())) or tuple(_extras(requires)),
            found_in="sdist-egg-info",
        )
    return Unknown(
        "dependencies-need-build",
        f"{file.filename} states its dependencies only to those who run its build",
    )


def _root_text(listing: ArchiveListing, name: str) -> str:
    """The text of a file in the folder of an sdist, or ""."""
    path = re.compile(rf"[^/]+/{re.escape(name)}")
    return next((text for at, text in listing.texts.items() if path.fullmatch(at)), "")


def _fields(text: str) -> dict[str, list[str]]:
    """The header fields of an e-mail like text, by lower-case name; a blank line ends them."""
    fields: dict[str, list[list[str]]] = {}
    current: list[str] = []
    for line in _LINE_END.split(text.removeprefix("\ufeff")):
        if not line:
            break
        if line[0] in " \t":
            current.append(line)
            continue
        field = _FIELD.match(line)
        if field is None:
            break
        current = [field[2]]
        fields.setdefault(field[1].lower(), []).append(current)
    joined = {name: list(map("\n".join, values)) for name, values in fields.items()}
    return {
        name: [" ".join(value.split()) for value in values if value.strip() != "UNKNOWN"]
        for name, values in joined.items()
        if name != "description"
    }


def _first(fields: Mapping[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _is_static(fields: Mapping[str, list[str]]) -> bool:
    """PEP 643: since version 2.2, what is not called dynamic is what every build gives."""
    version = re.fullmatch(r"(\d{1,3})\.(\d{1,3})", _first(fields, "metadata-version"))
    if version is None or (int(version[1]), int(version[2])) < _STATIC_SINCE:
        return False
    dynamic = {value.lower() for value in fields.get("dynamic", ())}
    return not dynamic & {"requires-dist", "provides-extra"}


class _DeclaredMetadata(msgspec.Struct, rename="kebab"):
    name: str
    dynamic: list[str] = []
    dependencies: list[str] = []
    optional_dependencies: dict[str, list[str]] = {}
    requires_python: str | None = None


def _from_project_table(text: str, file: Sdist) -> CoreMetadata | None:
    """PEP 621: dependencies that the table gives, or leaves out without calling them dynamic."""
    try:
        project = msgspec.convert(tomllib.loads(text).get("project"), _DeclaredMetadata)
    except (ValueError, RecursionError):  # no TOML, other types, endless numbers, deep nesting
        return None
    if canonicalize_name(project.name) != file.name:
        return None
    if {"dependencies", "optional-dependencies"} & set(project.dynamic):
        return None
    requires = list(project.dependencies)
    for extra, requirements in project.optional_dependencies.items():
        requires += [_under(requirement, f'extra == "{extra}"') for requirement in requirements]
    return CoreMetadata(
        name=file.name,
        version=file.version,
        requires_dist=tuple(requires),
        requires_python=project.requires_python or file.requires_python,
        provides_extra=tuple(project.optional_dependencies),
        found_in="sdist-pyproject",
    )


def _egg_info_requires(listing: ArchiveListing, file: Sdist) -> str | None:
    """The requires.txt of the project's own egg-info; "" where there is egg-info without it.

    setuptools writes the file whenever there are dependencies, so its absence says: none.
    """
    folders = {
        member.path.rpartition("/")[0]
        for member in listing.members
        if member.path.endswith(".egg-info/PKG-INFO") and metadata_paths(member.path)
    }
    own = [f for f in folders if _egg_name(f) == file.name]
    if not own:
        return None
    path = min(own, key=len) + "/requires.txt"
    if path not in listing.texts and any(member.path == path for member in listing.members):
        return None  # too long to be read: that says nothing, least of all "none"
    return listing.texts.get(path, "")


def _egg_name(folder: str) -> str:
    return canonicalize_name(folder.rpartition("/")[2].removesuffix(".egg-info").split("-", 1)[0])


def _requires_txt(text: str) -> Iterator[str]:
    """The requirements of a requires.txt: its sections are an extra, a marker or both."""
    condition = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            condition = _condition(line.strip("[]"))
        elif not line.startswith("#"):
            yield _under(line, condition)


def _extras(requires: str) -> Iterator[str]:
    seen = dict.fromkeys(
        line.strip().strip("[]").partition(":")[0]
        for line in requires.splitlines()
        if line.startswith("[")
    )
    return filter(None, seen)


def _condition(section: str) -> str:
    """``extra:marker`` as a marker."""
    extra, _, marker = section.partition(":")
    named = f'extra == "{extra}"' if extra else ""
    return f"({marker}) and {named}" if marker and named else marker or named


def _under(requirement: str, condition: str) -> str:
    """A requirement that holds only under a condition, besides a marker of its own."""
    if not condition:
        return requirement
    bare, semicolon, marker = requirement.partition(" ;" if "://" in requirement else ";")
    whole = f"({marker.strip()}) and {condition}" if semicolon else condition
    return f"{bare.strip()} ; {whole}"
