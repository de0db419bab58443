"""The parser of all commands: errors in a sentence, help that fits the terminal."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable

from wheelcheck.cli.width import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = [
    "PROGRAM",
    "USAGE_ERROR",
    "Help",
    "Parser",
    "add_help",
    "add_repeatable",
    "did_you_mean",
    "grouped_parser",
    "limit",
    "listed",
    "positive",
    "size_in_bytes",
]

PROGRAM = "wheelcheck"


USAGE_ERROR = 2


_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """Tells an error in one sentence instead of a page of usage. No option is abbreviated."""

    def __init__(self, command: str = "", **options: Any) -> None:
        """`command` is the word after the program's name; `options` are those of argparse."""
        super().__init__(prog=f"{PROGRAM} {command}".rstrip(), allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Exit with 2 and the sentence, with the nearest option where one is misspelt."""
        from wheelcheck.redaction import redact  # most runs have no error

        message = redact(message)
        hint = self._near(message)
        self.exit(USAGE_ERROR, f"{PROGRAM}: {message}{hint}\nTry '{self.prog} --help'.\n")

    def _near(self, message: str) -> str:
        unknown = message.partition("unrecognized arguments: ")[2].split()
        choice = _CHOICE.search(message)
        if choice:
            return did_you_mean(choice[1], re.findall(r"[\w-]+", choice[2]))
        options = [word.partition("=")[0] for word in unknown if word.startswith("-")]
        return did_you_mean(options[0], self._option_string_actions) if options else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question with the nearest known words, "" where none is near."""
    from difflib import get_close_matches  # `near_names` imports much besides, for a mistyped word

    near = get_close_matches(word, list(known), n=2, cutoff=0.7)
    return f". Did you mean {' or '.join(near)}?" if near else ""


class Help(argparse.RawDescriptionHelpFormatter):
    """Leaves room for an option and its short form on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=columns(80) - 2)


def listed(noun: str) -> Callable[[str], list[str]]:
    """An argparse type: ``3.11,3.12`` → a list, refusing empty items."""

    def split(text: str) -> list[str]:
        items = [item.strip() for item in text.split(",")]
        if not all(items):
            raise argparse.ArgumentTypeError(f"an empty {noun} in {text!r}")
        return items

    return split


def add_repeatable(
    group: argparse._ActionsContainer, *names: str, metavar: str, words: str
) -> None:
    """An option that may be given several times."""
    group.add_argument(*names, action="append", default=[], metavar=metavar, help=words)


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """An argparse type: a number above 0."""
    return _number(kind, lambda value: 0 < value < float("inf"), "above 0")


def limit(most: float) -> Callable[[str], float]:
    """An argparse type: a number from 0 to `most`."""
    meant = "0 or more" if most == float("inf") else f"from 0 to {most:g}"
    return _number(float, lambda value: 0 <= value <= most, meant)


def _number(
    kind: Callable[[str], float], admits: Callable[[float], bool], meant: str
) -> Callable[[str], float]:
    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not admits(value):
            raise argparse.ArgumentTypeError(f"{text} is not {meant}")
        return value

    return number


def size_in_bytes(text: str) -> int:
    """An argparse type: ``7G``, ``512M``, ``2GiB``; decimal units unless the i says otherwise."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMGT]?)(i?)B?", text)
    if match is None or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 7G or 512M")
    power = " kMGT".index(match[2] or " ")
    unit: int = (1024 if match[3] else 1000) ** power
    return round(float(match[1]) * unit)


def grouped_parser(command: str, *, usage: str, description: str, epilog: str) -> Parser:
    """The parser of a command whose options stand in groups: `add_help` goes into one of them."""
    return Parser(
        command,
        usage=usage,
        description=description,
        epilog=epilog,
        formatter_class=Help,
        add_help=False,
    )


def add_help(group: argparse._ActionsContainer) -> None:
    """The option that every parser has."""
    group.add_argument("-h", "--help", action="help", help="print this, and end")
