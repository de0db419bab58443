"""The forms in which answers are stored, and what they are made from."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import msgspec
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.resolution.solving.nodes import Dependencies, SolverRequirement, needs_of

__all__ = [
    "NO_MORE",
    "FileForm",
    "NeedsForm",
    "StoredForm",
    "TargetForm",
    "decoded",
    "dependencies_of",
    "encode",
    "needs_form",
]

NO_MORE = -1
"""Behind the offers of a search that has come to its end."""


class FileForm(msgspec.Struct, array_like=True, gc=False):
    """A `Wheel` or, without a tag, an `Sdist`."""

    filename: str
    url: str
    name: str
    version: str
    size: int | None
    hashes: dict[str, str]
    requires_python: str | None
    upload_time: str | None
    yanked: str | None
    has_metadata: bool
    metadata_hashes: dict[str, str]
    origin: str
    tag: str = ""
    build: tuple[int, str] | None = None

    @classmethod
    def of(cls, file: Wheel | Sdist) -> FileForm:
        """The form of a file."""
        tag, build = (file.tag, file.build) if isinstance(file, Wheel) else ("", ())
        return cls(
            file.filename,
            file.url,
            file.name,
            str(file.version),
            file.size,
            dict(file.hashes),
            file.requires_python,
            file.upload_time.isoformat() if file.upload_time else None,
            file.yanked,
            file.has_metadata,
            dict(file.metadata_hashes),
            file.origin,
            tag,
            build or None,
        )

    def file(self) -> Wheel | Sdist:
        """The file."""
        described = (
            self.filename,
            self.url,
            NormalizedName(self.name),
            _version(self.version),
            self.size,
            self.hashes,
            self.requires_python,
            datetime.fromisoformat(self.upload_time) if self.upload_time else None,
            self.yanked,
            self.has_metadata,
            self.metadata_hashes,
            self.origin,
        )
        return Wheel(*described, self.tag, self.build or ()) if self.tag else Sdist(*described)


class NeedsForm(msgspec.Struct, array_like=True, gc=False):
    """A `Dependencies`; each need has a name, extras, clauses and text."""

    needs: list[tuple[str, list[str], str, str]]
    unknown: tuple[str, str] | None
    refused: str | None
    unreadable: bool
    stops: bool
    conditional: bool


class TargetForm(msgspec.Struct, array_like=True):
    """What was answered on a target; keys and values are places in lists that all targets share.

    `searches` has by project and clauses the offers, `substitutes` by project and version the file
    in place of a file that cannot be had (`NO_MORE`: none does), `needs` by the place of a file,
    whether it is installable, and extras what it requires. `results` are those of others, who
    write and read them.
    """

    searches: dict[int, int] = {}
    substitutes: dict[int, int] = {}
    needs: dict[int, int] = {}
    results: dict[int, int] = {}


class StoredForm(msgspec.Struct, array_like=True):
    """All that is stored; `names` are the projects that were searched.

    `offers` are the files that a search has offered, `NO_MORE` behind them where there are no more.
    `bounds` has by clauses the versions that they admit or not, `traits` what they say besides.
    """

    keys: list[str] = []
    offers: list[tuple[int, ...]] = []
    files: list[FileForm] = []
    needs: list[NeedsForm] = []
    targets: dict[str, TargetForm] = {}
    results: list[bytes] = []
    names: set[str] = set()
    bounds: dict[str, dict[str, bool]] = {}
    traits: dict[str, tuple[bool, bool, bool]] = {}
    releases: dict[str, tuple[str, ...]] = {}


def needs_form(found: Dependencies) -> NeedsForm:
    """What a candidate requires, as it is stored; no requirement may name a file."""
    needs = found.needs
    if needs is None:
        needs = tuple(n for each in found.requirements for n in needs_of(each, "", _no_file))
    return NeedsForm(
        [(need.name, sorted(need.extras), need.clauses, need.text) for need in needs],
        (found.unknown.code, found.unknown.reason) if found.unknown else None,
        found.refused,
        found.unreadable,
        found.stops,
        found.conditional,
    )


def _no_file(_: object) -> None:
    """No requirement that is stored names a file."""


def dependencies_of(stored: NeedsForm, source: str) -> Dependencies:
    """What was stored, as the dependencies of a candidate that is called `source`."""
    needs = tuple(
        [
            SolverRequirement(
                NormalizedName(name), _extras(*extras), clauses=clauses, text=text, source=source
            )
            for name, extras, clauses, text in stored.needs
        ]
    )
    return Dependencies(
        unknown=Unknown(*stored.unknown) if stored.unknown else None,
        refused=stored.refused,
        unreadable=stored.unreadable,
        stops=stored.stops,
        conditional=stored.conditional,
        needs=needs,
    )


@lru_cache(maxsize=1 << 12)
def _extras(*names: str) -> frozenset[NormalizedName]:
    return frozenset(map(NormalizedName, names))


@lru_cache(maxsize=1 << 14)
def _version(text: str) -> Version:
    return Version(text)


def decoded(data: bytes) -> StoredForm:
    """What was stored; nothing where it cannot be read."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return StoredForm()


encode = msgspec.msgpack.Encoder().encode
"""The bytes of a form."""
_decode = msgspec.msgpack.Decoder(StoredForm).decode
