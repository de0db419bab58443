"""What the name of a base image meant on a given day.

Names that move are in the catalogue with the days of their moves; the aliases of the official
`python` and `pypy` images follow the rule of their maintainers instead: the newest Debian or Alpine
among the variants of the day is the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.errors import TargetError, near_names
from wheelcheck.targets.images.catalogue import ImageRow, catalogue, moving_aliases
from wheelcheck.targets.pythons import find_release
from wheelcheck.targets.target import Implementation, Libc

__all__ = [
    "FoundImage",
    "default_variant",
    "find_image",
    "is_known_image",
    "normalise_image",
]

# Mirrors and longer names of the same images, the longest first.
_PREFIXES = {
    "public.ecr.aws/docker/library/": "",
    "public.ecr.aws/amazonlinux/": "",
    "docker.io/amazon/aws-lambda-python:": "public.ecr.aws/lambda/python:",
    "amazon/aws-lambda-python:": "public.ecr.aws/lambda/python:",
    "index.docker.io/library/": "",
    "docker.io/library/": "",
    "docker.io/": "",
    "mirror.gcr.io/library/": "",
    "library/": "",
    "registry.redhat.io/": "registry.access.redhat.com/",
}

_FAMILY_TAG = re.compile(
    r"(?P<version>latest|3(?:\.\d+){0,2})?(?:(?:^|-)(?P<variant>[a-z][a-z0-9.-]*))?", re.ASCII
)


class FoundImage(Struct, frozen=True):
    """What an image name meant: its row, the day of the build meant, and the Python it pins.

    `built` is the day asked for, or the last day on which this tag was still rebuilt. `digest` says
    that the name had one, which was not looked at.
    """

    row: ImageRow
    built: date
    python_version: str | None = None
    digest: bool = False


def normalise_image(name: str) -> str:
    """The short name of an image with its tag: no mirror, no digest, ``latest`` where none is."""
    name = name.strip().partition("@")[0]
    for prefix, short in _PREFIXES.items():
        if name.startswith(prefix):
            name = short + name.removeprefix(prefix)
            break
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def find_image(name: str, as_of: date) -> FoundImage:
    """What did this image name mean on that day?

    Raises `TargetError`, with near matches, for a name that the catalogue does not know, and for
    an image that did not exist yet.
    """
    short = normalise_image(name)
    if "@" in name and ":" not in name.partition("@")[0].rpartition("/")[2]:
        raise TargetError(name, "a digest alone cannot be looked up; write the tag before it")
    found = _find(name, short, as_of)
    return replace(found, digest="@" in name)


def is_known_image(name: str, as_of: date) -> bool:
    """Whether the catalogue has an image of that name on a day."""
    try:
        find_image(name, as_of)
    except TargetError:
        return False
    return True


def _find(name: str, short: str, as_of: date) -> FoundImage:
    repository, _, tag = short.rpartition(":")
    if repository in {"python", "pypy"}:
        return _find_in_family(name, repository, tag, as_of)
    if short in moving_aliases():
        meant = [image for since, image in moving_aliases()[short] if since <= as_of]
        if not meant:
            raise TargetError(name, f"this image did not exist on {as_of}")
        short = meant[-1]
    row = catalogue().get(short) or _by_pattern(short)
    if row is None:
        raise _unknown(name, short)
    return _existing(name, row, as_of)


def _by_pattern(short: str) -> ImageRow | None:
    return next(
        (
            replace(row, image=short)
            for pattern, row in catalogue().items()
            if "*" in pattern and fnmatchcase(short, pattern)
        ),
        None,
    )


def _existing(name: str, row: ImageRow, as_of: date) -> FoundImage:
    if row.first and as_of < row.first:
        raise TargetError(name, f"this image did not exist on {as_of}; it came on {row.first}")
    return FoundImage(row, min(as_of, row.last or as_of))


def _unknown(name: str, short: str) -> TargetError:
    names = [*catalogue(), *moving_aliases(), *_family_aliases()]
    repositories = {image.partition(":")[0] for image in names}
    alike = near_names(short.partition(":")[0], repositories, len(repositories))
    known = [image for image in names if image.partition(":")[0] in alike]
    return TargetError(
        name,
        "the catalogue has no such image; spell the target out, for example "
        "cp312-musllinux_1_2_x86_64 or cp312-manylinux_2_41_x86_64",
        tuple(image.removesuffix(":*") for image in near_names(short, known)),
    )


def _family_aliases() -> Iterator[str]:
    for minor in sorted({name.partition("-")[0] for name in catalogue() if name[0] == "p"}):
        if minor.startswith(("python:", "pypy:")):
            yield from (minor, f"{minor}-slim", f"{minor}-alpine")


# The official images of CPython and PyPy


def _find_in_family(name: str, repository: str, tag: str, as_of: date) -> FoundImage:
    """Resolve ``python:3.12.4-slim`` and its like by the rule of docker-library.

    A tag with a patch release stands still once the next patch release is out; all others follow
    the newest patch release as long as their image is rebuilt.
    """
    match = _FAMILY_TAG.fullmatch(tag)
    if not match:
        raise _unknown(name, f"{repository}:{tag}")
    version, variant = match["version"] or "3", match["variant"] or ""
    if version in {"latest", "3"}:
        minor = _newest_minor(repository, as_of)
        patch = None
    else:
        minor = ".".join(version.split(".")[:2])
        patch = version if version.count(".") > 1 else None
    day = _last_day_of_patch(name, repository, patch, as_of) if patch else as_of
    rows = _family_rows(repository, minor, day)
    row = _choose_variant(rows, f"{repository}:{minor}", variant)
    if row is None:
        raise _no_variant(name, repository, minor, variant, as_of)
    return FoundImage(row, min(day, row.last or day), patch)


def _newest_minor(repository: str, as_of: date) -> str:
    minors = {
        name.partition(":")[2].partition("-")[0]
        for name in catalogue().names_since(f"{repository}:", as_of)
    }
    return max(minors, key=_numbers, default="3")


def _last_day_of_patch(name: str, repository: str, patch: str, as_of: date) -> date:
    """The last day on which images of a patch release were rebuilt, or the day asked for."""
    implementation = Implementation.CPYTHON if repository == "python" else Implementation.PYPY
    release = find_release(implementation, patch)
    if release is None:
        raise TargetError(name, f"no Python {patch} is known")
    if release.released > as_of:
        raise TargetError(name, f"Python {patch} was not released on {as_of}")
    *minor, last = patch.split(".")
    following = find_release(implementation, ".".join([*minor, str(int(last) + 1)]))
    return min(as_of, following.released - timedelta(days=1)) if following else as_of


def _family_rows(repository: str, minor: str, day: date) -> list[ImageRow]:
    """The variants of that day; of a Python no longer rebuilt, those of its last day."""
    rows = [row for row in _variants(f"{repository}:{minor}-") if row.first and row.first <= day]
    # A variant counts as rebuilt until the day before it was dropped.
    alive = [row for row in rows if row.last is None or row.last > day]
    if alive or not rows:
        return [*alive, *(row for row in rows if row not in alive)]
    return sorted(rows, key=lambda row: row.last or date.max, reverse=True)


def _variants(prefix: str) -> Iterator[ImageRow]:
    """The rows of the catalogue whose names begin so."""
    return (catalogue()[name] for name in catalogue() if name.startswith(prefix))


def _kind(row: ImageRow) -> str | None:
    """What a tag adds to a Python's version to get this kind of image: ``slim``, ``alpine``, ""."""
    if row.os == "alpine":
        return "alpine"
    if "-slim-" in row.image:
        return "slim"
    return "" if row.os == "debian" else None


def _choose_variant(rows: list[ImageRow], prefix: str, variant: str) -> ImageRow | None:
    """Among rows, supported before unsupported: the named row, or the default of its kind."""
    exact = [row for row in rows if row.image == f"{prefix}-{variant}"]
    if exact:
        return exact[0]
    candidates = [row for row in rows if _kind(row) == variant]
    if not candidates:
        return None
    last_day = max(row.last or date.max for row in candidates)
    current = [row for row in candidates if (row.last or date.max) == last_day]
    return max(current, key=lambda row: _numbers(row.os_version))


def _no_variant(name: str, repository: str, minor: str, variant: str, as_of: date) -> TargetError:
    family = f"{repository}:{minor}"
    known = [image for image in catalogue() if image.startswith(f"{family}-")]
    wanted = f"{family}-{variant}".removesuffix("-")
    if not known:
        return _unknown(name, wanted)
    firsts = [catalogue()[image].first or date.min for image in known if image.startswith(wanted)]
    if firsts and min(firsts) > as_of:
        return TargetError(name, f"this image did not exist on {as_of}; it came on {min(firsts)}")
    kinds = [f"{family}{kind}" for kind in ("", "-slim", "-alpine")]
    near = near_names(wanted, [*kinds, *known])
    return TargetError(name, f"{family} had no such variant on {as_of}", near)


@lru_cache(maxsize=1 << 8)  # advice asks for the same of all targets
def default_variant(libc: Libc, as_of: date) -> ImageRow:
    """The official slim or Alpine image of the newest CPython of that day.

    Where a target names no libc version, it is that of this image.
    """
    kind = "slim" if libc is Libc.GLIBC else "alpine"
    return find_image(f"python:{kind}", as_of).row


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
