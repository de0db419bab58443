"""``wheelcheck ready --python 3.15``: which bump brings the wheels for a new Python?"""

from __future__ import annotations

import sys
from argparse import Namespace

from wheelcheck.api.questions.discovery import PYTHON_VERSION
from wheelcheck.api.ready import ready
from wheelcheck.cli.options.folder_arguments import take_folders
from wheelcheck.cli.options.keywords import inputs_of, keywords_of
from wheelcheck.cli.terminal import drawn, progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.reports.json_form import render_json
from wheelcheck.reports.values.readiness_values import Readiness

__all__ = ["run"]


def run(args: Namespace) -> int:
    """Judge and write the answer; 1 where something must be done, 3 where it is incomplete."""
    require_folder(args.output)
    take_folders(args)
    if any(found.targets_from == PYTHON_VERSION for found in getattr(args, "discoveries", ())):
        args.target = []  # it names a Python and no platform
    keywords = keywords_of(args)
    del keywords["targets"]
    with progress_shown():
        answer = ready(
            inputs_of(args),
            pythons=args.new,
            platforms=args.platforms,
            targets=args.target,
            packages=args.package,
            no_deps=args.no_deps,
            **keywords,
        )
    write(_rendered(answer, args), args.output)
    if args.format != "text" and not answer.ready:
        unready = [python.python for python in answer.pythons if not python.ready]
        sys.stderr.write(f"wheelcheck: not ready for Python {', '.join(unready)}\n")
    if not answer.complete:
        return 3
    return 0 if answer.ready else 1


def _rendered(answer: Readiness, args: Namespace) -> bytes:
    if args.format == "json":
        return render_json(answer)
    from wheelcheck.reports.text.readiness_text import render_constraints, render_readiness

    if args.format == "constraints":
        return render_constraints(answer).encode()
    return drawn(render_readiness, answer, args=args, every=args.all)
