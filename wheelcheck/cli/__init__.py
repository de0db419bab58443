"""The command line: ``wheelcheck FILE…`` and its few command words.

Exit codes: 0 judged, 1 a policy is violated, 2 wrong usage or unreadable input, 3 the answer is
incomplete, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

__all__ = ["main"]

DONE, USAGE, INCOMPLETE, INTERRUPTED = 0, 2, 3, 130


def main(argv: Sequence[str] | None = None, *, own_process: bool = False) -> int:
    """Run the command and return its exit code. Errors are written to stderr, a sentence each.

    In its `own_process` the command may choose what others would have to live with.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if "--debug" in words:  # of every command, and needed before its options are read
        words.remove("--debug")
        _show_debugging()
    try:
        if words in (["--help"], ["-h"]) and _print_help():
            return DONE
        if words and words[0] in _COMMANDS:
            return _COMMANDS[words[0]](words[1:])
        return _check(words, own_process=own_process)
    except SystemExit as ending:  # argparse ends so after --help and after an error
        return ending.code if isinstance(ending.code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last place that can turn it into a sentence)
        return _failure(error)


def _check(words: Sequence[str], *, own_process: bool) -> int:
    from wheelcheck.cli.options.parsers import check_parser

    parser = check_parser()
    args = parser.parse_args(words)
    _refuse_misspelt(words)
    if args.version:
        import wheelcheck

        sys.stdout.write(f"wheelcheck {wheelcheck.__version__}\n")
        return DONE
    if args.schema:
        from wheelcheck.cli.commands.check_command import print_schema

        print_schema(args.output)
        return DONE
    if args.from_log is not None:
        from wheelcheck.cli.commands.diagnose_command import run

        return run(args)
    from wheelcheck.cli.options.folder_arguments import take_folders

    take_folders(args)
    if args.emit:
        from wheelcheck.cli.commands.check_command import write_dockerfile

        return write_dockerfile(args)
    from wheelcheck.cli.cached_report import (
        report_cache_of,
        take_over,
        wants_policy,
        write_cached,
    )

    if own_process and not wants_policy(args):
        from wheelcheck.reports.values.model_kind import use_structs

        use_structs()
    if own_process:  # httpx imports a command line of its own where click is there: 7 MB with rich
        sys.modules.setdefault("click", None)  # type: ignore[arg-type]
    report_cache = report_cache_of(args)
    take_over(args, report_cache)
    code = write_cached(args, report_cache)
    if code is not None:
        return code
    if own_process:
        from wheelcheck.index.network.own_process import allow_fetchers

        allow_fetchers()
    from wheelcheck.cli.commands.check_command import judge

    return judge(args, report_cache)


def _print_help() -> bool:
    """Print the page of options as it is written down; False where it does not fit.

    To make it of the options takes longer than to start Python. `data/house/pages.py` writes it.
    """
    from wheelcheck.cli.width import columns

    if columns(_HELP_COLUMNS) < _HELP_COLUMNS:
        return False
    with open(f"{__file__.removesuffix('__init__.py')}help.txt", encoding="utf-8") as page:  # noqa: PTH123 (pathlib takes as long as the page)
        sys.stdout.write(page.read())
    return True


_HELP_COLUMNS = 80


def _refuse_misspelt(words: Sequence[str]) -> None:
    """Raise UsageError where the first word is nearly a command, and no file."""
    first = words[0] if words else "-"
    if not first.isalpha():
        return
    from pathlib import Path

    from wheelcheck.cli.options.option_parser import did_you_mean

    hint = did_you_mean(first, _COMMANDS)
    if hint and not Path(first).exists():
        from wheelcheck.errors import UsageError

        raise UsageError(f"there is no command and no file {first}{hint}")


def _cache(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.tool_parsers import cache_parser

    args = cache_parser().parse_args(words)
    from wheelcheck.cli.commands.cache_command import run

    run(args)
    return DONE


def _explain(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.parsers import explain_parser

    args = explain_parser().parse_args(words)
    from wheelcheck.cli.commands.explain_command import run

    return run(args)


def _calibrate(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.tool_parsers import calibrate_parser

    calibrate_parser().parse_args(words)
    from wheelcheck.cli.commands.calibrate_command import run

    return run()


def _mcp(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.tool_parsers import mcp_parser

    args = mcp_parser().parse_args(words)
    from wheelcheck.cli.commands.mcp_command import run

    return run(args)


def _diff(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.parsers import diff_parser

    parser = diff_parser()
    args = parser.parse_args(words)
    if len(args.files) not in ({2} if args.git is None else {0, 1}):
        parser.error("name an older and a newer file, or --git REVISION and one file")
    if args.git is not None and args.git.startswith("-"):
        parser.error(f"{args.git!r} is no revision")
    from wheelcheck.cli.commands.diff_command import run

    return run(args)


def _policy(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.parsers import binary_policy_parser

    args = binary_policy_parser().parse_args(words)
    from wheelcheck.cli.commands.binary_policy_command import run

    return run(args)


def _ready(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.parsers import ready_parser

    parser = ready_parser()
    args = parser.parse_args(words)
    if not args.new:
        parser.error("name a Python, for example --python 3.15")
    from wheelcheck.cli.commands.ready_command import run

    return run(args)


def _show(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.tool_parsers import show_parser

    args = show_parser().parse_args(words)
    from wheelcheck.cli.commands.show_command import show

    return show(args)


def _completion(words: Sequence[str]) -> int:
    from wheelcheck.cli.options.tool_parsers import completion_parser

    args = completion_parser().parse_args(words)
    from wheelcheck.cli.commands.show_command import complete

    return complete(args.shell)


def _survey(words: Sequence[str]) -> int:
    from wheelcheck.cli.options import survey_parsers

    if words and words[0] == "report":
        args = survey_parsers.report_parser().parse_args(words[1:])
        from wheelcheck.cli.commands.survey_command import write_page

        return write_page(args)
    if words and words[0] == "diff":
        args = survey_parsers.diff_parser().parse_args(words[1:])
        from wheelcheck.cli.commands.survey_command import compare_days

        return compare_days(args)
    args = survey_parsers.survey_parser().parse_args(words)
    from wheelcheck.cli.commands.survey_command import run

    return run(args)


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "cache": _cache,
    "calibrate": _calibrate,
    "completion": _completion,
    "diff": _diff,
    "explain": _explain,
    "mcp": _mcp,
    "policy": _policy,
    "ready": _ready,
    "show": _show,
    "survey": _survey,
}
"""Command words. A requirement file of such a name is reached as ``./cache``."""


def _failure(error: Exception) -> int:
    from wheelcheck.errors import UsageError, WheelcheckError
    from wheelcheck.redaction import redact

    if not isinstance(error, (WheelcheckError, OSError)):
        import logging
        import traceback

        logging.getLogger("wheelcheck.fence").debug(
            "%s", redact("".join(traceback.format_exception(error)))
        )
        what = redact(str(error).strip().partition("\n")[0])[:200]
        _say(
            f"this is a defect of wheelcheck ({type(error).__name__}: {what}); --debug shows "
            "where. Please report it."
        )
        return INCOMPLETE
    _say(redact(_words_of(error)))
    return USAGE if isinstance(error, (UsageError, OSError)) else INCOMPLETE


def _words_of(error: Exception) -> str:
    """The sentence of an error; of one about a file without its number."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _show_debugging() -> None:
    """Write what the library logs, tracebacks among it, to standard error."""
    import logging

    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("wheelcheck").setLevel(logging.DEBUG)


def _say(sentence: str) -> None:
    from wheelcheck.reports.wording.phrases import clean

    sys.stderr.write(f"wheelcheck: {clean(sentence)}\n")
