"""``wheelcheck --from-log FILE``: what failed in the log of an installation."""

from __future__ import annotations

import sys
from argparse import Namespace

from wheelcheck.api.diagnose import diagnose
from wheelcheck.api.questions.question import Question
from wheelcheck.cli.options.keywords import keywords_of
from wheelcheck.cli.terminal import drawn, progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import UsageError
from wheelcheck.regular_files import read_regular
from wheelcheck.reports.json_form import render_json

__all__ = ["run"]

_FORMATS = ("text", "json")
_LARGEST = 64_000_000
"""Bytes of a log; of a longer one the end counts."""
FAILED, INCOMPLETE = 1, 3


def run(args: Namespace) -> int:
    """Diagnose the log: 1 where something failed in it, 3 where it is not known what or why."""
    if args.files or args.requirement or args.package:
        raise UsageError("--from-log names what failed by itself: give no file and no package")
    if args.format not in _FORMATS:
        raise UsageError(f"--from-log answers as {' or '.join(_FORMATS)}, not as {args.format}")
    require_folder(args.output)
    question = Question(**keywords_of(args))
    with progress_shown() as progress:
        diagnosis = diagnose(
            _text(args.from_log), args.from_log, question=question, progress=progress
        )
    if args.format == "json":
        written = render_json(diagnosis)
    else:
        from wheelcheck.reports.text.diagnosis_text import render_diagnosis

        written = drawn(render_diagnosis, diagnosis, args=args)
    write(written, args.output)
    return FAILED if diagnosis.complete else INCOMPLETE


def _text(name: str) -> str:
    data = sys.stdin.buffer.read() if name == "-" else read_regular(name, 1 << 30)
    text = data[-_LARGEST:].decode("utf-8-sig", "replace")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:  # PowerShell's > writes UTF-16
        text = data.decode("utf-16", "replace")
    if "\x00" in text:
        raise UsageError(f"{name} looks like a binary file, not like a log")
    return text
