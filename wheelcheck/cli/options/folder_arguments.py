"""Folders on the command line, or no input at all: the files in them take their place."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from wheelcheck.cli.options.option_parser import PROGRAM

if TYPE_CHECKING:  # heavy, and for folders alone
    from wheelcheck.api.questions.discovery import Discovery

__all__ = ["take_folders"]


def take_folders(args: Namespace) -> None:
    """Replace folders by what is found in them, and say on standard error what that is.

    Without any input the working folder is meant. Raises `UsageError` for a folder with nothing
    to judge.
    """
    if not (args.files or args.requirement or args.package):
        args.files = _of_named_policy(args) or ["."]
    found = {
        name: _discover(args, Path(name)) for name in dict.fromkeys(args.files) if _is_folder(name)
    }
    if not found:
        return
    taken = (found[name].inputs if name in found else (name,) for name in args.files)
    args.files = list(map(str, chain.from_iterable(taken)))
    targets = (discovery.targets for discovery in found.values())
    args.target = args.target or list(next(filter(None, targets), ()))
    args.discoveries = tuple(found.values())


def _is_folder(name: str) -> bool:
    return name != "-" and Path(name).is_dir()


def _discover(args: Namespace, folder: Path) -> Discovery:
    """What is in a folder; its policy holds from now on."""
    from wheelcheck.api.questions.discovery import discover

    _take_policy(args, folder)
    named = args.target or args.python or args.libc or args.arch or args.platforms
    with_targets = not named and not _policy_targets(args)
    found = discover(folder, as_of=_day(args).date(), with_targets=with_targets)
    sys.stderr.write(f"{PROGRAM}: {found.sentence}\n")
    return found


def _of_named_policy(args: Namespace) -> list[str]:
    """The inputs that the file of ``--policy`` names."""
    if args.policy is None:
        return []
    from wheelcheck.api.questions.settled import usual_inputs
    from wheelcheck.cli.options.policy_options import settings_of

    return list(map(str, usual_inputs(settings_of(args))))


def _take_policy(args: Namespace, folder: Path) -> None:
    """The policy of a folder goes before that of the working folder, where it states one."""
    if args.policy is not None or args.no_policy or folder == Path():
        return
    from wheelcheck.requirements.folder_inputs import project_table

    tools = project_table(folder).get("tool", {})
    if isinstance(tools, dict) and "wheelcheck" in tools:
        args.policy = str(folder / "pyproject.toml")


def _policy_targets(args: Namespace) -> bool:
    """Whether ``[tool.wheelcheck]`` names targets; it is checked as a whole there."""
    from wheelcheck.cli.cached_report import states_policy

    if not states_policy(args):
        return False
    from wheelcheck.cli.options.policy_options import settings_of

    return bool(settings_of(args).targets)


def _day(args: Namespace) -> datetime:
    from wheelcheck.requirements import parse_exclude_newer

    now = datetime.now(UTC)
    bound = parse_exclude_newer(args.exclude_newer, now=now) if args.exclude_newer else None
    return (bound or now) - timedelta(microseconds=1)
