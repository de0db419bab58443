"""The question of a command line, as the key under which its report is cached.

Importing this must stay cheap, as with `wheelcheck.result_cache.report_cache`.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from wheelcheck.cli.width import columns
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import WheelcheckError
from wheelcheck.fence import contain
from wheelcheck.index import default_cache_dir
from wheelcheck.regular_files import is_regular, read_regular
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.result_cache.report_cache import Rendering, ReportCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

__all__ = [
    "incomplete_words",
    "is_plain",
    "manner_of",
    "report_cache_of",
    "states_policy",
    "take_over",
    "wants_policy",
    "write_cached",
]

_MANNER = frozenset({"builds", "color", "format", "versions"})
_POLICY = frozenset(
    {"fail_on", "max_build_minutes", "max_image_mb", "min_coverage", "allow", "no_policy"}
)
_BESIDE_THE_QUESTION = (
    frozenset({"cache_dir", "discoveries", "no_cache", "offline", "output", "timeout"})
    | _MANNER
    | _POLICY
)
"""Options that do not alter the report, but where it is kept, what is held against it and how it
is shown."""
_ENCODING = ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONUTF8")
"""Variables by which files are decoded that are neither UTF-8 nor say what they are."""
_COLOURS = ("NO_COLOR", "FORCE_COLOR", "TERM")
_READING = {
    "packages": "package",
    "constraints": "constraint",
    "build_constraints": "build_constraint",
    "extras": "extra",
    "groups": "group",
    "allow_outside": "allow_outside",
    "pre": "pre",
    "only_binary": "only_binary",
    "no_binary": "no_binary",
    "prefer_binary": "prefer_binary",
    "exclude_newer": "exclude_newer",
    "index_url": "index_url",
    "extra_index_urls": "extra_index_url",
    "no_index": "no_index",
    "find_links": "find_links",
}
"""Keywords of a `Question` that decide how its inputs are read, with their options."""
_FILES = ("files", "requirement", "constraint", "build_constraint")
"""Options that name files to read."""
_ABSOLUTE = re.compile(r"\d{4}-")


def report_cache_of(args: Namespace) -> ReportCache | None:
    """Who keeps the answer; None where it depends on what cannot be looked at again."""
    inputs = [path for name in _FILES for path in getattr(args, name)]
    relative = args.exclude_newer and not _ABSOLUTE.match(args.exclude_newer)
    if args.no_cache or args.pip_config or relative or not all(map(os.path.isfile, inputs)):
        return None
    try:
        folder = str(Path.cwd())
    except OSError:  # it was removed
        return None
    words = {key: value for key, value in vars(args).items() if key not in _BESIDE_THE_QUESTION}
    words |= {"folder": folder, "policy": _policy_text(args), "found": repr(args.discoveries)}
    words |= {name: os.environ.get(name) for name in _ENCODING}
    root = Path(args.cache_dir) if args.cache_dir else default_cache_dir(os.environ)
    unnamed = words | {name: len(words[name]) for name in _FILES}
    return ReportCache(root, words, offline=args.offline, unnamed=unnamed)


def take_over(args: Namespace, report_cache: ReportCache | None) -> None:
    """Look for the report on a question that means the same, where there is none on this one.

    What is wrong with the input is left to the ordinary way.
    """
    if report_cache is None or report_cache.found or args.discoveries or states_policy(args):
        return
    try:
        _take_over(args, report_cache)
    except WheelcheckError:
        pass
    except Exception as error:  # noqa: BLE001 (the question is answered without it)
        contain(error, "a cached report", "cached-report")


def _take_over(args: Namespace, report_cache: ReportCache) -> None:
    from wheelcheck.api.questions.question import Question, can_be_read_again
    from wheelcheck.result_cache.meaning import meaning_of

    question = Question(
        requirements=[Path(name) for name in (*args.files, *args.requirement)],
        **{name: getattr(args, option) for name, option in _READING.items()},
    )
    files: dict[str, bytes | None] = {}
    requirements = question.read(datetime.now(UTC), files, args.installer)
    if requirements.policy.cooldown is None:  # it counts from the moment of the reading
        report_cache.read = requirements, files
    meaning = meaning_of(requirements, question.names)
    if meaning is not None and can_be_read_again(files):
        contents = {path: data for path, data in files.items() if data is not None}
        report_cache.take_over(meaning, contents, manner_of(args))


def write_cached(args: Namespace, report_cache: ReportCache | None) -> int | None:
    """Write a cached report; None where there is none or it must be rendered first.

    It must unless it was written in the same manner before, or is written as JSON with no policy
    held against it and the installation succeeds.
    """
    found = report_cache.found if report_cache and report_cache.fresh else None
    if found is None or report_cache is None:
        return None
    if is_plain(args) and not found.fails:
        complaints = incomplete_words(found.errors) if found.errors else ""
        rendering = Rendering(found.json, complaints, 3 if found.errors else 0)
    else:
        known = report_cache.rendering(manner_of(args))
        if known is None:
            return None
        rendering = known
    require_folder(args.output)
    write(rendering.output, args.output)
    sys.stderr.write(rendering.complaints)
    return rendering.code


def is_plain(args: Namespace) -> bool:
    """Whether the report is written as it is cached: as JSON, with no policy held against it."""
    limits = (args.max_build_minutes, args.max_image_mb, args.min_coverage)
    policy = args.fail_on or args.allow or states_policy(args)
    return args.format == "json" and not policy and all(each is None for each in limits)


def manner_of(args: Namespace) -> dict[str, object]:
    """All that decides how a report is written, besides the report: options and terminal."""
    manner = {option: getattr(args, option) for option in _MANNER | _POLICY}
    terminal = {"width": columns(0), "is_terminal": sys.stdout.isatty()}
    environment = {name: os.environ.get(name) for name in _COLOURS}
    to_file = {"to_file": args.output is not None, "encoding": sys.stdout.encoding}
    return manner | terminal | environment | to_file


def incomplete_words(errors: int) -> str:
    """The line for standard error that says that the answer is not whole."""
    return f"wheelcheck: the answer is incomplete: {counted(errors, 'problem')}\n"


def wants_policy(args: Namespace) -> bool:
    """Whether a report is held against a policy, of a file or of options."""
    options = (getattr(args, name, None) for name in _POLICY - {"no_policy"})
    return any(each not in (None, []) for each in options) or states_policy(args)


def states_policy(args: Namespace) -> bool:
    """Whether a file states a policy, inputs or targets, or is too broken to tell."""
    text = _policy_text(args)
    if "tool.wheelcheck" in text or "wheelcheck" not in text:
        return "wheelcheck" in text
    import tomllib  # a table has many spellings: [tool . wheelcheck], tool = {wheelcheck = {}}

    try:
        return "wheelcheck" in tomllib.loads(text).get("tool", {})
    except (tomllib.TOMLDecodeError, TypeError):
        return True


def _policy_text(args: Namespace) -> str:
    """The file that may state a policy, broken or not; empty where there is none.

    Raises OSError where the named file cannot be read: a misspelt name must not open the gate.
    """
    path = Path(args.policy or "pyproject.toml")
    if args.no_policy or (args.policy is None and not is_regular(path)):
        return ""
    return read_regular(path, 1_000_000).decode("utf-8", "surrogateescape")
