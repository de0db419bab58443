"""What a bundled library's ``configure.ac`` asks for, where the setup script has it configured.

Sources from a repository have no ``configure``: the script runs ``autoreconf`` or ``autogen.sh``,
and the macros say which of the GNU build system's packages that takes beside autoconf. autoreconf
itself runs automake's ``aclocal`` whatever the macros are (its source: ``autoreconf_current``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.scripts.script_needs import build_scripts
from wheelcheck.builds.needs.toolchain import program_need
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["configure_needs"]

_LONG = 200_000
_NAMES = ("configure.ac", "configure.in")
_COMMENT = re.compile(r"(?m)(?:^|\s)(?:#|dnl\b)[^\n]*")
_GENERATES = re.compile(
    r"autoreconf|[\"'/ ]autogen(?:\.sh)?[\"' ;&]|[\"'/ ]bootstrap(?:\.sh)?[\"' ;&]"
)
_RUNS = re.compile(
    r"\b(?:call|check_call|check_output|run|Popen|popen|spawn|system)\s*\([^()]{0,300}"
    r"(?:autoreconf|autogen(?:\.sh)?|bootstrap(?:\.sh)?|[\"'/ ]configure)[\"' ;&]"
    r"|(?<!exists\()(?<!isfile\()[\"']\./(?:autogen(?:\.sh)?|bootstrap(?:\.sh)?|configure)[\"' ;&]"
)
"""A command of a script that makes ``configure`` or runs it, or a string that is such a command."""
_MACROS = (
    ("automake", re.compile(r"\bAM_INIT_AUTOMAKE\b")),
    ("libtool", re.compile(r"\b(?:LT_INIT|AC_PROG_LIBTOOL|AM_PROG_LIBTOOL)\b")),
    ("pkg-config", re.compile(r"\b(?:PKG_PROG_PKG_CONFIG|PKG_CHECK_MODULES)\b")),
)
_MODULES = re.compile(r"(?m)^PKG_CHECK_MODULES\(\s*\[?\w+\]?\s*,\s*\[?([^\],()]*)\]?\s*([,)])")
_PROGRAM = re.compile(r"(?m)^AC_(?:CHECK|PATH)_PROG\(\s*\[?(\w+)\]?\s*,\s*\[?([\w.+-]+)\]?\s*[,)]")
_WITHOUT = (
    r"\bif test [^\n]{{0,40}}\$\{{?{}\b[^\n]{{0,40}}"
    r"(?:(?!\n\s*fi\b|\belse\b).){{0,1000}}?AC_MSG_ERROR"
)
"""What follows the question for a program that configure ends without."""
_MODULE = re.compile(r"([A-Za-z][\w.+-]*)(?:\s*(?:>=|=|>)\s*([\d.]+))?")


def configure_needs(facts: SourceNeedsInput, *, configured: bool) -> Iterator[BuildNeed]:
    """Tools that make ``configure``, and packages and programs that it cannot do without.

    `configured`: a command of the build is known to run ``configure`` or what makes it; others are
    found in the texts of its scripts. A check under a condition, or with an answer to its failing,
    asks for nothing.
    """
    paths = [
        path for path in facts.texts if path.rpartition("/")[2] in _NAMES and not is_aside(path)
    ]
    if not paths or not (configured or _is_run(facts)):
        return
    generated = _is_generated(facts)
    for path in paths:
        folder = path.rpartition("/")[0]
        bare = _COMMENT.sub("", facts.texts[path][:_LONG])
        made = generated and f"{folder}/configure".lstrip("/") not in facts.members
        if made:
            yield from _of_macros(path, bare)
            yield from _of_generator(path, facts)
        yield from _of_modules(path, bare)
        yield from _of_programs(path, bare)


def _is_run(facts: SourceNeedsInput) -> bool:
    return any(_RUNS.search(text) for _, text in build_scripts(facts))


def _is_generated(facts: SourceNeedsInput) -> bool:
    scripts = (text for path, text in facts.texts.items() if path.endswith(".py"))
    return any(map(_GENERATES.search, scripts))


def _of_macros(path: str, text: str) -> Iterator[BuildNeed]:
    yield BuildNeed(NeedKind.TOOL, "autoconf", f"{path}: its configure is made in the build")
    for tool, macro in _MACROS:
        found = macro.search(text)
        if found:
            yield BuildNeed(NeedKind.TOOL, tool, f"{path}: {found[0]}")


def _of_generator(path: str, facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The tools that make ``configure``, by the script beside ``configure.ac`` that runs them.

    Where no such script can be read, `autoreconf` does it.
    """
    folder = path.rpartition("/")[0]
    beside = (f"{folder}/{name}".lstrip("/") for name in _GENERATORS)
    script = next((each for each in beside if each in facts.texts), "")
    text = _COMMENT.sub("", facts.texts[script][:_LONG]) if script else "autoreconf"
    for tool, command in _STEPS:
        found = command.search(text)
        if found:
            source = f"{script or path}: {found[0]} makes configure"
            yield BuildNeed(NeedKind.TOOL, tool, source)


_GENERATORS = ("autogen.sh", "bootstrap.sh")
_STEPS = (
    ("automake", re.compile(r"(?m)(?:^|(?<=[\s;&|(]))(?:autoreconf|aclocal|automake)\b(?!\.m4)")),
    ("libtool", re.compile(r"(?m)^\s*libtoolize\b")),
)
"""Commands by which a script makes ``configure`` and the package of each."""


def _of_modules(path: str, text: str) -> Iterator[BuildNeed]:
    for match in _MODULES.finditer(text):
        role = Role.REQUIRED if match[2] == ")" else Role.OPTIONAL
        source = f"{path} asks pkg-config for {match[1].strip()}"
        if role is Role.REQUIRED:
            yield BuildNeed(NeedKind.TOOL, "pkg-config", source)
        yield from _named(match[1], source, role)


def _of_programs(path: str, text: str) -> Iterator[BuildNeed]:
    """Programs that configure looks for, and ends with an error where they are not there."""
    for match in _PROGRAM.finditer(text):
        variable, program = match.groups()
        if re.search(_WITHOUT.format(variable), text[match.end() :], re.DOTALL):
            yield from program_need(program, f"{path} ends where {program} is not found")


def _named(text: str, source: str, role: Role) -> Iterable[BuildNeed]:
    for name, least in _MODULE.findall(text):
        yield from need_called(FileKind.PC, name, source, role, least)
