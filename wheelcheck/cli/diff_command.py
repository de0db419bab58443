"""``wheelcheck diff``: two reports, two requirement files, or a git revision and the files here."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from wheelcheck.api.check import check
from wheelcheck.cli.cached_report import incomplete
from wheelcheck.cli.keywords import keywords_of
from wheelcheck.cli.rendering import read_report
from wheelcheck.cli.terminal import look_of, progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import UsageError
from wheelcheck.gate.difference import difference
from wheelcheck.gate.difference_text import render_difference
from wheelcheck.reports.json_form import render_json
from wheelcheck.reports.values.report import Report

__all__ = ["run"]


def run(args: Namespace) -> int:
    """Compare and tell; 1 where something is worse, else 3 where an answer is incomplete."""
    require_folder(args.output)
    with progress_shown(), _older(args) as older:
        before, after = _report(older, args), _report(Path(args.files[-1]), args)
    found = difference(before, after)
    if args.format == "json":
        written = render_json(found)
    else:
        look = look_of(args)
        text = render_difference(
            found,
            after.targets,
            width=look.width,
            colour=look.colour,
            ascii_only=look.ascii_only,
        )
        written = text.encode(look.encoding, "replace")
    write(written, args.output)
    if found.regressions:
        return 1
    errors = {
        (problem.code, problem.message)
        for report in (before, after)
        for problem in report.problems
        if problem.severity == "error"
    }
    return incomplete(len(errors)) if errors else 0


def _report(path: Path, args: Namespace) -> Report:
    """The report in a JSON file, or the report on a requirement file."""
    content = path.read_bytes()
    if not content.lstrip().startswith(b"{"):
        choice = {"no_deps": args.no_deps, "installer": args.installer}
        return check([path], advice=False, **choice, **keywords_of(args))
    return read_report(path)


@contextmanager
def _older(args: Namespace) -> Iterator[Path]:
    """The older file: the first one named, or the same file as git has it at a revision.

    The whole revision is unpacked beside it, for files that it names.
    """
    if args.git is None:
        yield Path(args.files[0])
        return
    path = Path(args.files[0]).resolve()
    root = Path(_git(path.parent, "rev-parse", "--show-toplevel").decode().strip())
    archive = _git(root, "archive", "--format=tar", args.git)
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        older = Path(folder, path.relative_to(root))
        if not older.is_file():
            raise UsageError(f"{args.files[0]} is not in revision {args.git}")
        yield older


def _git(folder: Path, *words: str) -> bytes:
    try:
        ended = subprocess.run(  # noqa: S603 (no shell; the revision is one word)
            ["git", "-C", str(folder), *words],  # noqa: S607 (the user's own git)
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise UsageError(f"git cannot be run: {error}") from None
    if ended.returncode:
        message = ended.stderr.decode(sys.getfilesystemencoding(), "replace").strip()
        raise UsageError(f"git {words[0]}: {message}")
    return ended.stdout
