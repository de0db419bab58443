"""What of a script runs, against the shells themselves where this machine has them."""

import shutil
import subprocess

import pytest

from wheelcheck.dockerfile.reading.shell.nesting import MAX_NESTING
from wheelcheck.dockerfile.reading.shell.script_commands import Command, Shell, commands

ARMS = "case arm64 in (amd64) echo a;; x86*|arm64) echo b;; arm*) echo c;; *) echo d;; esac"
LINES = "case a in\n  b) echo b;;\n  # comment\n  a) echo a\nesac; echo z"
SCRIPTS = [
    ARMS,
    LINES,
    'case "" in "") echo a;; *) echo b;; esac',
    'X=y; case "$X" in x) echo a;; esac; echo b',
    "case ab in [!b]b) echo b;; esac",
    "case a in a) case b in a) echo x;; b) echo y;; esac; echo z;; b) echo q;; esac",
    "case a in a) [ a = b ] && echo x;; esac",
    "[ a = b ] && echo x",
    "[ a = b ] && echo x || echo y",
    "[ a = a ] && echo x || echo y",
    "[ a = a ] || echo x",
    "[ a = b ] || echo x && echo y",
    "[ a = b ] && { echo x; echo z; }; echo y",
    "[ a = b ] && (echo x; echo z) || echo y",
    "[ a = a ] && { echo x; echo z; } && echo y",
    "set -e; [ a = b ] && echo x; echo d",
    "set -e; [ a = b ]; echo d",
    "set -e; if [ a = b ]; then echo x; fi; echo d",
    "if [ a = a ]; then [ a = b ] && echo x; fi",
    "if [ a = a ]; then [ a = b ] && echo x; else echo y; fi; echo z",
    "if [ a = b ] && (echo t); then echo b; else echo c; fi",
    "if false; then echo a; elif : && [ x ]; then echo b; else echo c; fi",
    "echo q && [ a = b ] && echo x",
    "echo q && [ a = a ] && echo x",
    "[ a = b ] | cat && echo x",
    "[ ! a = b ] && echo x; ! [ a = b ] && echo y; [ -n a ] && echo z; [ -z a ] || echo w",
    "f() { echo x; }; echo y",
    "[[ a = a ]] && echo x",
    "if [[ a = a ]]; then echo x; else echo y; fi",
    "[[ a = a ]]; echo x",
    "[ a == a ] && echo x",
    "if ! [ a == a ]; then echo x; else echo y; fi",
    "if [ a = b ]\n\n# comment\nthen echo x; else echo y; fi",
    "if [ a = a ];\nthen echo x; else echo y; fi",
    "set -e; ! [ a = a ]; echo d",
]


def followed(script: str, shell: Shell) -> tuple[list[str], bool]:
    """What is known to be said, and whether the script is known to fail."""
    found = list(commands(script, {}, shell))
    ends = next((at for at, each in enumerate(found) if fails(each)), len(found))
    at_once = [each for each in found[:ends] if not each.within and each.texts[:1] == ("echo",)]
    return [" ".join(each.texts[1:]) for each in at_once], ends < len(found)


def fails(command: Command) -> bool:
    return command.holds is False and command.ends_script and not command.within


@pytest.mark.parametrize("program", ["dash", "bash"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_followed_is_what_the_shell_does(script: str, program: str):
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program} here")
    ran = subprocess.run([path, "-c", script], capture_output=True, text=True, check=False)
    assert followed(script, Shell(extended=program == "bash")) == (
        ran.stdout.split(),
        ran.returncode != 0,
    )


@pytest.mark.parametrize(
    ("script", "within"),
    [
        ("case $x in a) run;; esac", "case"),
        ("case a in $x) :;; a) run;; esac", "case"),
        ("case a in a) :;& c) run;; esac", "case"),
        ('case "a*" in a\\*) run;; esac', "case"),
        ("case a in $x) :;; esac; run", ""),
        ("[ -f y ] && { :; run; }", "test"),
        ("probe || (:; run)", "||"),
        ("[[ a = a ]] && run", "test"),
        ("[ a == a ] || run", "||"),
        ("[ a == a ] && [ a = a ] && run", "test"),
        ("if [ -f y ]; then :; elif [ a = a ]; then run; fi", "if"),
        ("[ a = a ] | cat && run", ""),
        (f"{'{ ' * (MAX_NESTING + 5)} [ a = b ] && run", "if"),
    ],
)
def test_what_is_not_known_decides(script: str, within: str):
    (found,) = (each for each in commands(script, {}) if each.texts == ("run",))
    assert found.within == within
