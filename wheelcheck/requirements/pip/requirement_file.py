"""Requirement and constraint files, read as pip 26.3 reads them (`_internal/req/req_file.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.collection import Collection, refusals
from wheelcheck.requirements.input_location import InputLocation, Opener
from wheelcheck.requirements.pip.decoding import decode
from wheelcheck.requirements.pip.pip_syntax import (
    InvalidLine,
    Line,
    LineOptions,
    logical_lines,
    split_options,
)
from wheelcheck.requirements.redaction import redact
from wheelcheck.requirements.requirement_set import Origin

__all__ = ["RequirementFileReader"]

_FEATURES = {
    "build-constraint",
    "fast-deps",
    "inprocess-build-deps",
    "no-binary-enable-wheel-cache",
    "truststore",
    "venv-isolation",
}
# Options that pip parses behind a requirement and then forgets, by the field that holds them.
_WITHOUT_EFFECT = {
    "requirements": "-r",
    "constraints": "-c",
    "index_url": "--index-url",
    "extra_index_urls": "--extra-index-url",
    "no_index": "--no-index",
    "find_links": "--find-links",
    "prefer_binary": "--prefer-binary",
    "pre": "--pre",
    "require_hashes": "--require-hashes",
    "no_require_hashes": "--no-require-hashes",
    "trusted_hosts": "--trusted-host",
}


@dataclass(frozen=True, slots=True)
class RequirementFileReader:
    """Reads files with all they include into a `Collection`.

    `environ` holds the variables that ``${NAME}`` may name.
    """

    collection: Collection
    opener: Opener
    environ: Mapping[str, str]

    def read(
        self, place: InputLocation, data: bytes | None = None, *, constraint: bool = False
    ) -> None:
        """Read one file that the user named; `data` is its content where it is known already.

        Raises RequirementsError with file, line, text and reason for whatever pip refuses.
        """
        if data is None:
            data = self.open(place)
        self._read(place, data, constraint=constraint, including={place.identity: None})

    def open(self, place: InputLocation) -> bytes:
        """Return the bytes of an input; raises RequirementsError."""
        try:
            return self.opener.read(place)
        except OSError as error:
            why = f"cannot be opened: {_reason(error)}"
            raise RequirementsError(place.shown, None, "", why) from None  # it may quote a URL

    def _read(
        self,
        place: InputLocation,
        data: bytes,
        *,
        constraint: bool,
        including: dict[str, str | None],
    ) -> None:
        """`including` maps the files that lead here to the file that first included each."""
        for line in logical_lines(self.decode(place, data), self.environ):
            origin = Origin(place.shown, line.number)
            with refusals(origin, line):
                self._line(line, origin, place, constraint=constraint, including=including)

    def decode(self, place: InputLocation, data: bytes) -> str:
        """Return the text of an input, by pip's order of guesses; raises RequirementsError."""
        try:
            text, warning = decode(data)
        except (UnicodeDecodeError, LookupError) as error:
            raise RequirementsError(place.shown, None, "", f"cannot be decoded: {error}") from error
        if warning:
            self.collection.warn(Origin(place.shown), warning)
        return text

    def _line(
        self,
        line: Line,
        origin: Origin,
        place: InputLocation,
        *,
        constraint: bool,
        including: dict[str, str | None],
    ) -> None:
        requirement, options = split_options(line.text)
        for oddity in _oddities(requirement, options):
            self.collection.warn(origin, line.hide(oddity))
        self.collection.options.apply_controls(options.controls)
        if options.editables:
            # An -e behind a requirement does not add one: pip takes the requirement as editable.
            editable = requirement or options.editables[0]
            self.collection.add_editable(editable, origin, line, constraint=constraint)
        elif requirement:
            self.collection.add(
                requirement, origin, line, hashes=options.hashes, constraint=constraint
            )
        elif options.requirements or options.constraints:
            self._include(line, place, options, including)
        else:
            self.collection.options.apply_line(options, place.directory)

    def _include(
        self,
        line: Line,
        place: InputLocation,
        options: LineOptions,
        including: dict[str, str | None],
    ) -> None:
        location = (options.requirements or options.constraints)[0]
        inner = place.join(location, line.hide(location))
        if inner.identity in including:
            first = including[inner.identity]
            again = f" and again in {first}" if first else ""
            why = f"{inner.shown} recursively references itself in {place.shown}{again}"
            raise InvalidLine(why)
        try:
            data = self.opener.read(inner)
        except OSError as error:
            raise InvalidLine(f"{inner.shown} cannot be opened: {_reason(error)}") from error
        # pip: what a constraint file includes with -r are requirements again.
        self._read(
            inner,
            data,
            constraint=not options.requirements,
            including={**including, inner.identity: place.shown},
        )


def _oddities(requirement: str, options: LineOptions) -> Iterator[str]:
    """What pip passes over in silence and a reader should know."""
    if options.ignored:
        yield f"pip drops {' '.join(options.ignored)!r}, because it stands behind an option"
    if requirement:
        for field, spelling in _WITHOUT_EFFECT.items():
            if getattr(options, field):
                yield f"{spelling} has no effect behind a requirement"
    elif options.hashes and not options.editables:
        yield "--hash without a requirement has no effect"
    for field, spelling in (("requirements", "-r"), ("constraints", "-c"), ("editables", "-e")):
        if len(getattr(options, field)) > 1:
            yield f"of several {spelling} in one line pip reads only the first"
    if options.global_options:
        yield (
            "--global-option is refused since pip 25.3; "
            "older releases of pip build every package from source because of it"
        )
    for feature in set(options.features) - _FEATURES:
        yield f"--use-feature {feature} is unknown to pip 26.3"


def _reason(error: OSError) -> str:
    return redact(error.strerror or str(error))
