"""``wheelcheck explain PACKAGE --target T``: the whole reasoning for one package."""

from __future__ import annotations

from argparse import Namespace

from wheelcheck.api.explain import explain
from wheelcheck.cli.options.keywords import inputs_of, keywords_of
from wheelcheck.cli.terminal import drawn, progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.reports.json_form import render_json

__all__ = ["run"]


def run(args: Namespace) -> int:
    """Explain what the options ask for; 3 where the answer is incomplete."""
    require_folder(args.output)
    with progress_shown():
        explanation = explain(
            args.package,
            inputs_of(args),
            no_deps=args.no_deps,
            installer=args.installer,
            **keywords_of(args),
        )
    if args.format == "json":
        written = render_json(explanation)
    else:
        from wheelcheck.reports.text.explanation_text import render_explanation

        written = drawn(render_explanation, explanation, args=args)
    write(written, args.output)
    return 3 if any(problem.severity == "error" for problem in explanation.problems) else 0
