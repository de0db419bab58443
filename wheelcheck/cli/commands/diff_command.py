"""``wheelcheck diff``: two reports, two requirement files, or a git revision and the files here."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from wheelcheck.api.check import check
from wheelcheck.api.questions.settled import usual_inputs
from wheelcheck.cli.cached_report import incomplete_words
from wheelcheck.cli.options.keywords import keywords_of
from wheelcheck.cli.options.policy_options import settings_of
from wheelcheck.cli.rendering import read_report
from wheelcheck.cli.terminal import drawn, progress_shown
from wheelcheck.cli.writing import require_folder, write
from wheelcheck.errors import UsageError
from wheelcheck.gate.difference import difference
from wheelcheck.gate.difference_text import render_difference
from wheelcheck.gate.settings import Settings
from wheelcheck.regular_files import read_regular
from wheelcheck.reports.json_form import render_json
from wheelcheck.reports.values.report import Report

__all__ = ["run"]


def run(args: Namespace) -> int:
    """Compare and tell; 1 where something is worse, else 3 where an answer is incomplete."""
    require_folder(args.output)
    settings = settings_of(args)
    newer = _newer(args, settings)
    with progress_shown(), _older(args, newer) as older:
        before, after = (_report(paths, args) for paths in (older, newer))
    today = datetime.now(UTC).date()
    found = difference(before, after, allow=settings.policy.allow, today=today)
    if args.format == "json":
        written = render_json(found)
    else:
        written = drawn(render_difference, found, after.targets, args=args)
    write(written, args.output)
    if found.regressions:
        return 1
    errors = {
        (problem.code, problem.message)
        for report in (before, after)
        for problem in report.problems
        if problem.severity == "error"
    }
    if errors:
        sys.stderr.write(incomplete_words(len(errors)))
        return 3
    return 0


def _report(paths: Sequence[Path], args: Namespace) -> Report:
    """The report in a JSON file, or the report on requirement files or a folder."""
    if not paths[0].is_dir() and read_regular(paths[0], 256_000_000).lstrip().startswith(b"{"):
        return read_report(paths[0])
    choice = {"no_deps": args.no_deps, "installer": args.installer}
    return check(paths, advice=False, **choice, **keywords_of(args))


def _newer(args: Namespace, settings: Settings) -> list[Path]:
    """The newer files: the last that is named, or with ``--git`` all, or those of the settings."""
    if args.git is None:
        return [Path(args.files[-1])]
    usual = [item for item in usual_inputs(settings) if isinstance(item, Path)]
    named = list(map(Path, args.files)) or usual
    if not named:
        raise UsageError(
            "name the files to compare, for example: wheelcheck diff --git main requirements.txt"
        )
    return named


@contextmanager
def _older(args: Namespace, newer: Sequence[Path]) -> Iterator[list[Path]]:
    """The older files: the first that is named, or the newer as git has them at a revision.

    The whole revision is unpacked beside them, for files that they name.
    """
    if args.git is None:
        yield [Path(args.files[0])]
        return
    paths = [path.resolve() for path in newer]
    place = paths[0] if paths[0].is_dir() else paths[0].parent
    root = Path(_git(place, "rev-parse", "--show-toplevel").decode().strip())
    archive = _git(root, "archive", "--format=tar", args.git)
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        yield [_at_revision(path, root, Path(folder), args.git) for path in paths]


def _at_revision(path: Path, root: Path, folder: Path, revision: str) -> Path:
    """The file as it was unpacked; raises `UsageError` where the revision does not have it."""
    if not path.is_relative_to(root):
        raise UsageError(f"{path.name} is not in the repository of the first file")
    older = folder / path.relative_to(root)
    if not older.exists():
        raise UsageError(f"{path.name} is not in revision {revision}")
    return older


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
