"""``wheelcheck show`` renders a report from JSON, ``wheelcheck completion`` a shell script."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from wheelcheck.cli.options.policy_options import settings_of
from wheelcheck.cli.rendering import outcome, read_report, rendered
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import UsageError

__all__ = ["complete", "show"]


def show(args: Namespace) -> int:
    """Render a report from a JSON file in any format; the exit code is that of the report.

    The project's allowances let failures pass here as they did when it was judged.
    """
    require_folder(args.output)
    report = read_report(Path(args.report))
    write(rendered(report, args), args.output)
    code, complaints = outcome(report, args, settings_of(args).policy)
    sys.stderr.write(complaints)
    return code


def complete(shell: str) -> int:
    """Write a script that teaches a shell the options."""
    from wheelcheck.cli.options.parsers import check_parser

    try:
        import shtab
    except ImportError:
        raise UsageError("completion needs shtab: pip install 'wheelcheck[completion]'") from None
    write(f"{shtab.complete(check_parser(), shell=shell)}\n".encode(), None)
    return 0
