"""What a shell line does to files: ``mkdir``, ``cp``, ``useradd``, ``chown``, ``sed -i``, ``curl``.

Only what later steps may ask for is read: where folders are, where files come from and who owns
them. Sources: the manuals of coreutils, shadow (useradd), Debian's adduser, busybox, curl, wget,
git and tar.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

__all__ = [
    "FILE_COMMANDS",
    "ChangedFiles",
    "CopiedFiles",
    "FetchedFiles",
    "FileCommand",
    "MadeFolders",
    "NewUser",
    "OwnedPaths",
    "TouchedFiles",
    "file_command",
    "written_text",
]


@dataclass(frozen=True, slots=True)
class MadeFolders:
    """``mkdir``, ``install -d``: folders that exist from now on. `owner` is "" for the user's."""

    paths: tuple[str, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class NewUser:
    """``useradd`` and ``adduser``. `home` is "" where it is the usual one; `made` whether it is."""

    name: str
    home: str = ""
    made: bool = True
    uid: str = ""


@dataclass(frozen=True, slots=True)
class CopiedFiles:
    """``cp``, ``mv`` and ``ln -s`` (`linked`); `into`: the destination is named as a folder."""

    sources: tuple[str, ...]
    destination: str
    moved: bool = False
    into: bool = False
    linked: bool = False


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """Files that a program changes in place, so that their text is not known any more."""

    paths: tuple[str, ...]
    program: str


@dataclass(frozen=True, slots=True)
class FetchedFiles:
    """Files or a folder whose content comes from elsewhere; "." for the working directory."""

    path: str
    program: str


@dataclass(frozen=True, slots=True)
class TouchedFiles:
    """``touch``: files that are empty where they were not there before."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnedPaths:
    """``chown`` and ``chmod``: `user` is "*" where everybody may write from now on."""

    paths: tuple[str, ...]
    user: str
    recursive: bool


FileCommand = (
    MadeFolders | NewUser | CopiedFiles | ChangedFiles | FetchedFiles | TouchedFiles | OwnedPaths
)

FILE_COMMANDS = (
    MadeFolders, NewUser, CopiedFiles, ChangedFiles, FetchedFiles, TouchedFiles, OwnedPaths
)  # fmt: skip

_VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # The options whose value is a word of its own.
        "mkdir": frozenset({"-m", "--mode"}),
        "install": frozenset({"-m", "--mode", "-o", "--owner", "-g", "--group", "-t"}),
        "cp": frozenset({"-t", "--target-directory", "-S", "--suffix"}),
        "mv": frozenset({"-t", "--target-directory", "-S", "--suffix"}),
        "useradd": frozenset(
            {"-d", "--home-dir", "--home", "-u", "--uid", "-g", "--gid", "-G", "--groups", "-s"}
            | {"--shell", "-c", "--comment", "-k", "--skel", "-p", "--password", "-b"}
            | {
                "--base-dir",
                "-e",
                "--expiredate",
                "-f",
                "--inactive",
                "-K",
                "--key",
                "-R",
                "--root",
            }
        ),
        "adduser": frozenset(
            {"--home", "-h", "--uid", "-u", "--gid", "--ingroup", "-G", "--shell", "-s"}
            | {"--gecos", "-g", "--comment", "-k", "--conf", "--firstuid", "--lastuid"}
        ),
        "git": frozenset({"-b", "--branch", "--depth", "-c", "--config", "-C", "--reference"}),
        "curl": frozenset({"-o", "--output", "-H", "--header", "-u", "-X", "-A", "--retry", "-d"}),
        "wget": frozenset({"-O", "--output-document", "-P", "--directory-prefix", "--header"}),
        "tar": frozenset({"-C", "--directory", "-f", "--file", "--strip-components"}),
        "unzip": frozenset({"-d"}),
        "chown": frozenset({"--reference", "--from"}),
        "chmod": frozenset({"--reference"}),
    }
)
_IN_PLACE = re.compile(r"-[a-zA-Z]*i.*|--in-place.*")
_OPEN_MODE = re.compile(r"[0-7]?[0-7][0-7][2367]|(?:[ugo]*[oa][ugo]*|)\+[rwxX]*w[rwxX]*")


def file_command(words: Sequence[str]) -> FileCommand | None:
    """Recognise a command that makes, moves, fetches or hands over files; None for all else."""
    name = posixpath.basename(words[0]) if words else ""
    if name == "busybox" and words[1:]:
        return file_command(words[1:])
    reader = _READERS.get(name)
    if reader is None:
        return None
    flags, arguments = _split(words[1:], _VALUES.get(name, frozenset()))
    return reader(name, flags, arguments)


def written_text(words: Sequence[str], stdin: str | None) -> str | None:
    """What ``echo``, ``printf`` or ``cat <<EOF`` writes; None where that is not known."""
    name = posixpath.basename(words[0]) if words else ""
    if name == "echo":
        texts = list(words[1:])
        newline = "" if texts[:1] in (["-n"], ["-ne"], ["-en"]) else "\n"
        while texts and re.fullmatch(r"-[neE]+", texts[0]):
            del texts[0]
        # dash and busybox expand \n in any echo, bash with -e alone: requirements have none.
        return " ".join(texts).replace("\\n", "\n") + newline
    if name == "printf" and len(words) > 1:
        return _printf(words[1], words[2:])
    if name in {"cat", "tee"} and stdin is not None and (name == "tee" or len(words) == 1):
        return stdin
    return None


def _printf(pattern: str, values: Sequence[str]) -> str | None:
    pattern = pattern.replace("\\n", "\n").replace("\\t", "\t")
    holes = pattern.count("%")
    if not holes:
        return pattern
    if holes != pattern.count("%s") + pattern.count("%b"):
        return None
    pattern = pattern.replace("%b", "%s")
    rows = [values[start : start + holes] for start in range(0, max(len(values), 1), holes)]
    padded = ([*row, *[""] * (holes - len(row))] for row in rows)
    return "".join(pattern % tuple(row) for row in padded).replace("\\n", "\n")


def _split(words: Sequence[str], with_value: frozenset[str]) -> tuple[dict[str, str], list[str]]:
    """Options with their values ("" for flags; letters of a cluster one by one), and the rest."""
    flags: dict[str, str] = {}
    arguments: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return flags, [*arguments, *rest]
        if not word.startswith("-") or word == "-":
            arguments.append(word)
            continue
        name, equals, value = word.partition("=")
        if equals and word.startswith("--"):
            flags[name] = value
        elif name in with_value:
            flags[name] = rest.pop(0) if rest else ""
        elif word.startswith("--"):
            flags[name] = ""
        else:
            _cluster(word, with_value, flags, rest)
    return flags, arguments


def _cluster(word: str, with_value: frozenset[str], flags: dict[str, str], rest: list[str]) -> None:
    """``-fsSLo FILE``, ``-oFILE``: the first letter with a value takes all that follows."""
    for position, letter in enumerate(word[1:], 2):
        option = f"-{letter}"
        if option in with_value:
            flags[option] = word[position:] or (rest.pop(0) if rest else "")
            return
        flags[option] = ""


def _value(flags: Mapping[str, str], *names: str) -> str:
    return next((flags[name] for name in names if name in flags), "")


def _mkdir(_: str, __: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    return MadeFolders(tuple(arguments)) if arguments else None


def _install(_: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if "-d" in flags or "--directory" in flags:
        return MadeFolders(tuple(arguments), _value(flags, "-o", "--owner"))
    return _copy("cp", flags, arguments)


def _copy(name: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    folder = _value(flags, "-t", "--target-directory")
    if folder and arguments:
        return CopiedFiles(tuple(arguments), folder, name == "mv", into=True)
    if len(arguments) < 2:  # noqa: PLR2004 (a source and a destination)
        return None
    *sources, last = arguments
    into = last.endswith("/") or len(sources) > 1
    return CopiedFiles(tuple(sources), last, name == "mv", into)


def _link(_: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if not {"-s", "--symbolic"} & set(flags) or len(arguments) < 2:  # noqa: PLR2004
        return None
    into = arguments[-1].endswith("/")
    return CopiedFiles(tuple(arguments[:-1]), arguments[-1], into=into, linked=True)


def _new_user(name: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if not arguments or "--group" in flags:
        return None  # adduser --group adds a group
    home = _value(flags, "-d", "--home-dir", "--home", "-h")
    uid = _value(flags, "-u", "--uid")
    if name == "useradd":
        return NewUser(arguments[-1], home, bool({"-m", "--create-home"} & set(flags)), uid)
    if len(arguments) > 1:
        return None  # adduser USER GROUP
    without = {"-H", "--no-create-home"} & set(flags)
    return NewUser(arguments[0], home, not without, uid)


def _sed(name: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if not any(_IN_PLACE.fullmatch(flag) for flag in flags):
        return None
    files = arguments if {"-e", "-f", "--expression"} & set(flags) else arguments[1:]
    return ChangedFiles(tuple(files), name)


def _changed(name: str, _: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    return ChangedFiles(tuple(arguments), name) if arguments else None


def _touch(_: str, __: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    return TouchedFiles(tuple(arguments)) if arguments else None


def _git(name: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if arguments[:1] == ["init"]:
        return MadeFolders((posixpath.join(_value(flags, "-C"), *arguments[1:2], ".git"),))
    if arguments[:1] != ["clone"] or len(arguments) < 2:  # noqa: PLR2004
        return None
    folder = arguments[2:] or [posixpath.basename(arguments[1].rstrip("/")).removesuffix(".git")]
    return FetchedFiles(folder[0], f"{name} clone")


def _curl(name: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    given = _value(flags, "-o", "--output")
    remote = {"-O", "--remote-name", "--remote-name-all"} & set(flags)
    if not given and not (remote and arguments):
        return None
    return FetchedFiles(given or posixpath.basename(arguments[-1]), name)


def _wget(name: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    given = _value(flags, "-O", "--output-document")
    if given == "-" or not arguments:
        return None
    folder = _value(flags, "-P", "--directory-prefix")
    return FetchedFiles(given or posixpath.join(folder, posixpath.basename(arguments[-1])), name)


def _unpack(name: str, flags: Mapping[str, str], _: list[str]) -> FileCommand | None:
    folder = _value(flags, "-C", "--directory") or _value(flags, "-d")
    return FetchedFiles(folder or ".", name)


def _chown(_: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if len(arguments) < 2:  # noqa: PLR2004
        return None
    user = arguments[0].partition(":")[0].partition(".")[0]
    return OwnedPaths(tuple(arguments[1:]), user, bool({"-R", "--recursive"} & set(flags)))


def _chmod(_: str, flags: Mapping[str, str], arguments: list[str]) -> FileCommand | None:
    if len(arguments) < 2 or not _OPEN_MODE.fullmatch(arguments[0]):  # noqa: PLR2004
        return None
    return OwnedPaths(tuple(arguments[1:]), "*", bool({"-R", "--recursive"} & set(flags)))


_READERS = {
    "adduser": _new_user,
    "chmod": _chmod,
    "chown": _chown,
    "cp": _copy,
    "curl": _curl,
    "dos2unix": _changed,
    "git": _git,
    "install": _install,
    "ln": _link,
    "mkdir": _mkdir,
    "mv": _copy,
    "sed": _sed,
    "tar": _unpack,
    "touch": _touch,
    "truncate": _changed,
    "unzip": _unpack,
    "useradd": _new_user,
    "wget": _wget,
}
