"""Commands whose effect does not follow from their words: scripts, and programs in general."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

__all__ = ["UPDATERS", "is_harmless", "runs_script", "script_files"]

_SHELLS = {"sh", "bash", "ash", "dash", "zsh", "ksh", "source", ".", "eval"}
_RUNS_FILES = {"sh", "bash", "ash", "dash", "zsh", "ksh"}
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
UPDATERS = frozenset({"add-apt-repository", "apt-add-repository", "install_packages"})
"""Programs that run ``apt-get update`` themselves."""

_HARMLESS = frozenset(
    [
        ":",
        "[",
        "[[",
        "addgroup",
        "adduser",
        "apk",
        "apt",
        "apt-cache",
        "apt-get",
        "apt-mark",
        "aptitude",
        "awk",
        "basename",
        "cat",
        "cd",
        "chmod",
        "chown",
        "command",
        "cp",
        "curl",
        "cut",
        "date",
        "dirname",
        "dnf",
        "dnf5",
        "dpkg",
        "echo",
        "env",
        "exit",
        "export",
        "false",
        "find",
        "fold",
        "getent",
        "git",
        "gpg",
        "grep",
        "groupadd",
        "groupmod",
        "head",
        "hash",
        "id",
        "install",
        "ldconfig",
        "ln",
        "locale",
        "locale-gen",
        "ls",
        "microdnf",
        "mkdir",
        "mv",
        "passwd",
        "poetry",
        "popd",
        "printenv",
        "printf",
        "pushd",
        "pwd",
        "readlink",
        "realpath",
        "rm",
        "rmdir",
        "rpm",
        "sed",
        "set",
        "sha256sum",
        "sleep",
        "sort",
        "stat",
        "strip",
        "tail",
        "tar",
        "tdnf",
        "test",
        "time",
        "touch",
        "tr",
        "true",
        "truncate",
        "type",
        "tzdata",
        "uname",
        "uniq",
        "unset",
        "unzip",
        "update-ca-certificates",
        "useradd",
        "usermod",
        "uv",
        "uvx",
        "wc",
        "wget",
        "which",
        "yum",
        "shopt",
        "trap",
        "ulimit",
        "umask",
        "wait",
        "xz",
        "gzip",
        "zip",
        "pip",
        "pip2",
        "pip3",
        "pipenv",
        "pdm",
        "pip-compile",
        "pip-sync",
        "pipx",
        "ping",
        "nproc",
        "whoami",
        "xargs",
        "conda",
        "mamba",
        "micromamba",
        "npm",
        "npx",
        "yarn",
        "pnpm",
        "node",
        "corepack",
        "virtualenv",
    ]
)


def runs_script(words: Sequence[str]) -> bool:
    """Whether a shell script runs, which may install or remove whatever it likes."""
    name = posixpath.basename(words[0])
    return (
        name in _SHELLS
        or name.endswith((".sh", ".bash"))
        or words[0].startswith(("./", "../"))
        or name in {"extrepo", "make", "ansible-playbook", "nix-env"}
    )


def is_harmless(words: Sequence[str]) -> bool:
    """Whether a program writes no files but those that its options name."""
    name = posixpath.basename(words[0])
    if name.startswith(("python", "pypy")):
        return words[1:2] in (["--version"], ["-V"]) or words[1:3] == ["-m", "compileall"]
    return name in _HARMLESS and not runs_script(words)


def script_files(words: Sequence[str]) -> tuple[str, ...]:
    """The files of which one has the commands that run: a shell's script, or make's rules."""
    name, rest = posixpath.basename(words[0]), words[1:]
    if name in _RUNS_FILES:
        file = next((word for word in rest if not word.startswith("-")), "")
        given = any(word.startswith("-") and set(word) & set("cs") for word in rest)
        return (file,) if file and not given else ()
    if name == "make":
        folder = _value_of("-C", rest)
        named = _value_of("-f", rest)
        names = (named,) if named else _MAKEFILES
        return tuple(posixpath.join(folder, each) for each in names)
    is_script = name.endswith((".sh", ".bash")) or words[0].startswith(("./", "../"))
    return (words[0],) if is_script else ()


def _value_of(option: str, words: Sequence[str]) -> str:
    """The value of an option of one letter, the next word or the rest of its own; ""."""
    for position, word in enumerate(words):
        if word == option:
            return next(iter(words[position + 1 : position + 2]), "")
        if word.startswith(option):
            return word.removeprefix(option)
    return ""
