"""The line grammar of requirement files: the only module with pip-requirements-parser.

Its parts that agree with pip 26.3 are used as they are: what is an archive, what is a URL.
Its option table is older than pip's, so the table is ours; it decodes and expands differently
from pip (see `decoding` and `expand`), and turns refused lines into values, so neither is used.
"""

from __future__ import annotations

import functools
import optparse
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from msgspec import Struct

from wheelcheck.redaction import redact

__all__ = [
    "CONTROLS",
    "LONGEST_LINE",
    "InvalidLine",
    "Line",
    "LineOptions",
    "is_archive",
    "is_url",
    "is_vcs",
    "logical_lines",
    "split_options",
]

CONTROLS = ("no-binary", "only-binary", "all-releases", "only-final")
"""Options that edit sets of projects, so that their order matters."""

LONGEST_LINE = 500_000
"""Characters of a logical line: more than six thousand hashes."""
_PIP_HASHES = ("sha256", "sha384", "sha512")
_UV_HASHES = (*_PIP_HASHES, "md5", "blake2b")
_UNQUOTED = re.compile(r"[ !#-&(-\[\]-~]*")  # printable ASCII but quotes and the backslash
_VARIABLE = re.compile(r"(\$\{([A-Z0-9_]+)\})")


class InvalidLine(ValueError):  # noqa: N818 (what the line is)
    """pip would refuse this line; the message says why and may quote the line's text."""


class Line(Struct, frozen=True):
    """One logical line: continued lines joined, comments gone, variables expanded.

    `number` is that of the first physical line. `written` is for people: variables unexpanded,
    credentials removed. `expanded` pairs every variable's value with its spelling.
    """

    number: int
    text: str
    written: str
    expanded: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        """The requirement without its options (a dozen hashes, say), or the line if it has none."""
        requirement = _requirement_and_options(self.written)[0]
        return " ".join((requirement or self.written).split())

    def hide(self, message: str) -> str:
        """Return a message about this line without variables' values and credentials."""
        for value, spelling in sorted(self.expanded, key=lambda pair: -len(pair[0])):
            message = message.replace(value, spelling)
        return redact(message)


class LineOptions(Struct, frozen=True):
    """The options of one line, in pip's meaning. `ignored` is text after options pip drops.

    `hashes` may have algorithms that uv alone takes: `algorithms_of_uv`.
    """

    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    editables: tuple[str, ...] = ()
    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    no_index: bool = False
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    controls: tuple[tuple[str, str], ...] = ()
    prefer_binary: bool = False
    pre: bool = False
    require_hashes: bool = False
    no_require_hashes: bool = False
    features: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    config_settings: tuple[str, ...] = ()
    global_options: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def algorithms_of_uv(self) -> tuple[str, ...]:
        """The algorithms of `hashes` for which pip refuses the line."""
        found = dict.fromkeys(digest.partition(":")[0] for digest in self.hashes)
        return tuple(algorithm for algorithm in found if algorithm not in _PIP_HASHES)


def logical_lines(text: str, environ: Mapping[str, str]) -> Iterator[Line]:
    """Split a file's text as pip does: join continuations, then drop comments, then expand."""
    for number, joined in _joined(text.splitlines()):
        line = _without_comment(joined)
        if line:
            yield expand(number, line, environ)


def _joined(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines with those that a backslash continues, and the number of the first of each.

    pip joins in the same way (`join_lines`, pip 26.3); with its expressions, a long run of blanks
    takes quadratic time.
    """
    first, pieces = 0, list[str]()
    for number, line in enumerate(lines, 1):
        comment = line.lstrip().startswith("#")
        first = first if pieces else number
        if line.endswith("\\") and not comment:
            pieces.append(line.strip("\\"))
            continue
        pieces.append(f" {line}" if comment else line)  # so that it still is a comment when joined
        yield first, "".join(pieces)
        pieces = []
    if pieces:
        yield first, "".join(pieces)


def _without_comment(line: str) -> str:
    """What comes before a ``#`` at the beginning of a word."""
    place = line.find("#")
    while place > 0 and not line[place - 1].isspace():
        place = line.find("#", place + 1)
    return (line if place < 0 else line[:place]).strip()


def expand(number: int, text: str, environ: Mapping[str, str]) -> Line:
    """Expand ``${NAME}`` (upper case, digits, underscore); what is unset or empty stays."""
    expanded = text
    found = []
    for spelling, name in dict.fromkeys(_VARIABLE.findall(text)) if "${" in text else ():
        value = environ.get(name)
        if value:
            expanded = expanded.replace(spelling, value)
            found.append((value, spelling))
    return Line(number, expanded, redact(text), tuple(found))


def split_options(text: str) -> tuple[str, LineOptions]:
    """Part a line into its requirement ("" where there is none) and its options.

    Raises InvalidLine for an option that pip does not know or whose value it refuses.
    """
    if len(text) > LONGEST_LINE:
        raise InvalidLine(f"it has more than {LONGEST_LINE:,} characters")
    requirement, rest = _requirement_and_options(text)
    if not rest:
        return requirement, LineOptions()
    values, ignored = _parser().parse_args(_words(rest), optparse.Values(_defaults()))
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vars(values).items()
    }
    return requirement, LineOptions(**given, ignored=tuple(ignored))


def _words(options: str) -> list[str]:
    # shlex reads character by character: three quarters of the time for a file full of hashes.
    if _UNQUOTED.fullmatch(options):
        return options.split()
    try:
        return shlex.split(options)
    except ValueError as error:
        raise InvalidLine(f"the options cannot be split: {error}") from error


def _requirement_and_options(text: str) -> tuple[str, str]:
    """Part a line before the first word that begins with a dash."""
    if text.startswith("-"):
        return "", text
    requirement, dash, options = text.partition(" -")
    return requirement, f"-{options}" if dash else ""


_ARCHIVE_LETTERS = (".whl", ".zip", ".tar", "z", "bz2", "lzma")
"""Endings that all names of archives have, and few others."""


def is_archive(name: str) -> bool:
    """Whether a file name or path ends as a wheel or an archive that pip takes for an sdist."""
    if "." not in name or not name.lower().endswith(_ARCHIVE_LETTERS):
        return False
    return bool(_library().is_archive_file(name))


def is_url(text: str) -> bool:
    """Whether pip takes the text for a URL (http, https, file, ftp or a VCS scheme)."""
    return ":" in text and bool(_library().is_url(text))


def is_vcs(scheme: str) -> bool:
    """Whether a URL scheme such as ``git+https`` asks for a checkout."""
    return scheme in _library().vcs_all_schemes


def _library() -> Any:
    """pip-requirements-parser, which brings the network along: most files have no use for it."""
    import pip_requirements_parser

    return pip_requirements_parser


class _LineParser(optparse.OptionParser):
    def error(self, msg: str) -> NoReturn:
        raise InvalidLine(msg)


# The options that pip 26.3 reads in a requirement file, and where their values go.
_VALUES = (
    (("-i", "--index-url", "--pypi-url"), "index_url", "store"),
    (("--extra-index-url",), "extra_index_urls", "append"),
    (("--no-index",), "no_index", "store_true"),
    (("-c", "--constraint"), "constraints", "append"),
    (("-r", "--requirement"), "requirements", "append"),
    (("-e", "--editable"), "editables", "append"),
    (("-f", "--find-links"), "find_links", "append"),
    (("--prefer-binary",), "prefer_binary", "store_true"),
    (("--require-hashes",), "require_hashes", "store_true"),
    (("--no-require-hashes",), "no_require_hashes", "store_true"),
    (("--pre",), "pre", "store_true"),
    (("--trusted-host",), "trusted_hosts", "append"),
    (("--use-feature",), "features", "append"),
    # Read until pip 25.2, refused since; old files have it, so it is read with a warning.
    (("--global-option",), "global_options", "append"),
)


def _defaults() -> dict[str, object]:
    flags = {name: False for _, name, action in _VALUES if action == "store_true"}
    lists = [name for _, name, action in _VALUES if action == "append"]
    lists += ["controls", "hashes", "config_settings"]
    # New lists every time: optparse appends to the defaults themselves.
    return {"index_url": None, **flags, **{name: [] for name in lists}}


@functools.cache
def _parser() -> _LineParser:
    parser = _LineParser(add_help_option=False)
    for spellings, name, action in _VALUES:
        parser.add_option(*spellings, dest=name, action=action)
    for control in CONTROLS:
        parser.add_option(f"--{control}", type="string", action="callback", callback=_control)
    parser.add_option("--hash", type="string", action="callback", callback=_hash)
    parser.add_option(
        "-C", "--config-settings", type="string", action="callback", callback=_config_setting
    )
    return parser


def _control(_: optparse.Option, spelling: str, value: str, parser: optparse.OptionParser) -> None:
    if value.startswith("-"):
        raise InvalidLine(f"{spelling} wants a project's name, :all: or :none:")
    assert parser.values is not None
    parser.values.controls.append((spelling.removeprefix("--"), value))


def _hash(_: optparse.Option, spelling: str, value: str, parser: optparse.OptionParser) -> None:
    algorithm, colon, digest = value.partition(":")
    if not colon:
        raise InvalidLine(f"{spelling} wants an algorithm and a digest, as sha256:abcde…")
    if algorithm not in _UV_HASHES:
        raise InvalidLine(f"{spelling} takes {', '.join(_PIP_HASHES)}, not {algorithm}")
    assert parser.values is not None
    parser.values.hashes.append(f"{algorithm}:{digest}")


def _config_setting(
    _: optparse.Option, spelling: str, value: str, parser: optparse.OptionParser
) -> None:
    if "=" not in value:
        raise InvalidLine(f"{spelling} wants KEY=VALUE")
    assert parser.values is not None
    parser.values.config_settings.append(value)
